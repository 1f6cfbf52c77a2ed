"""What the four kinds of dependency ask of dates: how early the successor may be, and by how much it is too early.

Inside, an end of an item is the midnight it lies on: the start of its first day, or the start of the day after its
last. Both are ordinals, and a calendar numbers them by the working days that lie before.
"""

from dataclasses import dataclass
from datetime import date

from roadmap.calc.working_days import OutsideCalendarError, WorkingDays

KINDS = ("FS", "SS", "FF", "SF")


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of an item, both worked; both None while it is unscheduled."""

    start_on: date | None
    end_on: date | None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """By how many working days of its own calendar a successor is too early.

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


def anchor_of(kind: str, start: int, end: int) -> int:
    """The midnight of the predecessor that is waited for; days are ordinals, both worked."""
    return start if kind[0] == "S" else end + 1


def held_of(kind: str, start: int, end: int, calendar: WorkingDays) -> int:
    """The number of the successor's end that is held back, by its calendar."""
    return calendar.before(start if kind[1] == "S" else end + 1)


def required_of(anchor: int, lag_days: int, calendar: WorkingDays) -> int:
    """The least number the held end may have; `lag_days` are working days of the successor's calendar."""
    return calendar.before(anchor) + lag_days


def shortfall_of(
    kind: str, *, lag_days: int, predecessor: Span, successor: Span, calendar: WorkingDays
) -> Shortfall | None:
    """How far the dates fall short of a dependency; None when they keep it, or an end is unscheduled.

    `kind` is one of KINDS, ValueError otherwise. `lag_days` and the answer are working days of the successor's
    `calendar`, a negative lag is a lead. Both dates of an item are worked, so that a finish-to-start successor starts
    on the first working day after its predecessor's last, plus the lag; weekends and holidays in between are no delay.
    A start-to-finish successor may end on the eve of the predecessor's start.
    Source: PMBOK Guide, precedence diagramming method.
    """
    anchor_on = predecessor.start_on if waits_for_start(kind) else predecessor.end_on
    if anchor_on is None or successor.start_on is None or successor.end_on is None:
        return None
    anchor = anchor_on.toordinal() + (0 if waits_for_start(kind) else 1)
    required = required_of(anchor, lag_days, calendar)
    days = required - held_of(kind, successor.start_on.toordinal(), successor.end_on.toordinal(), calendar)
    if days <= 0:
        return None
    try:
        earliest = date.fromordinal(calendar.day(required if holds_start(kind) else required - 1))
    except OutsideCalendarError:
        earliest = date.max
    return Shortfall(days, anchor_on, earliest)


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of dependency.")
    return kind
