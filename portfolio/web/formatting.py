"""How the portfolio's figures are shown: months, reasons of figures without an answer."""

from typing import Any

from core.web.formatting import FRACTION, UNKNOWN, badge, number, quantity
from portfolio.enums import KpiStatus

# Not in the common table of tones, where another app may mean something else by "unknown".
KPI_TONES = {
    KpiStatus.ON_TRACK: "success",
    KpiStatus.AT_RISK: "warning",
    KpiStatus.OFF_TRACK: "danger",
    KpiStatus.STALE: "violet",
    KpiStatus.UNKNOWN: "neutral",
}
REASONS = {
    "no_cash_flow": "no money moves",
    "no_sign_change": "costs or benefits only, so there is no rate",
    "no_real_rate": "no rate makes it zero",
    "only_total_loss": "everything is lost",
    "several_rates": "one of several rates",
    "no_costs": "nothing is put in",
    "never_recovered": "not within the plan",
}


def months(value: float | None) -> str:
    """A number of months as `14.5 months`, from two years on as years."""
    if value is None:
        return UNKNOWN
    if value >= 24:
        return f"{number(round(value / 12, 1))} years"
    return f"{number(round(value, 1))} months"


def with_unit(value: Any, obj: Any, column: Any) -> str:
    """A figure with its KPI's unit; unknown stays unknown."""
    return quantity(value, obj.unit)


def charted(series: Any, unit: str) -> dict[str, Any]:
    """A KPI's series and unit as a chart shows them: fractions as percentages."""
    if unit != FRACTION:
        return {"series": series, "unit": unit}
    scaled = [
        (name, [(label, None if value is None else value * 100) for label, value in points]) for name, points in series
    ]
    return {"series": scaled, "unit": "%"}


def status_badge(value: Any, obj: Any, column: Any) -> str:
    """A KPI's status in words and colour."""
    return badge(KpiStatus(value).label, KPI_TONES[value])
