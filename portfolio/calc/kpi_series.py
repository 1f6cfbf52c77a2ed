"""A KPI's values by period with the gaps made visible. No clock."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from portfolio.calc.calendar import previous_start


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
