"""Filters of the portfolio's lists, used by the pages and by REST."""

from typing import Any

from django import forms
from django_filters import (
    BooleanFilter,
    CharFilter,
    ChoiceFilter,
    DateFilter,
    FilterSet,
    ModelChoiceFilter,
    MultipleChoiceFilter,
)

from collaboration.filters import WithCustomFields
from core.filters import MomentFilter
from core.web.forms import permitted_choices
from portfolio.enums import (
    CaseStatus,
    CashCategory,
    CashSide,
    InitiativeKind,
    InitiativeLevel,
    KpiStatus,
    RollupPeriod,
    Stage,
    Visibility,
)
from portfolio.models import (
    BusinessCase,
    CashLine,
    Initiative,
    Kpi,
    KpiObservation,
    KpiRollup,
    Portfolio,
    Theme,
    Valuation,
)


def _moment(name: str, lookup: str, label: str) -> MomentFilter:
    picker = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return MomentFilter(field_name=name, lookup_expr=lookup, label=label, widget=picker)


def _day(name: str, lookup: str, label: str) -> DateFilter:
    picker = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return DateFilter(field_name=name, lookup_expr=lookup, label=label, widget=picker)


def _members(request: Any) -> Any:
    """Members by name; their people are loaded with them, since their names are what is shown."""
    return permitted_choices("tenancy.Membership")(request).select_related("user")


class PortfolioFilterSet(FilterSet):
    visibility = ChoiceFilter(choices=Visibility.choices)

    class Meta:
        model = Portfolio
        fields = ["visibility"]


class ThemeFilterSet(FilterSet):
    updated_after = _moment("updated_at", "gt", "Updated after")

    class Meta:
        model = Theme
        fields = ["updated_after"]


class InitiativeFilterSet(FilterSet):
    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"))
    theme = ModelChoiceFilter(queryset=permitted_choices("portfolio.Theme"))
    stage = MultipleChoiceFilter(choices=Stage.choices)
    kind = MultipleChoiceFilter(choices=InitiativeKind.choices)
    level = MultipleChoiceFilter(choices=InitiativeLevel.choices)
    owning_team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"), label="Owning team")
    lead = ModelChoiceFilter(queryset=_members)
    parent = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    target_release = CharFilter(label="Target release")
    updated_after = _moment("updated_at", "gt", "Updated after")

    class Meta:
        model = Initiative
        fields = [
            "portfolio",
            "theme",
            "stage",
            "kind",
            "level",
            "owning_team",
            "lead",
            "parent",
            "target_release",
            "updated_after",
        ]


class InitiativePageFilterSet(WithCustomFields, InitiativeFilterSet):
    """Also by custom fields, for the page; REST reads their definitions only when asked for them."""


class BusinessCaseFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    status = ChoiceFilter(choices=CaseStatus.choices)
    currency = CharFilter()
    updated_after = _moment("updated_at", "gt", "Updated after")

    class Meta:
        model = BusinessCase
        fields = ["initiative", "status", "currency", "updated_after"]


class CashLineFilterSet(FilterSet):
    case = ModelChoiceFilter(queryset=permitted_choices("portfolio.BusinessCase"))
    side = ChoiceFilter(choices=CashSide.choices)
    category = ChoiceFilter(choices=CashCategory.choices)

    class Meta:
        model = CashLine
        fields = ["case", "side", "category"]


def _of_present_inputs(queryset: Any, name: str, value: bool) -> Any:
    """Keep valuations of the present inputs, or only those of earlier ones."""
    present = Valuation.objects.of_present_inputs().values("pk")
    return queryset.filter(pk__in=present) if value else queryset.exclude(pk__in=present)


class ValuationFilterSet(FilterSet):
    case = ModelChoiceFilter(queryset=permitted_choices("portfolio.BusinessCase"))
    initiative = ModelChoiceFilter(
        field_name="case__initiative", queryset=permitted_choices("portfolio.Initiative"), label="Initiative"
    )
    is_present = BooleanFilter(method=_of_present_inputs, label="Of what the case holds now")

    class Meta:
        model = Valuation
        fields = ["case", "initiative", "is_present"]


class KpiFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    status = MultipleChoiceFilter(choices=KpiStatus.choices)
    key = CharFilter(lookup_expr="iexact")
    updated_after = _moment("updated_at", "gt", "Updated after")

    class Meta:
        model = Kpi
        fields = ["initiative", "status", "key", "updated_after"]


class KpiPageFilterSet(KpiFilterSet):
    """Without the key, which the search finds."""

    key = None

    class Meta(KpiFilterSet.Meta):
        fields = ["initiative", "status", "updated_after"]


class KpiObservationFilterSet(FilterSet):
    kpi = ModelChoiceFilter(queryset=permitted_choices("portfolio.Kpi"))
    source = CharFilter()
    source_id = CharFilter()
    observed_after = _moment("observed_at", "gte", "Observed from")
    observed_before = _moment("observed_at", "lt", "Observed before")

    class Meta:
        model = KpiObservation
        fields = ["kpi", "source", "source_id", "observed_after", "observed_before"]


class KpiRollupFilterSet(FilterSet):
    kpi = ModelChoiceFilter(queryset=permitted_choices("portfolio.Kpi"))
    period = ChoiceFilter(choices=RollupPeriod.choices)
    start_after = _day("period_start", "gte", "From")
    start_before = _day("period_start", "lt", "Before")

    class Meta:
        model = KpiRollup
        fields = ["kpi", "period", "start_after", "start_before"]
