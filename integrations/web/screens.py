"""CRUD screens of the integrations; what happens to an import after its upload is in import_views."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.html import format_html

from core.web.crud import Column, FieldGroup, TenantCRUDView
from core.web.formatting import badge
from core.web.tones import tone_of
from core.web.urls import tenant_url
from integrations.enums import ImportKind, ImportStatus
from integrations.filters import ExternalReferenceFilterSet, ImportRunFilterSet
from integrations.models import ExternalReference, ImportRun
from integrations.querysets import linkable_models
from integrations.services.external_references import (
    change_external_reference,
    create_external_reference,
    delete_external_reference,
)
from integrations.services.imports import delete_import, prepare_import
from integrations.web.forms import ExternalReferenceChangeForm, ExternalReferenceForm, ImportUploadForm
from integrations.web.import_page import import_context
from integrations.web.references import record_title, record_type, record_url
from tenancy.scope import current_actor


def _outcome(value: Any, run: ImportRun, column: Any) -> str:
    return badge(outcome_label(run), tone_of(f"import_{value}"))


def outcome_label(run: Any) -> str:
    """The status in words; a check that went well is not an import."""
    if run.outcome == ImportStatus.SUCCEEDED:
        return "Checked" if run.is_dry_run else "Imported"
    return str(ImportStatus(run.outcome).label)


def _portfolio_url(run: ImportRun) -> str | None:
    if run.portfolio_id is None:
        return None
    return tenant_url(current_actor(), "portfolio:portfolio_detail", pk=run.portfolio_id)


def _shortened_digest(value: Any, run: ImportRun, column: Any) -> str:
    return format_html('<code title="{}">{}…</code>', value, value[:16])


class ImportRunScreen(TenantCRUDView):
    model = ImportRun
    icon = "file-import"
    intro = "Files that became initiatives, or were only checked. Importing a newer file updates what changed in it."
    columns = [
        Column("file_name", "File", sort=True, width="l"),
        Column("outcome", "Status", formatter=_outcome, export=outcome_label),
        Column("kind", "Holds", formatter="choice"),
        Column("portfolio_name", "Portfolio", width="m"),
        Column("created_count", "Created", formatter="number"),
        Column("changed_count", "Changed", formatter="number"),
        Column("unchanged_count", "Unchanged", formatter="number"),
        Column("rejected_count", "Rejected", formatter="number"),
        Column("warning_count", "Warnings", formatter="number"),
        Column("requested_by", "By", formatter="person", is_default=False),
        Column("created_at", "Uploaded", formatter="ago", sort=True),
    ]
    list_select_related = ["requested_by"]
    detail_select_related = ["requested_by", "job", "portfolio"]
    ordering = ["-created_at"]
    search_fields = ["file_name", "portfolio_name"]
    filterset_class = ImportRunFilterSet
    form_class = ImportUploadForm
    form_template = "integrations/import_run_form.html"
    form_intro = "Nothing is imported yet: next you see how the file is read, and can check it first."
    detail_template = "integrations/import_run_detail.html"
    field_groups = [
        FieldGroup(
            "File",
            [
                Column("format", "Format", formatter="choice"),
                Column("row_count", "Rows", formatter="number"),
                Column("portfolio_name", "Portfolio", link=_portfolio_url),
                Column("system", "Source system"),
                Column("requested_by", "Uploaded by", formatter="person"),
                Column("created_at", "Uploaded", formatter="datetime"),
                Column("finished_at", "Finished", formatter="datetime"),
                Column("digest", "SHA-256", formatter=_shortened_digest),
            ],
        )
    ]
    empty_title = "Nothing imported yet"
    empty_text = "Bring a portfolio from a spreadsheet or another tool: CSV or JSON, checked before anything changes."

    @property
    def create_label(self) -> str:
        return "Import a file"

    def get_queryset(self) -> Any:
        return super().get_queryset().with_outcome().defer("content", "problems")

    def badges(self, obj: Any) -> list[str]:
        return [badge(outcome_label(obj), tone_of(f"import_{obj.outcome}"))]

    def subtitle(self, obj: ImportRun) -> str:
        if obj.kind == ImportKind.PLAN_HISTORY:
            return f"Plan history, ids from “{obj.system}”" if obj.system else "Plan history"
        return f"Into “{obj.portfolio_name}”, ids from “{obj.system}”"

    def detail_context(self, obj: Any) -> dict[str, Any]:
        """Everything the page of an import shows below its header; the side panel needs none of it."""
        return {} if self.is_fragment else import_context(self.request, obj)

    def perform_create(self, form: Any) -> ImportRun:
        file = form.cleaned_data["file"]
        return prepare_import(
            actor=self.actor,
            file_name=file.name,
            content=file.read(),
            file_format=form.cleaned_data["format"],
            portfolio_name=form.cleaned_data["portfolio_name"],
            system=form.cleaned_data["system"],
        )

    def perform_delete(self, obj: ImportRun) -> None:
        delete_import(obj, actor=self.actor)


class ExternalReferenceScreen(TenantCRUDView):
    model = ExternalReference
    icon = "link"
    intro = "What our records are called in other systems, and pages about them."
    columns = [
        Column("external_id", "External id", sort=True, width="l"),
        Column("system", "System", sort=True),
        Column("relation", "Relation", formatter="choice", sort=True),
        Column("target_title", "Record", annotate=record_title(), link=record_url, width="l"),
        Column("target_model", "Record type", accessor=record_type),
        Column("label", "Label", is_default=False),
        Column("url", "Address", link=lambda reference: reference.url or None, is_default=False),
        Column("updated_at", "Changed", formatter="ago", sort=True),
    ]
    ordering = ["system", "external_id"]
    search_fields = ["external_id", "label", "url"]
    filterset_class = ExternalReferenceFilterSet
    form_class = ExternalReferenceForm
    field_groups = [
        FieldGroup(
            "Reference",
            [
                Column("system", "System"),
                Column("external_id", "External id"),
                Column("relation", "Relation", formatter="choice"),
                Column("label", "Label"),
                Column("url", "Address", link=lambda reference: reference.url or None),
                Column("target_title", "On", accessor="target_title", link=record_url),
                Column("target_model", "Record type", accessor=record_type),
                Column("source_updated_on", "Last changed in the source", formatter="date"),
            ],
        )
    ]
    empty_title = "No external references yet"
    empty_text = "They come with imports, or are added on an initiative's page."

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset if self.operation in ("list", "export") else queryset.annotate(target_title=record_title())

    def may_do(self) -> dict[str, Any]:
        """Without a record there is nothing to put a reference on, so the list offers no form."""
        offered = super().may_do()
        return {**offered, "create": offered["create"] and self.operation != "list"}

    def create_get(self) -> HttpResponse:
        if self.request.GET.get("target_model") not in linkable_models():
            raise Http404("A reference is added on the page of its record.")
        return super().create_get()

    def get_form_class(self) -> Any:
        return ExternalReferenceForm if self.operation == "create" else ExternalReferenceChangeForm

    def success_url(self, obj: Any) -> str:
        return record_url(obj) or self.url("detail", obj)

    def perform_create(self, form: Any) -> ExternalReference:
        return create_external_reference(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> ExternalReference:
        return change_external_reference(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: ExternalReference) -> None:
        delete_external_reference(obj, actor=self.actor)
