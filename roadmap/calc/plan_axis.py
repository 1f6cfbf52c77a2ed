"""The time axis of a drawn plan: from days to places, with few enough ticks to be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_LAST_YEAR = date.max.year
# Longest span in days for which months over weeks, quarters over months, and years over quarters are drawn.
_WEEKS, _MONTHS, _QUARTERS = 190, 1140, 3300
_MOST_YEARS = 24


@dataclass(frozen=True, slots=True)
class Tick:
    """A stretch of the axis with its name; the upper row of the axis has the major ones."""

    x: float
    width: float
    label: str
    is_major: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps days to places between `left` and `left + width`; `first` and `last` are day numbers, both included."""

    first: int
    last: int
    left: float
    width: float

    def place(self, day_number: float) -> float:
        """Where the beginning of a day lies."""
        return self.left + (day_number - self.first) / (self.last + 1 - self.first) * self.width

    def start_of(self, day: date) -> float:
        return self.place(day.toordinal())

    def end_of(self, day: date) -> float:
        return self.place(day.toordinal() + 1)

    def days_wide(self, days: float) -> float:
        """How wide this many days are."""
        return days / (self.last + 1 - self.first) * self.width


def axis_over(span: tuple[date, date], *, left: float, width: float) -> Axis:
    """An axis of whole months that holds the span."""
    first, last = span
    return Axis(first.replace(day=1).toordinal(), _next(last.replace(day=1), 1) - 1, left, width)


def ticks_of(axis: Axis, *, are_quarters_finest: bool = False) -> list[Tick]:
    """Major and minor ticks, from left to right, cut at the ends of the axis."""
    days = axis.last + 1 - axis.first
    if are_quarters_finest and days <= _QUARTERS:
        return [*_ticks(axis, _periods(axis, 12), "year"), *_ticks(axis, _periods(axis, 3), "short quarter")]
    if days <= _WEEKS:
        return [*_ticks(axis, _periods(axis, 1), "month"), *_ticks(axis, _weeks(axis), "week")]
    if days <= _MONTHS:
        return [*_ticks(axis, _periods(axis, 3), "quarter"), *_ticks(axis, _periods(axis, 1), "letter")]
    if days <= _QUARTERS:
        return [*_ticks(axis, _periods(axis, 12), "year"), *_ticks(axis, _periods(axis, 3), "short quarter")]
    years = days // 365 + 1
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if years <= size * _MOST_YEARS)
    return list(_ticks(axis, _periods(axis, 12 * step), "year"))


def _ticks(axis: Axis, periods: Iterator[tuple[int, int]], name: str) -> Iterator[Tick]:
    for start, after in periods:
        first, last = max(start, axis.first), min(after, axis.last + 1)
        if first < last:
            is_major = name in ("month", "quarter", "year")
            yield Tick(axis.place(first), axis.days_wide(last - first), _label(date.fromordinal(start), name), is_major)


def _label(day: date, name: str) -> str:
    labels = {
        "week": f"{day.day}",
        "month": f"{day:%B} {day.year}",
        "letter": f"{day:%b}",
        "quarter": f"Q{(day.month + 2) // 3} {day.year}",
        "short quarter": f"Q{(day.month + 2) // 3}",
        "year": f"{day.year}",
    }
    return labels[name]


def _periods(axis: Axis, months: int) -> Iterator[tuple[int, int]]:
    """(first day number, first day number after it) of every period of so many months that touches the axis."""
    start = date.fromordinal(axis.first)
    number = (start.year * 12 + start.month - 1) // months * months
    day = date(max(number // 12, 1), number % 12 + 1, 1)
    while day.toordinal() <= axis.last:
        after = _next(day, months)
        yield day.toordinal(), after
        if after > date.max.toordinal():
            return
        day = date.fromordinal(after)


def _next(day: date, months: int) -> int:
    """The day number so many months after the first of a month; the day after the last one a calendar has, at most."""
    number = day.year * 12 + day.month - 1 + months
    if number // 12 > _LAST_YEAR:
        return date.max.toordinal() + 1
    return date(number // 12, number % 12 + 1, 1).toordinal()


def _weeks(axis: Axis) -> Iterator[tuple[int, int]]:
    start = axis.first - (axis.first - 1) % 7
    for monday in range(start, axis.last + 1, 7):
        if monday >= 1:
            yield monday, monday + 7
