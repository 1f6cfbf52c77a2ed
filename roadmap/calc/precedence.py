"""What the four kinds of dependency ask of dates: how early the successor may be, and by how much it is too early."""

from dataclasses import dataclass
from datetime import date

KINDS = ("FS", "SS", "FF", "SF")
# A successor starts on the day after its predecessor's last, and may end on the eve of its predecessor's first.
_SHIFT_DAYS = {"FS": 1, "SS": 0, "FF": 0, "SF": -1}


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of an item, both worked; both None while it is unscheduled."""

    start_on: date | None
    end_on: date | None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """By how many calendar days a successor is too early.

    `anchor_on` is the predecessor's date it waits for, `earliest_on` the first day that would do (the calendar's last
    day where the lag leads beyond it).
    """

    days: int
    anchor_on: date
    earliest_on: date


def waits_for_start(kind: str) -> bool:
    """Whether the predecessor's start, not its end, holds the successor back."""
    return _known(kind)[0] == "S"


def holds_start(kind: str) -> bool:
    """Whether the successor's start, not its end, is held back."""
    return _known(kind)[1] == "S"


def shortfall_of(kind: str, *, lag_days: int, predecessor: Span, successor: Span) -> Shortfall | None:
    """How far the dates fall short of a dependency; None when they keep it, or an end is unscheduled.

    `kind` is one of KINDS, ValueError otherwise; `lag_days` are calendar days, negative for a lead. Both dates of an
    item are worked, so that a finish-to-start successor starts on the day after its predecessor's last, plus the lag.
    A start-to-finish successor may end on the eve of the predecessor's start.
    Source: PMBOK Guide, precedence diagramming method.
    """
    anchor = predecessor.start_on if waits_for_start(kind) else predecessor.end_on
    actual = successor.start_on if holds_start(kind) else successor.end_on
    if anchor is None or actual is None:
        return None
    earliest = anchor.toordinal() + lag_days + _SHIFT_DAYS[kind]
    days = earliest - actual.toordinal()
    if days <= 0:
        return None
    return Shortfall(days, anchor, date.fromordinal(min(earliest, date.max.toordinal())))


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of dependency.")
    return kind
