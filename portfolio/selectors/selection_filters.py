"""Filters of selections and their results, used by the pages and by REST."""

from django_filters import BooleanFilter, FilterSet, ModelChoiceFilter, MultipleChoiceFilter

from core.web.forms import permitted_choices
from portfolio.models import SelectionCandidate, SelectionChoice, SelectionResource, SelectionResult, SelectionRun
from portfolio.models.selection_enums import (
    ChoiceReason,
    SelectionOutcome,
    SelectionRule,
    SelectionStatus,
    SelectionValue,
)


class SelectionRunFilterSet(FilterSet):
    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"))
    status = MultipleChoiceFilter(choices=SelectionStatus.choices)
    value_source = MultipleChoiceFilter(choices=SelectionValue.choices, label="Value")

    class Meta:
        model = SelectionRun
        fields = ["portfolio", "status", "value_source"]


class SelectionCandidateFilterSet(FilterSet):
    run = ModelChoiceFilter(queryset=permitted_choices("portfolio.SelectionRun"))
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    rule = MultipleChoiceFilter(choices=SelectionRule.choices)
    is_valued = BooleanFilter(field_name="value", lookup_expr="isnull", exclude=True, label="Value known")

    class Meta:
        model = SelectionCandidate
        fields = ["run", "initiative", "rule"]


class SelectionResultFilterSet(FilterSet):
    run = ModelChoiceFilter(queryset=permitted_choices("portfolio.SelectionRun"))
    outcome = MultipleChoiceFilter(choices=SelectionOutcome.choices)

    class Meta:
        model = SelectionResult
        fields = ["run", "outcome"]


class SelectionChoiceFilterSet(FilterSet):
    result = ModelChoiceFilter(queryset=permitted_choices("portfolio.SelectionResult"))
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    is_chosen = BooleanFilter(label="Chosen")
    reason = MultipleChoiceFilter(choices=ChoiceReason.choices)

    class Meta:
        model = SelectionChoice
        fields = ["result", "initiative", "is_chosen", "reason"]


class SelectionResourceFilterSet(FilterSet):
    result = ModelChoiceFilter(queryset=permitted_choices("portfolio.SelectionResult"))
    team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"))

    class Meta:
        model = SelectionResource
        fields = ["result", "team"]
