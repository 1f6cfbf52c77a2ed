"""Delivery in figures: promises kept, days from PRD to delivery, gates passed in time."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

# Below, promises mean little; above, too little is promised. A quarter is judged when it is over.
BAND = (0.8, 0.9)
BELOW, WITHIN, ABOVE = "below", "within", "above"


@dataclass(frozen=True, slots=True)
class Commitment:
    """One outcome promised for a period. `delivered_on` is None while it is not delivered.

    `is_rescoped` says that the promise was changed with a reason inside the period.
    """

    delivered_on: date | None
    is_rescoped: bool = False


@dataclass(frozen=True, slots=True)
class Predictability:
    """Promises of one period: `rate` is delivered over committed, None when nothing was promised.

    Of the undelivered, `rescoped` were changed with a reason and `missed` were not; neither counts as delivered.
    """

    committed: int
    delivered: int
    rescoped: int
    missed: int

    @property
    def rate(self) -> float | None:
        return self.delivered / self.committed if self.committed else None

    @property
    def band(self) -> str | None:
        """Where the rate lies: below, within or above 80 to 90%, both included; None without a rate."""
        if self.rate is None:
            return None
        if self.rate < BAND[0]:
            return BELOW
        return ABOVE if self.rate > BAND[1] else WITHIN


def predictability(commitments: Iterable[Commitment], *, until: date) -> Predictability:
    """How many of the promises were delivered until the day, it included."""
    rows = list(commitments)
    open_rows = [row for row in rows if row.delivered_on is None or row.delivered_on > until]
    rescoped = sum(row.is_rescoped for row in open_rows)
    return Predictability(len(rows), len(rows) - len(open_rows), rescoped, len(open_rows) - rescoped)


@dataclass(frozen=True, slots=True)
class Spread:
    """Middle and tail of some durations; both None without any."""

    count: int
    median: float | None
    p85: float | None


def spread(values: Sequence[float]) -> Spread:
    """Median and 85th percentile, linear between neighbours.

    Source: Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), definition 7.
    """
    ordered = sorted(values)
    return Spread(len(ordered), _quantile(ordered, 0.5), _quantile(ordered, 0.85))


@dataclass(frozen=True, slots=True)
class GateCheck:
    """A stage due on a day. `passed_on` is None while it is not reached."""

    due_on: date
    passed_on: date | None


def on_time_rate(checks: Iterable[GateCheck], *, today: date) -> tuple[int, int]:
    """(passed in time, due): a gate counts once its day is over or it is passed; early is in time."""
    due = [check for check in checks if check.due_on < today or check.passed_on is not None]
    return sum(check.passed_on is not None and check.passed_on <= check.due_on for check in due), len(due)


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
