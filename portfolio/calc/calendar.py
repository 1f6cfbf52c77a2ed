"""Days of a month as bits, and the ISO weeks, months and quarters they lie in. UTC calendar, no clock."""

from collections.abc import Iterator
from datetime import date, timedelta


def runs(days: int) -> Iterator[tuple[int, int]]:
    """(first, past) of each unbroken run of days of the month; bit 0 of `days` is the first of the month."""
    first = None
    for number in range(1, 33):
        is_set = bool(days >> (number - 1) & 1)
        if is_set and first is None:
            first = number
        elif not is_set and first is not None:
            yield first, number
            first = None


def period_start(day: date, period: str) -> date:
    """First day of the period (day, week, month or quarter) `day` lies in; ISO 8601 weeks start on Monday."""
    if period == "day":
        return day
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "month":
        return day.replace(day=1)
    if period == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    raise ValueError(f"there is no period {period!r}")


def next_start(start: date, period: str) -> date:
    """First day of the period after the one that begins on `start`."""
    if period == "day":
        return start + timedelta(days=1)
    if period == "week":
        return start + timedelta(days=7)
    months = {"month": 1, "quarter": 3}[period]
    number = start.year * 12 + start.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def previous_start(start: date, period: str) -> date:
    """First day of the period before the one that begins on `start`."""
    return period_start(start - timedelta(days=1), period)


def starts(first: date, past: date, period: str) -> list[date]:
    """Starts of all periods from the one `first` lies in up to, without, `past`."""
    found = []
    start = period_start(first, period)
    while start < past:
        found.append(start)
        start = next_start(start, period)
    return found


def weeks_of(month: date, first: int, past: int) -> Iterator[date]:
    """Mondays of the weeks that the days [first, past) of the month lie in."""
    monday = period_start(month.replace(day=first), "week")
    last = month + timedelta(days=past - 2)
    while monday <= last:
        yield monday
        monday += timedelta(days=7)
