"""Filters of the lists of prices, usage and what it costs."""

from django_filters import BooleanFilter, CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter, MultipleChoiceFilter

from core.web.forms import permitted_choices
from portfolio.enums import OptimizationLever, OptimizationStatus, PriceKind, RollupScope
from portfolio.filters.fields import day_filter, members_by_name, moment_filter
from portfolio.models import (
    CostOptimization,
    ExchangeRate,
    ModelPrice,
    MoneyRollup,
    SpendGuardrail,
    UnitCostDay,
    UnitCostMonth,
    UsageRecord,
)


class ExchangeRateFilterSet(FilterSet):
    currency = CharFilter(lookup_expr="iexact")
    valid_after = day_filter("valid_on", "gte", "Valid from, earliest")
    valid_before = day_filter("valid_on", "lt", "Valid from, before")

    class Meta:
        model = ExchangeRate
        fields = ["currency", "valid_after", "valid_before"]


class ModelPriceFilterSet(FilterSet):
    priced_model = ModelChoiceFilter(queryset=permitted_choices("portfolio.PricedModel"), label="Model")
    kind = MultipleChoiceFilter(choices=PriceKind.choices)
    currency = CharFilter(lookup_expr="iexact")
    valid_after = day_filter("valid_from", "gte", "Valid from, earliest")
    valid_before = day_filter("valid_from", "lt", "Valid from, before")

    class Meta:
        model = ModelPrice
        fields = ["priced_model", "kind", "currency", "valid_after", "valid_before"]


class UsageRecordFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    priced_model = ModelChoiceFilter(queryset=permitted_choices("portfolio.PricedModel"), label="Model")
    is_batch = BooleanFilter(label="Batch")
    source = CharFilter()
    source_id = CharFilter()
    used_after = day_filter("used_on", "gte", "Used from")
    used_before = day_filter("used_on", "lt", "Used before")

    class Meta:
        model = UsageRecord
        fields = ["initiative", "priced_model", "is_batch", "source", "source_id", "used_after", "used_before"]


class UnitCostDayFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    is_spike = BooleanFilter(label="Spike")
    is_unknown = BooleanFilter(field_name="cost", lookup_expr="isnull", label="Cost unknown")
    day_after = day_filter("day", "gte", "From")
    day_before = day_filter("day", "lt", "Before")

    class Meta:
        model = UnitCostDay
        fields = ["initiative", "is_spike", "is_unknown", "day_after", "day_before"]


class UnitCostMonthFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    portfolio = ModelChoiceFilter(field_name="initiative__portfolio", queryset=permitted_choices("portfolio.Portfolio"))
    is_unknown = BooleanFilter(field_name="cost", lookup_expr="isnull", label="Cost unknown")
    month_after = day_filter("month", "gte", "From")
    month_before = day_filter("month", "lt", "Before")

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
    owner = ModelChoiceFilter(queryset=members_by_name)
    updated_after = moment_filter("updated_at", "gt", "Updated after")

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
