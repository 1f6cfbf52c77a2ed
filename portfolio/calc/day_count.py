"""Day-count conventions: the length of a span between two dates as a fraction of a year."""

import calendar
from collections.abc import Callable
from datetime import date
from enum import StrEnum

from core.calc.errors import CalculationError


class DayCount(StrEnum):
    """Day-count conventions under the names used in the market."""

    ACTUAL_365_FIXED = "act/365F"
    ACTUAL_365_25 = "act/365.25"
    ACTUAL_364 = "act/364"
    ACTUAL_360 = "act/360"
    ACTUAL_ACTUAL_ISDA = "act/act ISDA"
    NO_LEAP_365 = "nl/365"
    NO_LEAP_360 = "nl/360"
    THIRTY_360_SIA = "30/360 SIA"
    THIRTY_360_ISDA = "30/360 ISDA"
    THIRTY_E_360 = "30E/360"
    THIRTY_E_360_ISDA = "30E/360 ISDA"
    THIRTY_E_PLUS_360 = "30E+/360"


def year_fraction(start: date, end: date, day_count: DayCount | str) -> float:
    """Return the years from `start` to `end` (not before it) under a day-count convention; unknown names raise.

    Sources: ISDA 2006 Definitions, section 4.16; SIA Standard Securities Calculation Methods for 30/360 SIA.
    30E/360 ISDA takes neither date as the maturity, so the last day of February always counts as the 30th.
    """
    if end < start:
        raise CalculationError("end must not lie before start.", code="dates_out_of_order", pointer="end")
    try:
        convention = DayCount(day_count)
    except ValueError as error:
        message = f"Unknown day-count convention {str(day_count)!r}."
        raise CalculationError(message, code="unknown_convention", pointer="day_count") from error
    return _FRACTIONS[convention](start, end)


def _actual(days_per_year: float) -> Callable[[date, date], float]:
    return lambda start, end: (end - start).days / days_per_year


def _actual_actual_isda(start: date, end: date) -> float:
    if start.year == end.year:
        return (end - start).days / _days_in(start.year)
    first = (date(start.year, 12, 31) - start).days + 1
    last = (end - date(end.year, 1, 1)).days
    return first / _days_in(start.year) + (end.year - start.year - 1) + last / _days_in(end.year)


def _days_in(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _no_leap(days_per_year: float) -> Callable[[date, date], float]:
    def fraction(start: date, end: date) -> float:
        years = (year for year in range(start.year, end.year + 1) if calendar.isleap(year))
        leap_days = sum(1 for year in years if start < date(year, 2, 29) <= end)
        return ((end - start).days - leap_days) / days_per_year

    return fraction


def _thirty_360(start: date, end: date, start_day: int, end_day: int) -> float:
    return ((end.year - start.year) * 360 + (end.month - start.month) * 30 + (end_day - start_day)) / 360.0


def _thirty_360_sia(start: date, end: date) -> float:
    start_day, end_day = start.day, end.day
    if _ends_february(start):
        end_day = 30 if _ends_february(end) else end_day
        start_day = 30
    if end_day == 31 and start_day >= 30:
        end_day = 30
    return _thirty_360(start, end, min(start_day, 30), end_day)


def _thirty_360_isda(start: date, end: date) -> float:
    start_day = min(start.day, 30)
    end_day = 30 if end.day == 31 and start_day == 30 else end.day
    return _thirty_360(start, end, start_day, end_day)


def _thirty_e_360(start: date, end: date) -> float:
    return _thirty_360(start, end, min(start.day, 30), min(end.day, 30))


def _thirty_e_360_isda(start: date, end: date) -> float:
    start_day = 30 if _ends_february(start) else min(start.day, 30)
    end_day = 30 if _ends_february(end) else min(end.day, 30)
    return _thirty_360(start, end, start_day, end_day)


def _thirty_e_plus_360(start: date, end: date) -> float:
    # The 31st becomes the first of the next month: 31 days into a month of 30.
    return _thirty_360(start, end, min(start.day, 30), end.day)


def _ends_february(day: date) -> bool:
    return day.month == 2 and day.day == calendar.monthrange(day.year, 2)[1]


_FRACTIONS: dict[DayCount, Callable[[date, date], float]] = {
    DayCount.ACTUAL_365_FIXED: _actual(365.0),
    DayCount.ACTUAL_365_25: _actual(365.25),
    DayCount.ACTUAL_364: _actual(364.0),
    DayCount.ACTUAL_360: _actual(360.0),
    DayCount.ACTUAL_ACTUAL_ISDA: _actual_actual_isda,
    DayCount.NO_LEAP_365: _no_leap(365.0),
    DayCount.NO_LEAP_360: _no_leap(360.0),
    DayCount.THIRTY_360_SIA: _thirty_360_sia,
    DayCount.THIRTY_360_ISDA: _thirty_360_isda,
    DayCount.THIRTY_E_360: _thirty_e_360,
    DayCount.THIRTY_E_360_ISDA: _thirty_e_360_isda,
    DayCount.THIRTY_E_PLUS_360: _thirty_e_plus_360,
}
