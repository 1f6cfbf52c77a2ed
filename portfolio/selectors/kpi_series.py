"""Series of KPIs by any period, with what does not fit them; for one KPI or, in one query, for many."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

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
