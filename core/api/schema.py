"""OpenAPI of the REST interface: readable operation ids, problems, paging, entity tags and idempotency keys."""

from typing import Any, ClassVar

from django_filters import filters
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, build_array_type, force_instance

from core.api.errors import CONTENT_TYPE, TITLES
from core.api.pagination import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A refusal, as RFC 9457 describes it.",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable and machine-readable."},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer to the field or parameter."},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
                "required": ["pointer", "detail", "code"],
            },
        },
        "reasons": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["type", "title", "status", "code", "detail"],
}


BULK_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "index": {"type": "integer"},
                    "status": {"type": "integer"},
                    "id": {"type": "string", "format": "uuid"},
                    "problem": PROBLEM_SCHEMA,
                },
                "required": ["index", "status"],
            },
        },
        "succeeded": {"type": "integer"},
        "failed": {"type": "integer"},
    },
    "required": ["results", "succeeded", "failed"],
}


def _parameter(name: str, schema: dict[str, Any], description: str, location: str = "query") -> dict[str, Any]:
    return {"name": name, "in": location, "required": False, "schema": schema, "description": description}


PAGE_PARAMETERS = [
    _parameter("cursor", {"type": "string"}, "Opaque; taken from `next` or `previous` of another page."),
    _parameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE},
        "Rows a page.",
    ),
]
IF_MATCH = _parameter(
    "If-Match", {"type": "string"}, "The ETag the change is based on; 412 when the record has changed since.", "header"
)
IF_NONE_MATCH = _parameter("If-None-Match", {"type": "string"}, "The ETag held already; 304 when unchanged.", "header")
IDEMPOTENCY_KEY = _parameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    "Makes the request safe to repeat for 24 hours: the first answer is given again.",
    "header",
)
_ETAG_HEADER = {"schema": {"type": "string"}, "description": "Entity tag of the record, for If-Match."}


