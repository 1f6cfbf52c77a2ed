"""Values that do not fit a series."""

import pytest

from portfolio.calc.anomalies import fits

WEEK = [10.0, 12.0, 11.0, 13.0, 12.0, 3.0, 2.0]
NOISE = [0.1, -0.2, 0.3, 0.0, -0.1, 0.2, -0.3, 0.15, -0.05]


def weeks(count: int) -> list[float]:
    return [value + NOISE[index % 9] for index, value in enumerate(WEEK * count)]


def test_outlier_is_flagged_and_scored():
    values = [*weeks(8), 30.0]

    last = fits(values, season=7)[-1]

    assert last.is_anomaly
    assert last.score > 20
    assert last.expected == pytest.approx(10, abs=0.3)


def test_weekend_is_expected_to_be_low():
    assert not any(fit.is_anomaly for fit in fits(weeks(10), season=7) if fit)


def test_value_of_a_weekday_on_a_weekend_is_flagged():
    values = weeks(8)
    values[-1] = 12.0

    assert fits(values, season=7)[-1].is_anomaly
    assert not fits(values, season=1)[-1].is_anomaly


def test_one_outlier_does_not_hide_the_next():
    values = weeks(9)
    values[40] = 500.0

    flagged = [index for index, fit in enumerate(fits([*values, 30.0], season=7)) if fit and fit.is_anomaly]

    assert flagged == [40, 63]


def test_nothing_is_judged_before_enough_came_before():
    assert fits([1.0, 2.0, 300.0], season=1) == [None, None, None]
    assert fits([], season=7) == []


def test_unknown_values_are_neither_judged_nor_expected():
    values: list[float | None] = [*weeks(8), None, None]

    assert fits(values, season=7)[-2:] == [None, None]


def test_change_of_a_series_that_never_changed_is_flagged_without_a_score():
    fit = fits([5.0] * 30 + [6.0], season=1)[-1]

    assert (fit.expected, fit.score, fit.is_anomaly) == (5.0, None, True)
    assert not fits([5.0] * 31, season=1)[-1].is_anomaly


def test_score_is_the_modified_z_score_of_iglewicz_and_hoaglin():
    # Distances from the median of the eight before; the last of them judged by hand.
    values = [float(number % 5) for number in range(24)] + [9.0]

    fit = fits(values, season=1)[-1]

    assert fit.expected == 2.0
    assert fit.score == pytest.approx(0.6745 * 7 / 1.0, rel=0.5)
