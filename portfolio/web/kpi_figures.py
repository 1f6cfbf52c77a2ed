"""How KPIs are shown in rows and charts: goal, trend, series against the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.html import format_html

from core.web.formatting import FRACTION, UNKNOWN, percent, quantity
from portfolio.calc.calendar import next_start
from portfolio.enums import KpiAggregation, KpiDirection, KpiStatus, RollupPeriod
from portfolio.models import Kpi, KpiTarget
from portfolio.selectors.kpi_benefits import RealisedBenefit
from portfolio.selectors.kpi_series import SeriesPoint
from portfolio.selectors.kpi_targets import target_on
from portfolio.web.formatting import status_badge

# How many periods the chart of a KPI shows.
PERIODS_SHOWN = {RollupPeriod.DAY: 90, RollupPeriod.WEEK: 53, RollupPeriod.MONTH: 24, RollupPeriod.QUARTER: 12}


@dataclass(frozen=True)
class KpiRow:
    """One KPI as a row of the dashboard."""

    kpi: Any
    value: str
    goal: str
    badge: str
    trend_icon: str
    trend: str
    trend_tone: str
    is_anomaly: bool


def kpi_row(kpi: Any, now: datetime) -> KpiRow:
    """Figures of a KPI that has its status annotated."""
    icon, text, tone = trend_of(kpi)
    return KpiRow(
        kpi=kpi,
        value=value_text(kpi),
        goal=goal_text(kpi, kpi),
        badge=status_badge(kpi.status, kpi, None),
        trend_icon=icon,
        trend=text,
        trend_tone=tone,
        is_anomaly=bool(kpi.is_anomaly) and kpi.status != KpiStatus.STALE,
    )


def value_text(kpi: Any) -> str:
    """The newest value; close to 100% one decimal would hide what is missing."""
    value = kpi.latest_value
    if kpi.unit == FRACTION and value is not None and Decimal("0.99") <= value < 1:
        return percent(value, 3)
    return quantity(value, kpi.unit)


def goal_text(target: Any, kpi: Kpi) -> str:
    """`at least 85%`, `at most 900 ms`, `-10% to 10%`; unknown without a target."""
    if target is None:
        return UNKNOWN
    if kpi.direction == KpiDirection.BAND:
        if target.low is None or target.high is None:
            return UNKNOWN
        return format_html("{} to {}", quantity(target.low, kpi.unit), quantity(target.high, kpi.unit))
    if target.target is None:
        return UNKNOWN
    sign = "≥" if kpi.direction == KpiDirection.UP else "≤"
    return format_html("{} {}", sign, quantity(target.target, kpi.unit))


def trend_of(kpi: Any) -> tuple[str, str, str]:
    """(icon, change since the period before, tone); empty without two values."""
    if kpi.latest_value is None or kpi.previous_value is None or kpi.latest_value == kpi.previous_value:
        return "", "", ""
    change = kpi.latest_value - kpi.previous_value
    icon = "trending-up" if change > 0 else "trending-down"
    text = quantity(_rounded(abs(change)) if kpi.unit == FRACTION else abs(change), kpi.unit)
    if text.endswith("%"):
        # From 80% to 84% is four percentage points, and 5%.
        text = f"{text[:-1]}\N{NO-BREAK SPACE}pp"
    if kpi.direction == KpiDirection.BAND:
        return icon, text, ""
    is_better = (change > 0) == (kpi.direction == KpiDirection.UP)
    return icon, text, "success" if is_better else "danger"


def _rounded(change: Decimal) -> Decimal:
    """Two significant digits: how much a share changed is seldom known better."""
    return Decimal(f"{change:.2g}")


def charted_series(
    points: Sequence[SeriesPoint], kpi: Kpi, targets: Sequence[KpiTarget], period: str
) -> list[tuple[str, list[tuple[str, Decimal | None]]]]:
    """Values, what does not fit them, and the target or band of each period, as a chart takes them."""
    labels = [period_label(point.period_start, period) for point in points]
    series = [(RollupPeriod(period).label, [_shown(point, kpi) for point in points])]
    if any(point.is_anomaly for point in points):
        series.append(("Out of the ordinary", [point.value if point.is_anomaly else None for point in points]))
    if period == kpi.rollup_period:
        series += _goals(points, kpi, targets, period)
    return [(name, list(zip(labels, values, strict=True))) for name, values in series]


def _shown(point: SeriesPoint, kpi: Kpi) -> Decimal | None:
    """The sum of a period that is still running would look like a fall."""
    return None if point.is_running and kpi.aggregation == KpiAggregation.SUM else point.value


def _goals(points: Sequence[SeriesPoint], kpi: Kpi, targets: Sequence[KpiTarget], period: str) -> list[Any]:
    in_force = [target_on(targets, next_start(point.period_start, period) - timedelta(days=1)) for point in points]
    names = {"low": "Band from", "high": "Band to"} if kpi.direction == KpiDirection.BAND else {"target": "Target"}
    lines = [(label, [getattr(each, name) if each else None for each in in_force]) for name, label in names.items()]
    return [(label, values) for label, values in lines if any(value is not None for value in values)]


def benefit_charts(benefits: Sequence[RealisedBenefit]) -> list[tuple[RealisedBenefit, list[Any]]]:
    """Each benefit with its series of plan and actual, as a bar chart takes them."""
    return [
        (
            benefit,
            [
                ("Plan", [(f"{each.month:%b %y}", each.plan) for each in benefit.months]),
                ("Actual", [(f"{each.month:%b %y}", each.actual) for each in benefit.months]),
            ],
        )
        for benefit in benefits
    ]


def period_label(start: date, period: str) -> str:
    """`5 Jan`, `Jan 26`, `Q1 2026`; a week by its Monday."""
    if period == RollupPeriod.MONTH:
        return f"{start:%b %y}"
    if period == RollupPeriod.QUARTER:
        return f"Q{(start.month + 2) // 3} {start.year}"
    return f"{start.day} {start:%b}"