class ApiSchema(AutoSchema):
    """Describes one operation; views tell it what is special through `api_operation`."""

    def get_operation_id(self) -> str:
        """initiatives_list, initiatives_bulk_create, launches_approve."""
        tokens = [token.replace("-", "_") for token in self._tokenize_path()]
        tokens = [token for token in tokens if token not in {"api", "v1"}] or ["organization"]
        action = getattr(self.view, "action", None)
        if action in {"bulk_create", "bulk_update"}:
            return "_".join([*tokens, action.removeprefix("bulk_")])
        if action and action not in {"list", "create", "retrieve", "partial_update", "destroy"}:
            return "_".join(tokens)
        return "_".join([*tokens, action or self.method_mapping[self.method.lower()]])

    def get_tags(self) -> list[str]:
        return [token for token in self._tokenize_path() if token not in {"api", "v1"}][:1] or ["organization"]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            self._add_parameters(operation)
            self._add_problems(operation)
            self._add_success_headers(operation)
        return operation

    def _add_parameters(self, operation: dict[str, Any]) -> None:
        parameters = operation.setdefault("parameters", [])
        parameters += self._list_parameters() if self._is_paged() else []
        if self._is_detail_read():
            parameters.append(IF_NONE_MATCH)
        if self._changes_one_record():
            parameters.append(IF_MATCH)
        if self.method == "POST" and getattr(self.view, "is_idempotent_by_key", False):
            parameters.append(IDEMPOTENCY_KEY)

    def _list_parameters(self) -> list[dict[str, Any]]:
        view = self.view
        parameters = [*PAGE_PARAMETERS]
        names = sorted({name.removeprefix("-") for name in (*view.ordering, *view.ordering_fields)})
        both = [sign + name for name in names for sign in ("", "-")]
        text = f"Comma-separated: {', '.join(names)}; “-” reverses. Default: {', '.join(view.ordering) or 'id'}."
        if both:
            parameters.append(_parameter("ordering", {"type": "string", "examples": both[:2]}, text))
        if view.search_fields or view.search_vector:
            parameters.append(_parameter("q", {"type": "string", "maxLength": 200}, "Every word must occur."))
        if view.filterset_class is not None:
            known = {parameter["name"] for parameter in parameters}
            parameters += [p for p in filter_parameters(view.filterset_class) if p["name"] not in known]
        return [*parameters, *view.further_parameter_schemas]

    def get_filter_backends(self) -> list[Any]:
        return []

    def _add_problems(self, operation: dict[str, Any]) -> None:
        reference = self._component("Problem", PROBLEM_SCHEMA)
        for status in sorted(self._problem_statuses()):
            operation["responses"][str(status)] = {
                "description": TITLES[status],
                "content": {CONTENT_TYPE: {"schema": reference}},
            }

    def _problem_statuses(self) -> set[int]:
        statuses = {400, 401, 403, 404, 406, 429, *getattr(self.view, "problem_statuses", ())}
        if self.method in WRITES:
            statuses |= {409, 413, 415}
        if self.method == "POST" and getattr(self.view, "is_idempotent_by_key", False):
            statuses |= {422}
        if self._changes_one_record():
            statuses |= {412, 428} if getattr(self.view, "requires_if_match", False) else {412}
        return statuses

    def _add_success_headers(self, operation: dict[str, Any]) -> None:
        if not (self._is_detail_read() or self._answers_record()):
            return
        for status in ("200", "201"):
            if status in operation["responses"]:
                operation["responses"][status].setdefault("headers", {})["ETag"] = _ETAG_HEADER
        if self._is_detail_read():
            operation["responses"]["304"] = {"description": "Not modified"}

    def _component(self, name: str, schema: dict[str, Any]) -> dict[str, str]:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref

    def _is_paged(self) -> bool:
        return getattr(self.view, "action", None) == "list" and hasattr(self.view, "ordering_fields")

    def _is_detail_read(self) -> bool:
        return getattr(self.view, "action", None) == "retrieve"

    def _changes_one_record(self) -> bool:
        action, spec = getattr(self.view, "action", None), self._spec()
        return action in {"partial_update", "destroy"} or bool(spec and spec.detail and self.method in WRITES)

    def _answers_record(self) -> bool:
        action, spec = getattr(self.view, "action", None), self._spec()
        return action in {"create", "partial_update"} or bool(spec and spec.output_serializer is None)

    def get_request_serializer(self) -> Any:
        """An action's declared input; a bulk's rows."""
        action = getattr(self.view, "action", None)
        spec = self._spec()
        if spec is not None:
            return spec.input_serializer
        if action in {"bulk_create", "bulk_update"}:
            return {"application/json": self._bulk_request(action)}
        return super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """An action's declared output, else the record."""
        action = getattr(self.view, "action", None)
        spec = self._spec()
        if action in getattr(self.view, "output_serializers", {}):
            return {201 if action == "create" else 200: self.view.output_serializers[action]}
        if action in {"bulk_create", "bulk_update"}:
            return {207: BULK_ANSWER}
        if spec is None:
            return super().get_response_serializers()
        if spec.output_serializer is None:
            return {spec.status: self.view.serializer_class} if spec.detail else {204: None}
        output = spec.output_serializer
        return {spec.status: force_instance(output(many=True)) if spec.many else output}

    def get_override_parameters(self) -> list[Any]:
        """A GET action's input is its query string."""
        spec = self._spec()
        return [spec.input_serializer] if spec and spec.input_serializer and self.method == "GET" else []

    def _spec(self) -> Any:
        return getattr(getattr(self.view, getattr(self.view, "action", None) or "", None), "api_action", None)

    def _bulk_request(self, action: str) -> dict[str, Any]:
        serializer = force_instance(self.view.serializer_class)
        serializer.partial = action == "bulk_update"
        row = self.resolve_serializer(serializer, "request")
        items: dict[str, Any] = row.ref
        if action == "bulk_update":
            named = {"id": {"type": "string", "format": "uuid"}, "version": {"type": "integer"}}
            items = {"allOf": [items, {"type": "object", "properties": named, "required": ["id"]}]}
        properties = {
            "rows": {"type": "array", "items": items, "minItems": 1, "maxItems": 1000},
            "atomic": {"type": "boolean", "default": False, "description": "All or nothing."},
        }
        return {"type": "object", "properties": properties, "required": ["rows"], "additionalProperties": False}

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """Pages are described here; their envelope is not REST framework's."""
        if not self._is_paged():
            return super()._get_response_bodies(direction=direction)
        row = self.resolve_serializer(force_instance(self.view.serializer_class), "response")
        page = {
            "type": "object",
            "properties": {
                "results": build_array_type(row.ref),
                "next": {"type": ["string", "null"], "format": "uri"},
                "previous": {"type": ["string", "null"], "format": "uri"},
            },
            "required": ["results", "next", "previous"],
        }
        reference = self._component(f"{row.name}Page", page)
        return {"200": {"description": "", "content": {"application/json": {"schema": reference}}}}


