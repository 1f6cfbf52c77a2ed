"""Filters of the lists of KPIs and what is known of them."""

from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from core.filters import day_filter, moment_filter
from portfolio.enums import KpiStatus, RollupPeriod
from portfolio.models import Kpi, KpiObservation, KpiRollup, KpiTarget
from tenancy.filters import TenantFilterSet


class KpiFilterSet(TenantFilterSet):
    status = MultipleChoiceFilter(choices=KpiStatus.choices)
    key = CharFilter(lookup_expr="iexact")
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Kpi
        fields = ["initiative", "portfolio", "definition_key", "status", "key", "updated_after"]


class KpiPageFilterSet(KpiFilterSet):
    """Without the key, which the search finds."""

    key = None
    definition_key = None

    class Meta(KpiFilterSet.Meta):
        fields = ["initiative", "portfolio", "status", "updated_after"]


class KpiTargetFilterSet(TenantFilterSet):
    valid_from_after = day_filter("valid_from", "gte", "Valid from")
    valid_from_before = day_filter("valid_from", "lt", "Valid before")

    class Meta:
        model = KpiTarget
        fields = ["kpi", "valid_from_after", "valid_from_before"]


class KpiObservationFilterSet(TenantFilterSet):
    observed_after = moment_filter("observed_at", "gte", "Observed from")
    observed_before = moment_filter("observed_at", "lt", "Observed before")

    class Meta:
        model = KpiObservation
        fields = ["kpi", "source", "source_id", "observed_after", "observed_before"]


class KpiRollupFilterSet(TenantFilterSet):
    period = ChoiceFilter(choices=RollupPeriod.choices)
    start_after = day_filter("period_start", "gte", "From")
    start_before = day_filter("period_start", "lt", "Before")

    class Meta:
        model = KpiRollup
        fields = ["kpi", "period", "start_after", "start_before"]
