"""REST endpoints of the integrations."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from core.api.parsers import JSONParser
from integrations.api.serializers import (
    ExternalReferenceSerializer,
    ImportProblemSerializer,
    ImportRunSerializer,
    ImportStartSerializer,
    ImportSubmissionSerializer,
    ImportUploadSerializer,
)
from integrations.filters import ExternalReferenceFilterSet, ImportRunFilterSet
from integrations.models import ExternalReference, ImportRun
from integrations.services.external_references import (
    change_external_reference,
    create_external_reference,
    delete_external_reference,
)
from integrations.services.imports import delete_import, prepare_import, start_import
from tenancy.api.actions import record_action
from tenancy.api.bulk import BulkCreateMixin
from tenancy.api.viewsets import TenantViewSet


class ExternalReferenceViewSet(BulkCreateMixin, TenantViewSet):
    """External references: what a record is called, or related to, in another system."""

    model = ExternalReference
    serializer_class = ExternalReferenceSerializer
    filterset_class = ExternalReferenceFilterSet
    ordering = ("system",)
    ordering_fields = ("system", "updated_at")
    search_fields = ("external_id", "label")

    def perform_create(self, serializer: Any) -> ExternalReference:
        return create_external_reference(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> ExternalReference:
        return change_external_reference(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: ExternalReference) -> None:
        delete_external_reference(instance, actor=self.actor)


class ImportRunViewSet(TenantViewSet):
    """Imports: CSV or JSON files that become initiatives. The work is a job; its result is on the import."""

    model = ImportRun
    serializer_class = ImportRunSerializer
    filterset_class = ImportRunFilterSet
    parser_classes = (JSONParser, MultiPartParser)
    ordering = ("-created_at",)
    ordering_fields = ("created_at", "file_name")
    search_fields = ("file_name", "portfolio_name")

    def get_queryset(self) -> Any:
        return super().get_queryset().with_outcome()

    @extend_schema(
        request={"application/json": ImportSubmissionSerializer, "multipart/form-data": ImportUploadSerializer},
        responses={202: ImportRunSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Take a file in and let a worker import it or, with `is_dry_run`, only check it."""
        is_upload = request.content_type.startswith("multipart/")
        serializer_class = ImportUploadSerializer if is_upload else ImportSubmissionSerializer
        serializer = serializer_class(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        run = self.perform_create(serializer)
        response = self.answer_written(run, status=202)
        response["Location"] = f"{request.path}{run.pk}/"
        return response

    def perform_create(self, serializer: Any) -> ImportRun:
        wanted = dict(serializer.validated_data)
        is_dry_run, skips = wanted.pop("is_dry_run"), wanted.pop("skips_bad_rows")
        file_format = wanted.pop("format", "")
        run = prepare_import(actor=self.actor, file_format=file_format, **wanted)
        return start_import(run, actor=self.actor, is_dry_run=is_dry_run, skips_bad_rows=skips)

    def perform_destroy(self, instance: ImportRun) -> None:
        delete_import(instance, actor=self.actor)

    @record_action("import_run.change", input_serializer=ImportStartSerializer, status=202)
    def start(self, instance: ImportRun, data: dict[str, Any]) -> ImportRun:
        """Check or import a file that is here already, such as one that was checked before."""
        return start_import(instance, actor=self.actor, **data)

    @record_action("import_run.view", methods=["get"], output_serializer=ImportProblemSerializer, many=True)
    def problems(self, instance: ImportRun, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Every bad row and value of the file, with line, column and reason."""
        return instance.problems
