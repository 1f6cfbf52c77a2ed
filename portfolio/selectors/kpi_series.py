"""Series of KPIs by any period, with what does not fit them; for one KPI or, in one query, for many."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Max

from portfolio.calc.anomalies import SEASONS, Fit, fits
from portfolio.calc.calendar import next_start, period_start, previous_start, starts
from portfolio.enums import RollupPeriod
from portfolio.models import Kpi, KpiRollup

# Periods loaded before the first one shown, so that it can be judged too.
_BEFORE = {RollupPeriod.DAY: 120, RollupPeriod.WEEK: 26, RollupPeriod.MONTH: 24, RollupPeriod.QUARTER: 16}


@dataclass(frozen=True)
class SeriesPoint:
    """One period of a KPI. `value` is None where nothing was observed; `fit` None while too little is known.

    `is_running` says that the period is not over on the day asked for, so that its sum will still grow.
    """

    period_start: date
    value: Decimal | None
    count: int
    fit: Fit | None
    is_running: bool

    @property
    def is_anomaly(self) -> bool:
        """Whether the value does not fit what came before it."""
        return self.fit is not None and self.fit.is_anomaly


def series(kpi: Kpi, *, period: str, periods: int, today: date) -> list[SeriesPoint]:
    """The last `periods` periods up to the running one, oldest first; one query."""
    return series_of([kpi.pk], period=period, periods=periods, today=today)[kpi.pk]


def series_of(kpi_ids: Collection[UUID], *, period: str, periods: int, today: date) -> dict[UUID, list[SeriesPoint]]:
    """As `series`, of many KPIs in one query. Running periods are not judged: they are not complete."""
    running = period_start(today, period)
    shown = first = running
    for number in range(periods - 1 + _BEFORE[RollupPeriod(period)]):
        first = previous_start(first, period)
        shown = first if number < periods - 1 else shown
    rows = KpiRollup.objects.filter(kpi__in=kpi_ids, period=period, period_start__range=(first, running))
    values: dict[UUID, dict[date, tuple[Decimal | None, int]]] = defaultdict(dict)
    for kpi_id, start, value, count in rows.values_list("kpi_id", "period_start", "value", "count"):
        values[kpi_id][start] = (value, count)
    dates = starts(first, next_start(running, period), period)
    return {kpi_id: _points(values[kpi_id], dates, shown, period) for kpi_id in kpi_ids}


def latest_anomalies(kpi_ids: Collection[UUID], *, period: str, today: date) -> dict[UUID, SeriesPoint]:
    """Of each KPI whose newest complete period does not fit, that period; one query."""
    flagged = {}
    for kpi_id, points in series_of(kpi_ids, period=period, periods=8, today=today).items():
        observed = [point for point in points if point.value is not None and not point.is_running]
        if observed and observed[-1].is_anomaly:
            flagged[kpi_id] = observed[-1]
    return flagged


def last_observed(kpi_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When each KPI was last observed, as far as it was rolled up; KPIs never observed are missing."""
    rows = KpiRollup.objects.filter(kpi__in=kpi_ids, period=RollupPeriod.QUARTER).order_by()
    return dict(rows.values("kpi_id").annotate(at=Max("last_observed_at")).values_list("kpi_id", "at"))


def _points(
    values: dict[date, tuple[Decimal | None, int]], dates: list[date], shown: date, period: str
) -> list[SeriesPoint]:
    numbers = [values.get(start, (None, 0))[0] for start in dates]
    judged = fits([None if each is None else float(each) for each in numbers[:-1]], season=SEASONS[period])
    return [
        SeriesPoint(start, number, values.get(start, (None, 0))[1], fit, is_running=start == dates[-1])
        for start, number, fit in zip(dates, numbers, [*judged, None], strict=True)
        if start >= shown
    ]