_TYPES: list[tuple[type, dict[str, Any]]] = [
    (filters.UUIDFilter, {"type": "string", "format": "uuid"}),
    (filters.ModelChoiceFilter, {"type": "string", "format": "uuid"}),
    (filters.ModelMultipleChoiceFilter, {"type": "string", "format": "uuid"}),
    (filters.BooleanFilter, {"type": "boolean"}),
    (filters.IsoDateTimeFilter, {"type": "string", "format": "date-time"}),
    (filters.DateTimeFilter, {"type": "string", "format": "date-time"}),
    (filters.DateTimeFromToRangeFilter, {"type": "string", "format": "date-time"}),
    (filters.IsoDateTimeFromToRangeFilter, {"type": "string", "format": "date-time"}),
    (filters.DateFilter, {"type": "string", "format": "date"}),
    (filters.DateFromToRangeFilter, {"type": "string", "format": "date"}),
    (filters.NumberFilter, {"type": "number"}),
    (filters.RangeFilter, {"type": "number"}),
]


def filter_parameters(filterset_class: Any) -> list[dict[str, Any]]:
    """OpenAPI parameters of a FilterSet; asks no manager, because no organization is known here."""
    filters_by_name = filterset_class.base_filters.items()
    return [parameter for name, filter_ in filters_by_name for parameter in parameters_of(name, filter_)]


def parameters_of(name: str, filter_: Any) -> list[dict[str, Any]]:
    """OpenAPI parameters of one filter: one, or the two ends of a range."""
    schema = _filter_schema(filter_)
    text = str(filter_.extra.get("help_text") or "")
    widget = filter_.extra.get("widget") or getattr(filter_.field_class, "widget", None)
    suffixes = [suffix for suffix in getattr(widget, "suffixes", None) or () if suffix]
    return [_parameter(named, schema, text) for named in [f"{name}_{suffix}" for suffix in suffixes] or [name]]


def _filter_schema(filter_: Any) -> dict[str, Any]:
    schema: dict[str, Any] = next(
        (dict(found) for kind, found in _TYPES if isinstance(filter_, kind)), {"type": "string"}
    )
    choices = filter_.extra.get("choices")
    if choices and not callable(choices):
        schema["enum"] = [value for value, _ in choices]
    is_many = isinstance(filter_, filters.MultipleChoiceFilter | filters.ModelMultipleChoiceFilter)
    return {"type": "array", "items": schema} if is_many else schema


class ActorAuthenticationScheme(OpenApiAuthenticationExtension):
    """Bearer token, or the session of the web interface."""

    target_class = "tenancy.api.authentication.ActorAuthentication"
    name: ClassVar[list[str]] = ["bearer", "session"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "An API token of one organization."},
            {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "Writes need X-CSRFToken."},
        ]
