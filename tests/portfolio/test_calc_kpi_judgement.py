"""Status against a target, and values out of the ordinary."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portfolio.calc.kpi_judgement import bounds, is_outlier, judged
from portfolio.calc.kpi_series import comparable, latest, outliers

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("direction", "value", "tolerance", "expected"),
    [
        ("up", "10", None, "on_track"),
        ("up", "9.999999", None, "off_track"),
        ("up", "9", "1", "at_risk"),
        ("up", "8.999999", "1", "off_track"),
        ("down", "10", None, "on_track"),
        ("down", "10.5", "0.5", "at_risk"),
        ("down", "10.6", "0.5", "off_track"),
        ("band", "10", None, "on_track"),
        ("band", "20", None, "on_track"),
        ("band", "9", "2", "at_risk"),
        ("band", "22", "2", "at_risk"),
        ("band", "22.1", "2", "off_track"),
    ],
)
def test_value_is_judged_by_how_far_it_misses(direction, value, tolerance, expected):
    lower, upper = bounds(direction, Decimal(10), Decimal(10), Decimal(20))

    assert judged(Decimal(value), lower, upper, Decimal(tolerance) if tolerance else None) == expected


def test_nothing_is_judged_without_value_or_target():
    assert judged(None, Decimal(1), None, None) == "unknown"
    assert judged(Decimal(0), None, None, None) == "unknown"
    assert judged(Decimal(0), *bounds("band", Decimal(1), None, None), None) == "unknown"


def test_outlier_by_the_published_example():
    """Iglewicz and Hoaglin's data: median 2.5, MAD 0.2; 3.9 has a score of 4.72 and 3.2 one of 2.36."""
    earlier = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 2.7, 2.7]

    assert is_outlier(3.9, earlier) is True
    assert is_outlier(3.2, earlier) is False


def test_outlier_cannot_be_said_of_few_or_equal_values():
    assert is_outlier(100, [1, 2, 3, 4, 5]) is None
    assert is_outlier(100, [4.0] * 12) is None


def test_outlier_where_most_values_are_the_same():
    assert is_outlier(9, [0, 0, 0, 0, 0, 0, 1, 1]) is True
    assert is_outlier(1, [0, 0, 0, 0, 0, 0, 1, 1]) is False


def test_steady_growth_is_no_outlier():
    values = {MONDAY + timedelta(weeks=week): Decimal(100 + 5 * week) for week in range(20)}

    assert outliers(values, "week", list(values)) == set()


def test_days_are_compared_with_the_same_weekday():
    """Sundays are quiet every week; a quiet Wednesday is not."""
    days = [MONDAY + timedelta(days=number) for number in range(80)]
    values = {day: Decimal(20 if day.weekday() == 6 else 100 + day.day % 3) for day in days}
    wednesday = days[72]
    values[wednesday] = Decimal(20)

    assert wednesday.weekday() == 2
    assert outliers(values, "day", days[60:]) == {wednesday}
    assert comparable(values, days[20], "day") == [float(values[days[13]]), float(values[days[6]])]


def test_comparison_reaches_over_gaps_but_not_for_ever():
    values = {date(2020, 1, 1): Decimal(1), date(2026, 1, 1): Decimal(2), date(2025, 10, 1): Decimal(3)}

    assert comparable(values, date(2026, 3, 1), "month") == [2.0, 3.0]


def test_latest_shows_gaps_and_begins_with_the_first_value():
    values = {date(2026, 1, 1): Decimal(1), date(2026, 3, 1): Decimal(3)}

    assert latest(values, date(2026, 3, 1), "month", 13) == [Decimal(1), None, Decimal(3)]
