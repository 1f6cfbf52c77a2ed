"""Viewsets of tenant models: docs/how-to/add-an-endpoint.md says how to declare one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import connection
from django.http import Http404, HttpResponse
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from core.api import etags, queries
from core.api.pagination import KeysetPaginator
from core.api.renderers import dump
from core.api.rows import RowReader, row_reader
from core.api.views import json_response
from core.errors import NotPermittedError, StaleVersionError
from tenancy.api.actions import ApiAction
from tenancy.api.views import ActorViewMixin

VERBS = {
    "list": "view",
    "retrieve": "view",
    "create": "create",
    "bulk_create": "create",
    "partial_update": "change",
    "bulk_update": "change",
    "destroy": "delete",
}
HOOKS = {
    "create": "perform_create",
    "bulk_create": "perform_create",
    "partial_update": "perform_update",
    "bulk_update": "perform_update",
    "destroy": "perform_destroy",
}


class ReadOnlyTenantViewSet(ActorViewMixin, ViewSet):
    """List and detail of one model, read without building models where the serializer allows it."""

    model: ClassVar[Any] = None
    serializer_class: ClassVar[Any] = None
    filterset_class: ClassVar[Any] = None
    search_fields: ClassVar[Sequence[str]] = ()
    search_vector: ClassVar[str | None] = None
    # Newest first: ids are UUIDv7, and every tenant table has the index (organization_id, id).
    ordering: ClassVar[Sequence[str]] = ("-id",)
    ordering_fields: ClassVar[Sequence[str]] = ()
    rights: ClassVar[dict[str, str]] = {}
    # OpenAPI's description of what `further_parameters` names.
    further_parameter_schemas: ClassVar[Sequence[dict[str, Any]]] = ()
    output_serializers: ClassVar[dict[str, Any]] = {}
    lookup_url_kwarg = "pk"
    lookup_field = "pk"
    lookup_value_converter = "uuid"

    _readers: ClassVar[dict[Any, RowReader | None]] = {}

    @classmethod
    def offers(cls, operation: str) -> bool:
        """Whether the operation exists: one that writes needs its hook."""
        return operation not in HOOKS or hasattr(cls, HOOKS[operation])

    @classmethod
    def right(cls, operation: str) -> str:
        """The action of the catalogue an operation needs."""
        return cls.rights.get(operation) or f"{cls.model.action_noun()}.{VERBS[operation]}"

    def check_right(self) -> None:
        operation = self.action
        spec = getattr(getattr(self, operation or "", None), "api_action", None)
        if spec is not None and not spec.detail:
            self.actor.require(spec.right)
        elif operation in {"list", "retrieve", "create", "bulk_create", "bulk_update"}:
            self.actor.require(self.right(operation))

    def get_queryset(self) -> Any:
        """Rows the actor may see; override to annotate, never to widen."""
        return self.model.objects.permitted(self.actor, "view")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The serializer with the actor in its context."""
        kwargs.setdefault("context", self.get_serializer_context())
        return self.serializer_class(*args, **kwargs)

    def list(self, request: Request, **kwargs: Any) -> HttpResponse:
        """One page of records."""
        queryset = self.filter_queryset(self.get_queryset())
        ordering = queries.ordering_of(request.GET, allowed=self.ordering_fields, default=self.ordering)
        paginator = KeysetPaginator(request._request, queryset, ordering, tenant=str(self.actor.organization_id))
        reader = self.reader(queryset)
        if reader is None:
            page = paginator.page(["pk"])
            results = self._serialized(queryset, [row[0] for row in page.rows])
        else:
            page = paginator.page(reader.paths)
            results = reader.as_dicts(page.rows)
        return json_response({"results": results, "next": page.next, "previous": page.previous})

    def filter_queryset(self, queryset: Any) -> Any:
        """Filters and text search of the query string; unknown parameters are refused."""
        parameters = self.request.GET
        known = queries.PAGE_PARAMETERS | self.further_parameters()
        if self.filterset_class is not None:
            known |= queries.filter_parameters(self.filterset_class)
        has_search = bool(self.search_fields or self.search_vector)
        queries.require_known(parameters, known | {"q"} if has_search else known)
        if self.filterset_class is not None:
            queryset = queries.filtered(queryset, self.request._request, self.filterset_class)
            has_search = has_search and "q" not in self.filterset_class.base_filters
        if has_search and parameters.get("q"):
            queryset = queries.searched(queryset, parameters["q"], fields=self.search_fields, vector=self.search_vector)
        return queryset

    def further_parameters(self) -> frozenset[str]:
        """Names of query parameters that a subclass reads itself."""
        return frozenset()

    def retrieve(self, request: Request, **kwargs: Any) -> HttpResponse:
        """One record, or 304 when the caller has it already."""
        queries.require_known(request.GET, frozenset())
        response = self.answer_record(self.kwargs["pk"])
        if response is None:
            raise Http404
        if etags.none_match(request.META.get("HTTP_IF_NONE_MATCH"), response["ETag"]):
            unchanged = HttpResponse(status=304)
            unchanged["ETag"] = response["ETag"]
            return unchanged
        return response

    def reader(self, queryset: Any) -> RowReader | None:
        """How rows are read fast, or None when the serializer must see each instance."""
        key = (type(self), frozenset(queryset.query.annotations))
        if key not in self._readers:
            self._readers[key] = row_reader(self.serializer_class(), queryset.query.annotations)
        return self._readers[key]

    def answer_record(self, pk: Any, *, status: int = 200) -> HttpResponse | None:
        """The record as the actor sees it now, with its ETag; None when they do not see it."""
        queryset = self.get_queryset().filter(pk=pk)
        reader = self.reader(queryset)
        found = self._serialized(queryset, [pk]) if reader is None else reader.as_dicts(reader.read(queryset))
        if not found:
            return None
        body = dump(found[0])
        response = HttpResponse(body, status=status, content_type="application/json")
        response["ETag"] = etags.etag_of(body, found[0].get("version") or self._version(pk))
        return response

    def _version(self, pk: Any) -> int | None:
        if not any(field.name == "version" for field in self.model._meta.concrete_fields):
            return None
        return self.model.objects.filter(pk=pk).values_list("version", flat=True).first()

    def _serialized(self, queryset: Any, keys: Sequence[Any]) -> Sequence[Any]:
        """Rows through their serializer, in the order of `keys`."""
        rows = {row.pk: row for row in queryset.filter(pk__in=keys)}
        return [self.get_serializer(rows[key]).data for key in keys if key in rows]

    def get_record(self, right: str) -> Any:
        """The record of the URL for an operation: 404 when invisible, 403 without the right, 412 when stale."""
        pk = self.kwargs["pk"]
        record = self.get_queryset().filter(pk=pk).first()
        if record is None:
            raise Http404
        self.actor.require(right, record)
        self.require_permitted(right, pk)
        return self._matching(record)

    def require_permitted(self, right: str, pk: Any) -> None:
        """Raise NotPermittedError when the model's row rules keep this right from the actor for this record."""
        noun, _, verb = right.partition(".")
        if noun != self.model.action_noun() or verb == "view":
            return
        if not self.model.objects.permitted(self.actor, verb).filter(pk=pk).exists():
            raise NotPermittedError(f"Your role does not allow this on this record ({right}).")

    def _matching(self, record: Any) -> Any:
        """The record, read again under lock and compared when the caller sent If-Match."""
        header = self.request.META.get("HTTP_IF_MATCH")
        if header is None or self.request.method in {"GET", "HEAD"}:
            if getattr(self, "requires_if_match", False) and self.request.method not in {"GET", "HEAD"}:
                raise etags.PreconditionRequiredError("Send If-Match with the ETag your change is based on.")
            return record
        locked = self.model.objects.for_update().filter(pk=record.pk).first()
        wanted = etags.versions_wanted(header)
        if locked is None or (wanted is not None and str(locked.version) not in wanted):
            raise StaleVersionError("The record has changed since you read it; read it again.")
        return locked

    def run_action(self, spec: ApiAction, function: Any) -> HttpResponse:
        """Run a method declared by `record_action` or `collection_action`."""
        arguments = [self.get_record(spec.right)] if spec.detail else []
        result = function(self, *arguments, self._action_input(spec))
        if self.request.method not in {"GET", "HEAD"}:
            # Deferred constraints speak now, while a refusal can still be answered.
            connection.check_constraints()
        if result is None and spec.output_serializer is None:
            return HttpResponse(status=204)
        if spec.output_serializer is not None:
            return json_response(self._described(spec, result), status=spec.status)
        return self.answer_written(result, status=spec.status)

    def _action_input(self, spec: ApiAction) -> dict[str, Any]:
        is_read = self.request.method in {"GET", "HEAD"}
        if spec.input_serializer is None:
            return {}
        data = self.request.GET.dict() if is_read else self.request.data
        serializer = spec.input_serializer(data=data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _described(self, spec: ApiAction, result: Any) -> Any:
        """Model rows run through the output serializer; plain data is answered as it is."""
        rows = result if spec.many else [result]
        if not any(hasattr(row, "_meta") for row in rows):
            return result
        serializer = spec.output_serializer(result, many=spec.many, context=self.get_serializer_context())
        return serializer.data

    def answer_written(self, record: Any, *, status: int = 200) -> HttpResponse:
        """The record after a write; a write that hides it from its own author is refused."""
        response = self.answer_record(record.pk, status=status)
        if response is None:
            raise NotPermittedError("After this change you could no longer see the record.")
        return response


class TenantViewSet(ReadOnlyTenantViewSet):
    """Also writes, through the hooks a subclass declares.

    Hooks: `perform_create(self, serializer) -> record`, `perform_update(self, serializer) -> record`,
    `perform_destroy(self, instance) -> None`; each calls one service with `actor=self.actor`.
    """

    requires_if_match: ClassVar[bool] = False

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Create a record."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        record = self.perform_create(serializer)
        connection.check_constraints()
        response = self.answer_written(record, status=201)
        response["Location"] = f"{request.path}{record.pk}/"
        return response

    def partial_update(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Change the fields that are sent."""
        record = self.get_record(self.right("partial_update"))
        serializer = self.get_serializer(record, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changed = self.perform_update(serializer)
        connection.check_constraints()
        return self.answer_written(changed)

    def destroy(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Delete the record."""
        self.perform_destroy(self.get_record(self.right("destroy")))
        connection.check_constraints()
        return HttpResponse(status=204)
