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

from collaboration.enums import DocumentKind
from collaboration.filters import DOCUMENT_STATES, WithCustomFields
from collaboration.selectors.documents import in_document_state
from core.filters import MomentFilter
from core.web.forms import permitted_choices
from portfolio.enums import (
    CaseStatus,
    CashCategory,
    CashSide,
    InitiativeKind,
    InitiativeLevel,
    KpiStatus,
    Measure,
    OptimizationLever,
    OptimizationStatus,
    PriceKind,
    RollupPeriod,
    RollupScope,
    Stage,
    Visibility,
)
from portfolio.models import (
    BusinessCase,
    CaseDriver,
    CaseOption,
    CashLine,
    CashPeriod,
    CostOptimization,
    ExchangeRate,
    Initiative,
    KeyResult,
    Kpi,
    KpiObservation,
    KpiRollup,
    KpiTarget,
    ModelPrice,
    MoneyRollup,
    Objective,
    ObjectiveInitiative,
    Portfolio,
    SpendGuardrail,
    StaffingLine,
    Theme,
    UnitCostDay,
    UnitCostMonth,
    UsageRecord,
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


def _of_document(kind: str) -> Any:
    return lambda rows, name, value: in_document_state(rows, kind, value)


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
    prd = ChoiceFilter(choices=DOCUMENT_STATES, method=_of_document(DocumentKind.PRD), label="PRD")
    strategy_memo = ChoiceFilter(
        choices=DOCUMENT_STATES, method=_of_document(DocumentKind.STRATEGY_MEMO), label="Strategy memo"
    )
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
            "prd",
            "strategy_memo",
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


class CaseOptionFilterSet(FilterSet):
    case = ModelChoiceFilter(queryset=permitted_choices("portfolio.BusinessCase"))

    class Meta:
        model = CaseOption
        fields = ["case"]


class CaseDriverFilterSet(FilterSet):
    case = ModelChoiceFilter(queryset=permitted_choices("portfolio.BusinessCase"))
    option = ModelChoiceFilter(queryset=permitted_choices("portfolio.CaseOption"))
    key = CharFilter()

    class Meta:
        model = CaseDriver
        fields = ["case", "option", "key"]


class CashPeriodFilterSet(FilterSet):
    line = ModelChoiceFilter(queryset=permitted_choices("portfolio.CashLine"))
    case = ModelChoiceFilter(field_name="line__case", queryset=permitted_choices("portfolio.BusinessCase"))
    measure = ChoiceFilter(choices=Measure.choices)

    class Meta:
        model = CashPeriod
        fields = ["line", "case", "measure"]


class StaffingLineFilterSet(FilterSet):
    case = ModelChoiceFilter(field_name="line__case", queryset=permitted_choices("portfolio.BusinessCase"))
    option = ModelChoiceFilter(field_name="line__option", queryset=permitted_choices("portfolio.CaseOption"))

    class Meta:
        model = StaffingLine
        fields = ["case", "option"]


class CashLineFilterSet(FilterSet):
    case = ModelChoiceFilter(queryset=permitted_choices("portfolio.BusinessCase"))
    option = ModelChoiceFilter(queryset=permitted_choices("portfolio.CaseOption"))
    side = ChoiceFilter(choices=CashSide.choices)
    category = ChoiceFilter(choices=CashCategory.choices)

    class Meta:
        model = CashLine
        fields = ["case", "option", "side", "category"]


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


class ExchangeRateFilterSet(FilterSet):
    currency = CharFilter(lookup_expr="iexact")
    valid_after = _day("valid_on", "gte", "Valid from, earliest")
    valid_before = _day("valid_on", "lt", "Valid from, before")

    class Meta:
        model = ExchangeRate
        fields = ["currency", "valid_after", "valid_before"]


class ModelPriceFilterSet(FilterSet):
    priced_model = ModelChoiceFilter(queryset=permitted_choices("portfolio.PricedModel"), label="Model")
    kind = MultipleChoiceFilter(choices=PriceKind.choices)
    currency = CharFilter(lookup_expr="iexact")
    valid_after = _day("valid_from", "gte", "Valid from, earliest")
    valid_before = _day("valid_from", "lt", "Valid from, before")

    class Meta:
        model = ModelPrice
        fields = ["priced_model", "kind", "currency", "valid_after", "valid_before"]


class UsageRecordFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    priced_model = ModelChoiceFilter(queryset=permitted_choices("portfolio.PricedModel"), label="Model")
    is_batch = BooleanFilter(label="Batch")
    source = CharFilter()
    source_id = CharFilter()
    used_after = _day("used_on", "gte", "Used from")
    used_before = _day("used_on", "lt", "Used before")

    class Meta:
        model = UsageRecord
        fields = ["initiative", "priced_model", "is_batch", "source", "source_id", "used_after", "used_before"]


class UnitCostDayFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    is_spike = BooleanFilter(label="Spike")
    is_unknown = BooleanFilter(field_name="cost", lookup_expr="isnull", label="Cost unknown")
    day_after = _day("day", "gte", "From")
    day_before = _day("day", "lt", "Before")

    class Meta:
        model = UnitCostDay
        fields = ["initiative", "is_spike", "is_unknown", "day_after", "day_before"]


class UnitCostMonthFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    portfolio = ModelChoiceFilter(field_name="initiative__portfolio", queryset=permitted_choices("portfolio.Portfolio"))
    is_unknown = BooleanFilter(field_name="cost", lookup_expr="isnull", label="Cost unknown")
    month_after = _day("month", "gte", "From")
    month_before = _day("month", "lt", "Before")

    class Meta:
        model = UnitCostMonth
        fields = ["initiative", "portfolio", "is_unknown", "month_after", "month_before"]


class SpendGuardrailFilterSet(FilterSet):
    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"))

    class Meta:
        model = SpendGuardrail
        fields = ["portfolio"]


class CostOptimizationFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    lever = MultipleChoiceFilter(choices=OptimizationLever.choices)
    status = MultipleChoiceFilter(choices=OptimizationStatus.choices)
    owner = ModelChoiceFilter(queryset=_members)
    updated_after = _moment("updated_at", "gt", "Updated after")

    class Meta:
        model = CostOptimization
        fields = ["initiative", "lever", "status", "owner", "updated_after"]


class MoneyRollupFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    portfolio = ModelChoiceFilter(field_name="initiative__portfolio", queryset=permitted_choices("portfolio.Portfolio"))
    theme = ModelChoiceFilter(field_name="initiative__theme", queryset=permitted_choices("portfolio.Theme"))
    scope = ChoiceFilter(choices=RollupScope.choices)

    class Meta:
        model = MoneyRollup
        fields = ["initiative", "portfolio", "theme", "scope"]


class KpiFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"))
    definition_key = CharFilter()
    status = MultipleChoiceFilter(choices=KpiStatus.choices)
    key = CharFilter(lookup_expr="iexact")
    updated_after = _moment("updated_at", "gt", "Updated after")

    class Meta:
        model = Kpi
        fields = ["initiative", "portfolio", "definition_key", "status", "key", "updated_after"]


class KpiPageFilterSet(KpiFilterSet):
    """Without the key, which the search finds."""

    key = None
    definition_key = None

    class Meta(KpiFilterSet.Meta):
        fields = ["initiative", "portfolio", "status", "updated_after"]


class KpiTargetFilterSet(FilterSet):
    kpi = ModelChoiceFilter(queryset=permitted_choices("portfolio.Kpi"))
    valid_from_after = _day("valid_from", "gte", "Valid from")
    valid_from_before = _day("valid_from", "lt", "Valid before")

    class Meta:
        model = KpiTarget
        fields = ["kpi", "valid_from_after", "valid_from_before"]


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


class ObjectiveFilterSet(FilterSet):
    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"))
    theme = ModelChoiceFilter(queryset=permitted_choices("portfolio.Theme"))
    parent = ModelChoiceFilter(queryset=permitted_choices("portfolio.Objective"), label="Below")
    owner = ModelChoiceFilter(queryset=_members)
    updated_after = _moment("updated_at", "gt", "Updated after")

    class Meta:
        model = Objective
        fields = ["portfolio", "theme", "parent", "owner", "updated_after"]


class KeyResultFilterSet(FilterSet):
    objective = ModelChoiceFilter(queryset=permitted_choices("portfolio.Objective"))
    kpi = ModelChoiceFilter(queryset=permitted_choices("portfolio.Kpi"))

    class Meta:
        model = KeyResult
        fields = ["objective", "kpi"]


class ObjectiveInitiativeFilterSet(FilterSet):
    objective = ModelChoiceFilter(queryset=permitted_choices("portfolio.Objective"))
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))

    class Meta:
        model = ObjectiveInitiative
        fields = ["objective", "initiative"]
