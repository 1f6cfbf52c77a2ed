"""Filters of the lists of business cases and their parts."""

from typing import Any

from django_filters import BooleanFilter, CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter

from core.web.forms import permitted_choices
from portfolio.enums import CaseStatus, CashCategory, CashSide, Measure
from portfolio.filters.fields import moment_filter
from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashLine, CashPeriod, StaffingLine, Valuation


def _of_present_inputs(queryset: Any, name: str, value: bool) -> Any:
    """Keep valuations of the present inputs, or only those of earlier ones."""
    present = Valuation.objects.of_present_inputs().values("pk")
    return queryset.filter(pk__in=present) if value else queryset.exclude(pk__in=present)


class BusinessCaseFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    status = ChoiceFilter(choices=CaseStatus.choices)
    currency = CharFilter()
    updated_after = moment_filter("updated_at", "gt", "Updated after")

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


class CashLineFilterSet(FilterSet):
    case = ModelChoiceFilter(queryset=permitted_choices("portfolio.BusinessCase"))
    option = ModelChoiceFilter(queryset=permitted_choices("portfolio.CaseOption"))
    side = ChoiceFilter(choices=CashSide.choices)
    category = ChoiceFilter(choices=CashCategory.choices)

    class Meta:
        model = CashLine
        fields = ["case", "option", "side", "category"]


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


class ValuationFilterSet(FilterSet):
    case = ModelChoiceFilter(queryset=permitted_choices("portfolio.BusinessCase"))
    initiative = ModelChoiceFilter(
        field_name="case__initiative", queryset=permitted_choices("portfolio.Initiative"), label="Initiative"
    )
    is_present = BooleanFilter(method=_of_present_inputs, label="Of what the case holds now")

    class Meta:
        model = Valuation
        fields = ["case", "initiative", "is_present"]
