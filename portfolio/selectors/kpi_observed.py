"""A KPI's value made of its observations on the spot, as the rollup makes it, for what cannot wait for the rollup."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Avg, DecimalField, F, FloatField, Max, Min, Sum, Value
from django.db.models.functions import Cast, Coalesce

from portfolio.calc.calendar import period_start
from portfolio.enums import KpiAggregation
from portfolio.models import Kpi, KpiObservation

_SCALE = Decimal("0.000001")
_DECIMAL = DecimalField(max_digits=50, decimal_places=12)


class _Percentile(Aggregate):
    """percentile_cont of floats: interpolated between neighbours."""

    name = "Percentile"
    template = "percentile_cont(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def value_at(kpi: Kpi, newest: KpiObservation, *, at: datetime) -> Decimal | None:
    """The KPI over the target's period that `newest` lies in, of what was observed up to `at`; None where undefined."""
    if kpi.aggregation == KpiAggregation.LAST:
        return Decimal(newest.value)
    start = period_start(newest.observed_at.astimezone(UTC).date(), kpi.rollup_period)
    observations = KpiObservation.objects.filter(
        kpi=kpi.pk, observed_at__gte=datetime.combine(start, time(), UTC), observed_at__lte=at
    )
    found = observations.aggregate(**_figures(kpi.aggregation))
    numerator, denominator = found["numerator"], found.get("denominator", 1)
    if numerator is None or not denominator:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(_SCALE)


def _figures(aggregation: str) -> dict[str, Any]:
    weight = Coalesce("weight", Cast("sample_size", _DECIMAL), Value(Decimal(1)), output_field=_DECIMAL)
    value = Cast("value", FloatField())
    figures: dict[str, dict[str, Any]] = {
        KpiAggregation.SUM: {"numerator": Sum("value")},
        KpiAggregation.MEAN: {"numerator": Avg("value")},
        KpiAggregation.MINIMUM: {"numerator": Min("value")},
        KpiAggregation.MAXIMUM: {"numerator": Max("value")},
        KpiAggregation.MEDIAN: {"numerator": _Percentile(value, fraction="0.5")},
        KpiAggregation.P95: {"numerator": _Percentile(value, fraction="0.95")},
        KpiAggregation.RATIO: {"numerator": Sum("numerator"), "denominator": Sum("denominator")},
        KpiAggregation.WEIGHTED_MEAN: {
            "numerator": Sum(F("value") * weight, output_field=_DECIMAL),
            "denominator": Sum(weight),
        },
    }
    return figures[aggregation]
