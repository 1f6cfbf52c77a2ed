"""A KPI's values by period: gaps made visible, and which of them are out of the ordinary. No clock."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from portfolio.calc.calendar import previous_start
from portfolio.calc.kpi_judgement import is_outlier

# How many earlier values a value is compared with.
COMPARED = {"day": 8, "week": 12, "month": 12, "quarter": 8}
# Periods a comparison may reach back over gaps, in the periods of the series.
REACH = {"day": 10 * 7, "week": 26, "month": 24, "quarter": 12}


def comparable(values: Mapping[date, Decimal], start: date, period: str) -> list[float]:
    """Earlier values the one of `start` is compared with: days with the same weekday, others with the ones before.

    A week has its own rhythm, so that every Sunday would stand out among the days before it.
    """
    found: list[float] = []
    earlier = start
    for step in range(1, REACH[period] + 1):
        earlier = start - timedelta(days=step) if period == "day" else previous_start(earlier, period)
        if period == "day" and step % 7:
            continue
        value = values.get(earlier)
        if value is not None:
            found.append(float(value))
        if len(found) == COMPARED[period]:
            break
    return found


def outliers(values: Mapping[date, Decimal], period: str, among: Sequence[date]) -> set[date]:
    """Those periods of `among` whose value is out of the ordinary."""
    return {
        start
        for start in among
        if start in values and is_outlier(float(values[start]), comparable(values, start, period))
    }


def latest(values: Mapping[date, Decimal], last: date, period: str, count: int) -> list[Decimal | None]:
    """Values of the `count` periods up to the one that begins on `last`, oldest first; None for a gap.

    Leading gaps are left out: before its first value a KPI has no history.
    """
    starts = [last]
    while len(starts) < count:
        starts.append(previous_start(starts[-1], period))
    found = [values.get(start) for start in reversed(starts)]
    first = next((index for index, value in enumerate(found) if value is not None), len(found))
    return found[first:]
