"""Working days: counting and finding them, one by one or as arrays.

Days are ordinals as `date.toordinal` gives them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

DAYS_PER_WEEK = 7
OFFICE_WEEK = (1, 2, 3, 4, 5)
LAST_DAY = date.max.toordinal()
Days = NDArray[np.int64]


class NoWorkingDaysError(ValueError):
    """A calendar on which nobody ever works cannot carry a schedule."""


class OutsideCalendarError(ValueError):
    """A day before year 1 or after year 9999: no date can name it."""


class WorkingDays:
    """The working days of a calendar, numbered from 0 on 1 January of year 1.

    `before(day)` and `day(number)` are inverse to each other: `before(day(n)) == n`, and `day(before(d))` is the first
    working day on or after d. Both are closed forms over whole weeks and the holidays, so that no horizon has to be
    chosen and a century costs what a week costs.
    """

    def __init__(self, weekdays: Collection[int] = OFFICE_WEEK, holidays: Iterable[date] = ()) -> None:
        """`weekdays` by ISO 8601 number, 1 is Monday; holidays on other weekdays do not count.

        Raises NoWorkingDaysError without a weekday, ValueError for a number that is none.
        """
        if not weekdays:
            raise NoWorkingDaysError("A calendar needs at least one working weekday.")
        if not set(weekdays) <= set(range(1, DAYS_PER_WEEK + 1)):
            raise ValueError("Weekdays are numbered from 1, Monday, to 7, Sunday.")
        self._offsets = sorted({weekday - 1 for weekday in weekdays})
        self._per_week = len(self._offsets)
        self._before_offset = [sum(offset < day for offset in self._offsets) for day in range(DAYS_PER_WEEK)]
        self._holidays = sorted({each.toordinal() for each in holidays if each.isoweekday() in set(weekdays)})
        # How many working days lie before each holiday: where the numbering has to leave it out.
        self._gaps = [self._weekly(day) - position for position, day in enumerate(self._holidays)]
        self._holiday_array = np.array(self._holidays, dtype=np.int64)
        self._gap_array = np.array(self._gaps, dtype=np.int64)
        self._before_offset_array = np.array(self._before_offset, dtype=np.int64)
        self._offset_array = np.array(self._offsets, dtype=np.int64)

    def before(self, day: int) -> int:
        """How many working days lie before the day, which may be one or not."""
        return self._weekly(day) - bisect_left(self._holidays, day)

    def day(self, number: int) -> int:
        """The working day with this number. Raises OutsideCalendarError beyond the years 1 to 9999."""
        weeks, rest = divmod(number + bisect_right(self._gaps, number), self._per_week)
        found = weeks * DAYS_PER_WEEK + self._offsets[rest] + 1
        if not 1 <= found <= LAST_DAY:
            raise OutsideCalendarError("This date lies outside the calendar, which ends with year 9999.")
        return found

    def is_working(self, day: int) -> bool:
        """Whether anybody works on the day."""
        return self.before(day + 1) > self.before(day)

    def between(self, start: int, end: int) -> int:
        """Working days from start to end, both included; negative when the end lies before the start."""
        return self.before(end + 1) - self.before(start)

    def before_each(self, days: Days) -> Days:
        """`before` of every day of an array."""
        weeks, rest = np.divmod(days - 1, DAYS_PER_WEEK)
        passed = np.searchsorted(self._holiday_array, days, side="left")
        return np.asarray(weeks * self._per_week + self._before_offset_array[rest] - passed, dtype=np.int64)

    def day_of_each(self, numbers: Days) -> Days:
        """`day` of every number of an array; days no date can name are returned as they come out."""
        passed = np.searchsorted(self._gap_array, numbers, side="right")
        weeks, rest = np.divmod(numbers + passed, self._per_week)
        return np.asarray(weeks * DAYS_PER_WEEK + self._offset_array[rest] + 1, dtype=np.int64)

    def _weekly(self, day: int) -> int:
        weeks, rest = divmod(day - 1, DAYS_PER_WEEK)
        return weeks * self._per_week + self._before_offset[rest]
