"""Discount factors, rate conversions and simple returns against published figures."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calc.errors import CalculationError
from portfolio.calc.discounting import (
    discount_factor,
    effective_rate,
    nominal_rate,
    periodic_rate,
    scheduled_discount_factor,
)
from portfolio.calc.returns import annualised_return_on_investment, growth_rate, return_on_investment

GREEN_BOOK = [(30, 0.035), (75, 0.03), (125, 0.025)]


@pytest.mark.parametrize(("year", "expected"), [(0, 1.0), (2, 0.8734), (5, 0.7130), (30, 0.1314)])
def test_discount_factor_matches_circular_a94(year, expected):
    assert discount_factor(0.07, year) == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize(
    ("year", "expected"), [(0, 1.0), (1, 0.9662), (4, 0.8714), (20, 0.5026), (50, 0.1973), (100, 0.0508)]
)
def test_scheduled_discount_factor_matches_the_green_book(year, expected):
    assert scheduled_discount_factor(GREEN_BOOK, year) == pytest.approx(expected, abs=6e-5)


def test_scheduled_discount_factor_changes_rate_within_its_band_only():
    expected = 1.035**-30 * 1.03**-45 * 1.025**-10

    assert scheduled_discount_factor(GREEN_BOOK, 85) == pytest.approx(expected)
    assert scheduled_discount_factor([(200, 0.07)], 12.5) == pytest.approx(discount_factor(0.07, 12.5))


def test_scheduled_discount_factor_is_none_beyond_the_schedule():
    assert scheduled_discount_factor(GREEN_BOOK, 126) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: discount_factor(-1.0, 1),
        lambda: discount_factor(0.1, -1),
        lambda: discount_factor(-0.999, 1e6),
        lambda: scheduled_discount_factor([], 1),
        lambda: scheduled_discount_factor([(30, 0.03), (20, 0.02)], 1),
        lambda: scheduled_discount_factor([(30, -1.0)], 1),
        lambda: effective_rate(0.1, 0),
        lambda: effective_rate(0.1, 1.5),
        lambda: effective_rate(-4.0, 4),
        lambda: nominal_rate(-1.0, 4),
        lambda: periodic_rate(0.1, 0),
        lambda: return_on_investment(math.nan, 1),
        lambda: return_on_investment(1e308, 1e-300),
        lambda: growth_rate(1, 2, 0),
    ],
)
def test_discounting_refuses_input_without_meaning(call):
    with pytest.raises(CalculationError):
        call()


@given(st.floats(-0.9, 5.0), st.integers(1, 365))
def test_nominal_rate_inverts_effective_rate(rate, periods):
    assert effective_rate(nominal_rate(rate, periods), periods) == pytest.approx(rate, rel=1e-9, abs=1e-12)


def test_rate_conversions_match_published_figures():
    assert effective_rate(0.1, 4) == pytest.approx(0.10381289062499977, abs=1e-12)
    assert nominal_rate(0.1, 4) == pytest.approx(0.09645475633778045, abs=1e-12)
    assert (1 + periodic_rate(0.1, 12)) ** 12 == pytest.approx(1.1)


def test_returns_match_published_figures():
    assert return_on_investment(15000, 12000) == pytest.approx(0.25)
    assert annualised_return_on_investment(15000, 12000, 2) == pytest.approx(0.118033989, abs=1e-9)
    assert growth_rate(10000, 11000, 8) == pytest.approx(0.011985024140399592, abs=1e-12)
    assert growth_rate(-100, -121, 2) == pytest.approx(0.1)
    assert growth_rate(100, 0, 3) == -1.0


def test_returns_are_none_where_there_is_nothing_to_measure_on():
    assert return_on_investment(100, 0) is None
    assert return_on_investment(100, -5) is None
    assert annualised_return_on_investment(100, 0, 2) is None
    assert annualised_return_on_investment(-1, 100, 2) is None
    assert growth_rate(0, 100, 2) is None
    assert growth_rate(-100, 100, 2) is None
