"""Filters of the integrations, shared by screens and REST."""

from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter, UUIDFilter

from integrations.enums import ImportFormat, ImportStatus
from integrations.models import ExternalReference, ImportRun
from tenancy.filters import TenantFilterSet


class ExternalReferenceFilterSet(TenantFilterSet):
    """References by the record they are on, the other system, and the relation."""

    system = CharFilter(help_text="Exactly, such as jira.")
    external_id = CharFilter(label="External id")
    target_model = CharFilter(label="Record type", help_text="Such as portfolio.initiative.")
    target_id = UUIDFilter(label="Record id")

    class Meta:
        model = ExternalReference
        fields = ["system", "external_id", "relation", "target_model", "target_id"]


class ImportRunFilterSet(TenantFilterSet):
    """Imports by what came of them."""

    status = MultipleChoiceFilter(field_name="outcome", choices=ImportStatus.choices, label="Status")
    format = ChoiceFilter(choices=ImportFormat.choices)

    class Meta:
        model = ImportRun
        fields = ["status", "kind", "format", "is_dry_run", "portfolio"]
