"""Status against a target, and series with gaps."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.calc.anomalies import fits, newest_fit
from portfolio.calc.kpi_judgement import bounds, judged
from portfolio.calc.kpi_series import latest


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


def test_newest_fit_is_the_last_of_all_fits():
    values = [float(10 + number % 7 + (number % 5) / 10) for number in range(130)] + [40.0]
    values[70] = None

    for season in (1, 7):
        for count in (0, 1, 12, 60, len(values)):
            assert newest_fit(values[:count], season=season) == (fits(values[:count], season=season) or [None])[-1]
    assert newest_fit(values, season=7).is_anomaly


def test_latest_shows_gaps_and_begins_with_the_first_value():
    values = {date(2026, 1, 1): Decimal(1), date(2026, 3, 1): Decimal(3)}

    assert latest(values, date(2026, 3, 1), "month", 13) == [Decimal(1), None, Decimal(3)]
