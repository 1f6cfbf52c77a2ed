"""What it means to put an item into now, next, later: which dates it gets."""

from dataclasses import dataclass
from datetime import date

from roadmap.calc.quarters import Quarter
from roadmap.calc.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class PlacedDates:
    """The first and last day an item gets; `is_whole_quarter` when nobody knew how long it takes."""

    start_on: date
    end_on: date
    is_whole_quarter: bool = False


def dates_in(
    quarters_ahead: int,
    *,
    today: date,
    calendar: WorkingDays,
    dates: tuple[date, date] | None,
    working_days: int | None,
) -> PlacedDates:
    """Dates that begin in the quarter so many after today's: on its first working day, and never before today.

    An item with dates keeps its length in calendar days, as when its bar is dragged. One without takes the working
    days its estimate says, or the whole quarter without an estimate. Raises OutsideCalendarError.
    """
    quarter = Quarter.of(today)
    for _ in range(quarters_ahead):
        quarter = quarter.following
    earliest = max(quarter.first_day, today)
    start = _first_working_day(earliest, quarter.last_day, calendar)
    if dates is not None:
        return PlacedDates(start, start + (dates[1] - dates[0]))
    if working_days is not None:
        last = calendar.day(calendar.before(start.toordinal()) + working_days - 1)
        return PlacedDates(start, date.fromordinal(max(last, start.toordinal())))
    return PlacedDates(earliest, quarter.last_day, is_whole_quarter=True)


def _first_working_day(earliest: date, latest: date, calendar: WorkingDays) -> date:
    """The earliest day itself when nobody works until the latest one."""
    found = calendar.day(calendar.before(earliest.toordinal()))
    return date.fromordinal(found) if found <= latest.toordinal() else earliest
