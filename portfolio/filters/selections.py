"""Filters of selections and their results, used by the pages and by REST."""

from django_filters import BooleanFilter, MultipleChoiceFilter

from portfolio.models import SelectionCandidate, SelectionChoice, SelectionResource, SelectionResult, SelectionRun
from portfolio.models.selection_enums import (
    SelectionValue,
)
from tenancy.filters import TenantFilterSet


class SelectionRunFilterSet(TenantFilterSet):
    value_source = MultipleChoiceFilter(choices=SelectionValue.choices, label="Value")

    class Meta:
        model = SelectionRun
        fields = ["portfolio", "status", "value_source"]


class SelectionCandidateFilterSet(TenantFilterSet):
    is_valued = BooleanFilter(field_name="value", lookup_expr="isnull", exclude=True, label="Value known")

    class Meta:
        model = SelectionCandidate
        fields = ["run", "initiative", "rule"]


class SelectionResultFilterSet(TenantFilterSet):
    class Meta:
        model = SelectionResult
        fields = ["run", "outcome"]


class SelectionChoiceFilterSet(TenantFilterSet):
    is_chosen = BooleanFilter(label="Chosen")

    class Meta:
        model = SelectionChoice
        fields = ["result", "initiative", "is_chosen", "reason"]


class SelectionResourceFilterSet(TenantFilterSet):
    class Meta:
        model = SelectionResource
        fields = ["result", "team"]
