"""Spreading demands over months, against hand-counted months and a day-by-day sum."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.calc.capacity import (
    BACK,
    CUSTOM,
    FRONT,
    Load,
    Stretch,
    load_of,
    month_number,
    month_of,
    rounded_shares,
    shares_add_up,
    spread_over_months,
    utilisation_of,
    working_days_by_month,
)
from roadmap.calc.working_days import WorkingDays

OFFICE = WorkingDays()
MARCH = month_number(date(2026, 3, 1))


def stretch(start: date, end: date, calendar: WorkingDays = OFFICE, **spread) -> Stretch:
    return Stretch(start.toordinal(), end.toordinal(), calendar, **spread)


def shares(one: Stretch, first: int = MARCH, count: int = 3) -> list[float]:
    return [round(float(share), 6) for share in spread_over_months([one], first, count).shares[0]]


def test_an_even_demand_follows_the_working_days_of_each_month() -> None:
    """9 March to 10 April 2026: 17 working days of 25 in March, 8 in April."""
    assert shares(stretch(date(2026, 3, 9), date(2026, 4, 10))) == [17 / 25, 8 / 25, 0]


def test_a_holiday_moves_the_demand_to_the_days_that_are_worked() -> None:
    easter = WorkingDays(holidays=[date(2026, 4, 3), date(2026, 4, 6)])
    assert shares(stretch(date(2026, 3, 9), date(2026, 4, 10), easter)) == [round(17 / 23, 6), round(6 / 23, 6), 0]


def test_work_outside_the_window_leaves_its_part_there() -> None:
    assert shares(stretch(date(2026, 1, 1), date(2026, 12, 31)), count=1) == [round(22 / 261, 6)]


def test_front_and_back_loaded_demands_mirror_each_other() -> None:
    """Four equal weeks: a density that falls evenly leaves 3/4 of the need in the first half, 1/4 in the second."""
    weeks = (date(2026, 3, 16), date(2026, 4, 14))  # 12 + 10 working days
    half = 12 / 22
    assert shares(stretch(*weeks, profile=FRONT), count=2) == [round(half * (2 - half), 6), round((1 - half) ** 2, 6)]
    assert shares(stretch(*weeks, profile=BACK), count=2) == [round(half**2, 6), round(1 - half**2, 6)]


def test_own_shares_belong_to_equal_parts_of_the_working_time() -> None:
    """Two parts of 11 days each; March has 12 of the 22 days, so one day of the second part."""
    own = stretch(date(2026, 3, 16), date(2026, 4, 14), profile=CUSTOM, shares=[0.25, 0.75])
    assert shares(own, count=2) == [round(0.25 + 0.75 / 11, 6), round(0.75 * 10 / 11, 6)]


def test_a_month_nobody_works_in_gets_nothing_while_other_months_can() -> None:
    closed = WorkingDays(holidays=[date(2026, 4, 1) + timedelta(days=n) for n in range(30)])
    assert shares(stretch(date(2026, 3, 23), date(2026, 5, 8), closed)) == [round(7 / 13, 6), 0, round(6 / 13, 6)]
    assert working_days_by_month(closed, MARCH, 3).tolist() == [22, 0, 21]


def test_a_demand_without_any_working_day_stays_in_sight() -> None:
    """A weekend: spread over its two calendar days, and said to be idle."""
    weekend = spread_over_months([stretch(date(2026, 2, 28), date(2026, 3, 1))], MARCH - 1, 2)
    assert weekend.is_idle.tolist() == [True]
    assert weekend.shares.tolist() == [[0.5, 0.5]]


def test_nothing_to_spread_gives_an_empty_table() -> None:
    assert spread_over_months([], MARCH, 12).shares.shape == (0, 12)


def test_the_last_month_a_date_can_have_is_a_month_too() -> None:
    last = month_number(date(9999, 12, 1))
    assert month_of(last) == date(9999, 12, 1)
    assert shares(stretch(date(9999, 12, 1), date(9999, 12, 31)), last, 1) == [1]


@given(
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    days=st.integers(0, 700),
    profile=st.sampled_from(["flat", FRONT, BACK, CUSTOM]),
    own=st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any),
    weekdays=st.sets(st.integers(1, 7), min_size=1),
)
def test_all_months_together_hold_exactly_what_is_needed(start, days, profile, own, weekdays) -> None:
    end = start + timedelta(days=days)
    one = stretch(start, end, WorkingDays(weekdays), profile=profile, shares=own)
    first = month_number(start)
    found = spread_over_months([one], first, month_number(end) - first + 1).shares[0]
    assert found.sum() == pytest.approx(1)
    assert (found >= -1e-12).all()


@given(start=st.dates(date(2024, 1, 1), date(2027, 1, 1)), days=st.integers(6, 300))
def test_an_even_demand_equals_a_sum_day_by_day(start, days) -> None:
    end = start + timedelta(days=days)
    worked = [day for day in (start + timedelta(days=n) for n in range(days + 1)) if day.isoweekday() <= 5]
    first = month_number(start)
    count = month_number(end) - first + 1
    expected = np.bincount([month_number(day) - first for day in worked], minlength=count) / len(worked)
    assert spread_over_months([stretch(start, end)], first, count).shares[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("used", "available", "load", "utilisation"),
    [
        (0, None, Load.NOTHING, None),
        (0, 2, Load.NOTHING, 0),
        (1, None, Load.UNKNOWN, None),
        (1, 2, Load.ROOM, 0.5),
        (1.9, 2, Load.FULL, 0.95),
        (2.009, 2, Load.FULL, 1.0045),
        (2.1, 2, Load.OVER, 1.05),
        (0.1, 0, Load.OVER, None),
    ],
)
def test_need_against_capacity(used, available, load, utilisation) -> None:
    assert load_of(used, available) is load
    assert utilisation_of(used, available) == (utilisation if utilisation is None else pytest.approx(utilisation))


@pytest.mark.parametrize(
    ("own", "fits"),
    [([], False), ([1], True), ([0.5, 0.5], True), ([0.3333, 0.3333, 0.3334], True), ([0.5, 0.4], False)],
)
def test_own_shares_must_add_up(own, fits) -> None:
    assert shares_add_up(own) is fits
    assert not shares_add_up([1.5, -0.5])


def test_amounts_become_shares_that_add_up() -> None:
    assert rounded_shares([1, 1, 1], 6) == [0.333334, 0.333333, 0.333333]
    assert rounded_shares([0, 3, 1], 6) == [0, 0.75, 0.25]
