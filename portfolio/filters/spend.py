"""Filters of the lists of prices, usage and what it costs."""

from django_filters import BooleanFilter, CharFilter, ChoiceFilter, ModelChoiceFilter

from core.filters import day_filter, moment_filter
from core.web.forms import permitted_choices
from portfolio.enums import RollupScope
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
from tenancy.filters import TenantFilterSet


class ExchangeRateFilterSet(TenantFilterSet):
    currency = CharFilter(lookup_expr="iexact")
    valid_after = day_filter("valid_on", "gte", "Valid from, earliest")
    valid_before = day_filter("valid_on", "lt", "Valid from, before")

    class Meta:
        model = ExchangeRate
        fields = ["currency", "valid_after", "valid_before"]


class ModelPriceFilterSet(TenantFilterSet):
    priced_model = ModelChoiceFilter(queryset=permitted_choices("portfolio.PricedModel"), label="Model")
    currency = CharFilter(lookup_expr="iexact")
    valid_after = day_filter("valid_from", "gte", "Valid from, earliest")
    valid_before = day_filter("valid_from", "lt", "Valid from, before")

    class Meta:
        model = ModelPrice
        fields = ["priced_model", "kind", "currency", "valid_after", "valid_before"]


class UsageRecordFilterSet(TenantFilterSet):
    priced_model = ModelChoiceFilter(queryset=permitted_choices("portfolio.PricedModel"), label="Model")
    is_batch = BooleanFilter(label="Batch")
    used_after = day_filter("used_on", "gte", "Used from")
    used_before = day_filter("used_on", "lt", "Used before")

    class Meta:
        model = UsageRecord
        fields = ["initiative", "priced_model", "is_batch", "source", "source_id", "used_after", "used_before"]


class UnitCostDayFilterSet(TenantFilterSet):
    is_spike = BooleanFilter(label="Spike")
    is_unknown = BooleanFilter(field_name="cost", lookup_expr="isnull", label="Cost unknown")
    day_after = day_filter("day", "gte", "From")
    day_before = day_filter("day", "lt", "Before")

    class Meta:
        model = UnitCostDay
        fields = ["initiative", "is_spike", "is_unknown", "day_after", "day_before"]


class UnitCostMonthFilterSet(TenantFilterSet):
    portfolio = ModelChoiceFilter(field_name="initiative__portfolio", queryset=permitted_choices("portfolio.Portfolio"))
    is_unknown = BooleanFilter(field_name="cost", lookup_expr="isnull", label="Cost unknown")
    month_after = day_filter("month", "gte", "From")
    month_before = day_filter("month", "lt", "Before")

    class Meta:
        model = UnitCostMonth
        fields = ["initiative", "portfolio", "is_unknown", "month_after", "month_before"]


class SpendGuardrailFilterSet(TenantFilterSet):
    class Meta:
        model = SpendGuardrail
        fields = ["portfolio"]


class CostOptimizationFilterSet(TenantFilterSet):
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = CostOptimization
        fields = ["initiative", "lever", "status", "owner", "updated_after"]


class MoneyRollupFilterSet(TenantFilterSet):
    portfolio = ModelChoiceFilter(field_name="initiative__portfolio", queryset=permitted_choices("portfolio.Portfolio"))
    theme = ModelChoiceFilter(field_name="initiative__theme", queryset=permitted_choices("portfolio.Theme"))
    scope = ChoiceFilter(choices=RollupScope.choices)

    class Meta:
        model = MoneyRollup
        fields = ["initiative", "portfolio", "theme", "scope"]
