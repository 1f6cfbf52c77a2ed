"""Periods of the UTC calendar and days as bits."""

from datetime import date

import pytest

from portfolio.calc.calendar import next_start, period_start, previous_start, runs, starts, weeks_of


@pytest.mark.parametrize(
    ("period", "day", "first", "after"),
    [
        ("day", date(2024, 2, 29), date(2024, 2, 29), date(2024, 3, 1)),
        ("week", date(2026, 1, 1), date(2025, 12, 29), date(2026, 1, 5)),
        ("week", date(2025, 12, 28), date(2025, 12, 22), date(2025, 12, 29)),
        ("month", date(2025, 12, 31), date(2025, 12, 1), date(2026, 1, 1)),
        ("quarter", date(2025, 12, 31), date(2025, 10, 1), date(2026, 1, 1)),
        ("quarter", date(2026, 2, 28), date(2026, 1, 1), date(2026, 4, 1)),
    ],
)
def test_periods_begin_and_end(period, day, first, after):
    assert period_start(day, period) == first
    assert next_start(first, period) == after
    assert previous_start(after, period) == first


def test_starts_of_periods_that_overlap_a_range():
    assert starts(date(2025, 12, 30), date(2026, 1, 12), "week") == [date(2025, 12, 29), date(2026, 1, 5)]
    assert starts(date(2026, 1, 5), date(2026, 1, 5), "day") == []


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, []), (1, [(1, 2)]), (0b1011, [(1, 3), (4, 5)]), (1 << 30, [(31, 32)]), ((1 << 31) - 1, [(1, 32)])],
)
def test_runs_of_days(days, expected):
    assert list(runs(days)) == expected


def test_weeks_of_days_of_a_month():
    assert list(weeks_of(date(2026, 1, 1), 1, 6)) == [date(2025, 12, 29), date(2026, 1, 5)]
    assert list(weeks_of(date(2026, 1, 1), 5, 6)) == [date(2026, 1, 5)]


def test_unknown_period_is_a_defect():
    with pytest.raises(ValueError, match="decade"):
        period_start(date(2026, 1, 1), "decade")
