"""Reads about one KPI: its series for charts, its newest observations."""

from datetime import date, timedelta
from decimal import Decimal

from portfolio.enums import RollupPeriod
from portfolio.models import Kpi, KpiObservation, KpiRollup
from portfolio.validators import add_months, first_of_month

MONTHS_SHOWN = 24
DAYS_SHOWN = 90

Series = list[tuple[str, list[tuple[str, Decimal | None]]]]


def monthly_series(kpi: Kpi, *, today: date) -> Series:
    """The last two years by month; a month without observations is None, not zero."""
    first = add_months(first_of_month(today), 1 - MONTHS_SHOWN)
    values = _values(kpi, RollupPeriod.MONTH, first)
    months = [add_months(first, index) for index in range(MONTHS_SHOWN)]
    return _series(kpi, "Month", months, values, "%b %y", has_target=kpi.rollup_period == RollupPeriod.MONTH)


def daily_series(kpi: Kpi, *, today: date) -> Series:
    """The last ninety days; a day without observations is None, not zero."""
    first = today - timedelta(days=DAYS_SHOWN - 1)
    values = _values(kpi, RollupPeriod.DAY, first)
    days = [first + timedelta(days=index) for index in range(DAYS_SHOWN)]
    return _series(kpi, "Day", days, values, "%d %b", has_target=kpi.rollup_period == RollupPeriod.DAY)


def newest_observations(kpi: Kpi, *, limit: int = 10) -> list[KpiObservation]:
    """The KPI's last observations, newest first."""
    return list(KpiObservation.objects.filter(kpi=kpi).order_by("-observed_at", "pk")[:limit])


def _values(kpi: Kpi, period: str, first: date) -> dict[date, Decimal]:
    rows = KpiRollup.objects.filter(kpi=kpi, period=period, period_start__gte=first)
    return dict(rows.values_list("period_start", "value"))


def _series(
    kpi: Kpi, name: str, starts: list[date], values: dict[date, Decimal], label: str, *, has_target: bool
) -> Series:
    series: Series = [(name, [(f"{start:{label}}", values.get(start)) for start in starts])]
    target = getattr(kpi, "target", None)
    if has_target and target is not None and values:
        series.append(("Target", [(f"{start:{label}}", target) for start in starts]))
    return series
