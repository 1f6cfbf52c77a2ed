"""The settings screen of custom fields."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from collaboration.filters import CustomFieldFilterSet
from collaboration.models import CustomField, models_with_custom_fields
from collaboration.services import custom_fields
from collaboration.web.custom_field_forms import CustomFieldForm, NewCustomFieldForm
from core.web import formatting
from core.web.crud import Column, FieldGroup, RecordAction, TenantCRUDView
from core.web.urls import SeeOther, tenant_url


def _record_type(field: CustomField) -> str:
    model = models_with_custom_fields().get(field.target_model)
    return str(model._meta.verbose_name).capitalize() if model else field.target_model


def _choices(value: Any, field: CustomField, column: Any) -> str:
    if not field.choices:
        return formatting.UNKNOWN
    badges = [formatting.badge(choice["label"], choice.get("tone", "neutral")) for choice in field.choices]
    return format_html(" ".join(["{}"] * len(badges)), *badges)


class CustomFieldScreen(TenantCRUDView):
    model = CustomField
    icon = "columns-3"
    # Fields are archived, not deleted: the values would be left without a meaning.
    actions = {"delete": "custom_field.archive"}
    intro = "What your organization wants to know of its records beyond what everybody does."
    columns = [
        Column("label", "Label", sort=True, link=True, width="m"),
        Column("key", "Key", sort=True, width="m"),
        Column("type", "Type", sort=True, formatter="choice", width="s"),
        Column("target_model", "For", accessor=_record_type),
        Column("is_required", "Required", formatter="boolean", width="s"),
        Column("choices", "Choices", formatter=_choices, export=lambda obj: list(obj.choice_labels.values())),
        Column("position", "Place", sort=True, formatter="number", width="xs"),
        Column("archived_at", "Archived", formatter="date", is_default=False),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    ordering = ["archived_at", "position"]
    search_fields = ["label", "key"]
    filterset_class = CustomFieldFilterSet
    form_class = NewCustomFieldForm
    form_intro = "Type and key stay as they are; everything else can be changed later."
    field_groups = [
        FieldGroup(
            "Definition",
            [
                Column("target_model", "For", accessor=_record_type),
                "key",
                "type",
                "help_text",
                Column("is_required", "Required", formatter="boolean"),
                Column("choices", "Choices", formatter=_choices),
                Column("currency", "Currency"),
                Column("archived_at", "Archived", formatter="datetime"),
            ],
        ),
        FieldGroup("In REST and addresses", [Column("parameter", "Filter")], is_aside=True),
    ]
    record_actions = [
        RecordAction(
            "Archive",
            "collaboration:custom_field_archive",
            action="custom_field.archive",
            icon="archive",
            method="post",
            confirm="Archive this field? Forms and lists no longer offer it; the values stay.",
            condition=lambda field: not field.is_archived,
        ),
        RecordAction(
            "Restore",
            "collaboration:custom_field_restore",
            action="custom_field.archive",
            icon="refresh",
            method="post",
            condition=lambda field: field.is_archived,
        ),
    ]
    empty_title = "No custom fields yet"
    empty_text = "Add what your organization tracks: a cost centre, a risk class, a sponsor."

    def get_form_class(self) -> Any:
        return CustomFieldForm if self.operation == "edit" else NewCustomFieldForm

    def perform_create(self, form: Any) -> CustomField:
        return custom_fields.create_custom_field(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> CustomField:
        return custom_fields.change_custom_field(self.object, actor=self.actor, **form.cleaned_data)


@require_POST
def archive(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Offer a field no longer."""
    field = get_object_or_404(CustomField.objects.permitted(request.actor), pk=pk)
    custom_fields.archive_custom_field(field, actor=request.actor)
    return SeeOther(tenant_url(request, "collaboration:custom_field_detail", pk=pk))


@require_POST
def restore(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Offer an archived field again."""
    field = get_object_or_404(CustomField.objects.permitted(request.actor), pk=pk)
    custom_fields.restore_custom_field(field, actor=request.actor)
    return SeeOther(tenant_url(request, "collaboration:custom_field_detail", pk=pk))
