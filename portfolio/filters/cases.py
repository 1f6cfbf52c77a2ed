"""Filters of the lists of business cases and their parts."""

from typing import Any

from django_filters import BooleanFilter, ChoiceFilter, ModelChoiceFilter

from core.filters import moment_filter
from core.web.forms import permitted_choices
from portfolio.enums import CaseStatus, CashCategory, CashSide, Measure
from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashLine, CashPeriod, StaffingLine, Valuation
from tenancy.filters import TenantFilterSet


def _of_present_inputs(queryset: Any, name: str, value: bool) -> Any:
    """Keep valuations of the present inputs, or only those of earlier ones."""
    present = Valuation.objects.of_present_inputs().values("pk")
    return queryset.filter(pk__in=present) if value else queryset.exclude(pk__in=present)


class BusinessCaseFilterSet(TenantFilterSet):
    status = ChoiceFilter(choices=CaseStatus.choices)
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = BusinessCase
        fields = ["initiative", "status", "currency", "updated_after"]


class CaseOptionFilterSet(TenantFilterSet):
    class Meta:
        model = CaseOption
        fields = ["case"]


class CaseDriverFilterSet(TenantFilterSet):
    class Meta:
        model = CaseDriver
        fields = ["case", "option", "key"]


class CashLineFilterSet(TenantFilterSet):
    side = ChoiceFilter(choices=CashSide.choices)
    category = ChoiceFilter(choices=CashCategory.choices)

    class Meta:
        model = CashLine
        fields = ["case", "option", "side", "category"]


class CashPeriodFilterSet(TenantFilterSet):
    case = ModelChoiceFilter(field_name="line__case", queryset=permitted_choices("portfolio.BusinessCase"))
    measure = ChoiceFilter(choices=Measure.choices)

    class Meta:
        model = CashPeriod
        fields = ["line", "case", "measure"]


class StaffingLineFilterSet(TenantFilterSet):
    case = ModelChoiceFilter(field_name="line__case", queryset=permitted_choices("portfolio.BusinessCase"))
    option = ModelChoiceFilter(field_name="line__option", queryset=permitted_choices("portfolio.CaseOption"))

    class Meta:
        model = StaffingLine
        fields = ["case", "option"]


class ValuationFilterSet(TenantFilterSet):
    initiative = ModelChoiceFilter(
        field_name="case__initiative", queryset=permitted_choices("portfolio.Initiative"), label="Initiative"
    )
    is_present = BooleanFilter(method=_of_present_inputs, label="Of what the case holds now")

    class Meta:
        model = Valuation
        fields = ["case", "initiative", "is_present"]
