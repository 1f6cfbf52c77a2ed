"""Counting working days, compared with counting them one by one."""

from datetime import date, timedelta

import numpy as np
import pytest

from roadmap.calc.working_days import NoWorkingDaysError, OutsideCalendarError, WorkingDays

CHRISTMAS = [date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]
FRIDAY, SATURDAY, MONDAY = (date(2026, 3, day).toordinal() for day in (6, 7, 9))


def counted(weekdays, holidays, start, days):
    """Working days from start, one by one."""
    return [
        day
        for day in (start + timedelta(days=offset) for offset in range(days))
        if day.isoweekday() in weekdays and day not in holidays
    ]


@pytest.mark.parametrize("weekdays", [(1, 2, 3, 4, 5), (7, 1, 2, 3, 4), (3,), (1, 2, 3, 4, 5, 6, 7)])
def test_days_and_their_numbers_are_inverse_for_every_week_and_holiday(weekdays):
    start = date(2026, 11, 2)
    calendar = WorkingDays(weekdays, CHRISTMAS)
    working = counted(weekdays, CHRISTMAS, start, 120)

    numbers = [calendar.before(day.toordinal()) for day in working]

    assert numbers == list(range(numbers[0], numbers[0] + len(working)))
    assert [date.fromordinal(calendar.day(number)) for number in numbers] == working
    every_day = np.arange(start.toordinal(), start.toordinal() + 120)
    assert calendar.before_each(every_day).tolist() == [calendar.before(day) for day in every_day.tolist()]
    assert calendar.day_of_each(np.array(numbers)).tolist() == [day.toordinal() for day in working]


def test_the_weekend_counts_for_the_next_monday():
    calendar = WorkingDays()
    assert calendar.before(SATURDAY) == calendar.before(MONDAY) == calendar.before(FRIDAY) + 1
    assert calendar.day(calendar.before(SATURDAY)) == MONDAY
    assert calendar.between(FRIDAY, MONDAY) == 2
    assert calendar.between(SATURDAY, SATURDAY) == 0
    assert [calendar.is_working(day) for day in (FRIDAY, SATURDAY, MONDAY)] == [True, False, True]


def test_a_holiday_on_a_weekend_counts_once():
    assert WorkingDays(holidays=[date(2026, 3, 7)]).between(FRIDAY, MONDAY) == 2
    assert WorkingDays(holidays=[date(2026, 3, 9), date(2026, 3, 9)]).between(FRIDAY, MONDAY) == 1


def test_a_calendar_without_a_working_weekday_is_refused():
    with pytest.raises(NoWorkingDaysError, match="at least one working weekday"):
        WorkingDays(())
    with pytest.raises(ValueError, match="from 1, Monday, to 7, Sunday"):
        WorkingDays((0, 1))


def test_days_no_date_can_name_are_refused():
    calendar = WorkingDays()
    last = calendar.before(date.max.toordinal())

    assert date.fromordinal(calendar.day(last)) == date(9999, 12, 31)
    with pytest.raises(OutsideCalendarError, match="ends with year 9999"):
        calendar.day(last + 1)
    with pytest.raises(OutsideCalendarError):
        calendar.day(-1)
