"""Net present value, rates of return and payback against published figures, NumPy and their own definitions."""

import itertools
import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.calc.errors import CalculationError
from portfolio.calc.cashflow import (
    discounted_payback_period,
    internal_rate_of_return,
    modified_internal_rate_of_return,
    net_present_value,
    payback_period,
)
from portfolio.calc.dated_cashflow import dated_internal_rate_of_return, dated_net_present_value
from portfolio.calc.rate_of_return import RateStatus

FLOWS = st.lists(st.integers(-1000, 1000), min_size=2, max_size=12)
DAY = date(2024, 1, 1)


@pytest.mark.parametrize(("first_flow_at", "expected"), [(0, 3065.2226681795255), (1, 2838.1691372032656)])
def test_net_present_value_follows_the_convention_of_the_first_flow(first_flow_at, expected):
    flows = [-40000, 5000, 8000, 12000, 30000]

    assert net_present_value(flows, rate=0.08, first_flow_at=first_flow_at) == pytest.approx(expected, abs=1e-8)


@given(FLOWS, st.floats(-0.5, 2.0))
def test_net_present_value_agrees_with_horner(flows, rate):
    expected = np.polynomial.polynomial.polyval(1.0 / (1.0 + rate), flows)

    assert net_present_value(flows, rate=rate) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("flows", "rate", "pointer"),
    [
        ([], 0.1, "cashflows"),
        ([1.0, math.nan], 0.1, "cashflows"),
        ([1.0, math.inf], 0.1, "cashflows"),
        ([1.0], -1.0, "rate"),
        ([1.0], -1.5, "rate"),
        ([1.0], math.nan, "rate"),
    ],
)
def test_net_present_value_refuses_input_without_meaning(flows, rate, pointer):
    with pytest.raises(CalculationError) as refusal:
        net_present_value(flows, rate=rate)

    assert refusal.value.pointer == pointer


def test_net_present_value_refuses_a_result_beyond_floats():
    with pytest.raises(CalculationError) as refusal:
        net_present_value([0.0] * 400 + [1.0], rate=-0.999)

    assert refusal.value.code == "result_out_of_range"


def test_net_present_value_refuses_an_unknown_convention():
    with pytest.raises(CalculationError, match="first_flow_at"):
        net_present_value([1.0], rate=0.1, first_flow_at=2)


@pytest.mark.parametrize(
    ("flows", "status"),
    [
        ([1, 2, 3], RateStatus.NO_SIGN_CHANGE),
        ([-1, 0, -3], RateStatus.NO_SIGN_CHANGE),
        ([5], RateStatus.NO_SIGN_CHANGE),
        ([0, 0, 0], RateStatus.NO_CASH_FLOW),
        ([100, -200, 150], RateStatus.NO_REAL_RATE),
    ],
)
def test_internal_rate_of_return_says_why_there_is_none(flows, status):
    result = internal_rate_of_return(flows)

    assert (result.rate, result.rates, result.status) == (None, (), status)


@pytest.mark.parametrize(
    ("flows", "rates", "chosen"),
    [
        ([-100, 110], [0.1], 0.1),
        ([-100, 100], [0.0], 0.0),
        ([0, 0, -100, 110, 0], [0.1], 0.1),
        ([-1000, 2500, -1540], [0.1, 0.4], 0.1),
        ([1000, -2500, 1540], [0.1, 0.4], 0.1),
        # Flows with rates of 0%, 100% and 200%, the usual example of three rates.
        ([-1, 6, -11, 6], [0.0, 1.0, 2.0], 0.0),
        # (1 - 1.2 v) squared: the curve touches the axis without crossing it.
        ([1, -2.4, 1.44], [0.2], 0.2),
        ([-5, 10.5, 1, -8, 1], [-0.870201247, 0.088598339, 0.709559528], 0.088598339),
    ],
)
def test_internal_rate_of_return_finds_all_rates_and_chooses_the_one_nearest_to_ten_percent(flows, rates, chosen):
    result = internal_rate_of_return(flows)

    assert result.rates == pytest.approx(tuple(rates), abs=2e-8)
    assert result.rate == pytest.approx(chosen, abs=2e-8)
    assert result.status is (RateStatus.FOUND if len(rates) == 1 else RateStatus.SEVERAL_RATES)


def test_internal_rate_of_return_does_not_choose_a_rate_at_which_everything_is_lost():
    result = internal_rate_of_return([-1.0, *([0.0] * 19), 1e-20])

    assert result.rate is None
    assert result.rates == pytest.approx((-0.9,))
    assert result.status is RateStatus.ONLY_TOTAL_LOSS


@given(FLOWS)
def test_internal_rates_agree_with_the_roots_of_the_polynomial(flows):
    assume(flows[0] and flows[-1])
    roots = np.roots(flows)
    # Near-double roots leave or reach the real line within rounding; neither count is right then.
    assume(all(abs(root.imag) < 1e-9 or abs(root.imag) > 1e-3 for root in roots))
    real = sorted(root.real for root in roots if abs(root.imag) < 1e-9 and root.real > 1e-9)
    assume(all(later - earlier > 1e-3 for earlier, later in itertools.pairwise(real)))

    rates = internal_rate_of_return(flows).rates

    assert rates == pytest.approx(tuple(root - 1.0 for root in real), abs=1e-6)


@given(FLOWS)
def test_flows_are_worth_nothing_at_every_internal_rate(flows):
    for rate in internal_rate_of_return(flows).rates:
        assume(rate > -0.9)
        size = net_present_value([abs(flow) for flow in flows], rate=rate)

        assert abs(net_present_value(flows, rate=rate)) <= 1e-9 * size


def test_internal_rate_of_return_of_ten_years_of_alternating_months_is_found():
    flows = [-1000.0 if month % 2 else 1000.0 + month for month in range(120)]

    result = internal_rate_of_return(flows)

    assert all(abs(net_present_value(flows, rate=rate)) < 1e-4 for rate in result.rates if rate > -0.5)
    assert result.status in {RateStatus.FOUND, RateStatus.SEVERAL_RATES, RateStatus.NO_REAL_RATE}


@given(FLOWS)
def test_dated_rates_of_flows_one_year_apart_are_those_of_periodic_flows(flows):
    dates = [DAY + timedelta(days=360 * year) for year in range(len(flows))]

    dated = dated_internal_rate_of_return(flows, dates, day_count="act/360")

    assert dated.rates == pytest.approx(internal_rate_of_return(flows).rates, abs=1e-9)


def test_dated_net_present_value_counts_from_the_earliest_date_whatever_the_order():
    dates = [date(2015, 6, 11), date(2015, 7, 21), date(2018, 6, 10), date(2015, 10, 17)]

    value = dated_net_present_value([-1000.0, -9000.0, 20000.0, -3000.0], dates, rate=0.1)

    assert value == pytest.approx(2218.42566365675, abs=1e-6)


def test_dated_amounts_on_one_day_are_added_up():
    result = dated_internal_rate_of_return([-60, -40, 110], [DAY, DAY, DAY + timedelta(days=365)])

    assert result.rate == pytest.approx(0.1)


@pytest.mark.parametrize(("amounts", "dates"), [([1.0, 2.0], [DAY]), ([], []), ([math.nan], [DAY])])
def test_dated_flows_refuse_input_without_meaning(amounts, dates):
    with pytest.raises(CalculationError):
        dated_net_present_value(amounts, dates, rate=0.1)
    with pytest.raises(CalculationError):
        dated_internal_rate_of_return(amounts, dates)


@pytest.mark.parametrize(
    ("flows", "finance_rate", "reinvest_rate", "expected"),
    [
        ([-120000, 39000, 30000, 21000, 37000, 46000], 0.10, 0.12, 0.126094),
        ([100, 200, -50, 300, -200], 0.05, 0.06, 0.3428),
        ([-4500, -800, 800, 800, 600], 0.05, 0.08, -0.1784449),
    ],
)
def test_modified_rate_of_return_matches_published_figures(flows, finance_rate, reinvest_rate, expected):
    rate = modified_internal_rate_of_return(flows, finance_rate=finance_rate, reinvest_rate=reinvest_rate)

    assert rate == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("flows", [[1, 2, 3], [-1, -2], [0, 0], [-5]])
def test_modified_rate_of_return_is_none_without_both_directions(flows):
    assert modified_internal_rate_of_return(flows, finance_rate=0.1, reinvest_rate=0.1) is None


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([-10000, 3000, 3000, 3000, 3000, 3000], 10 / 3),
        ([-100, 50, 50], 2.0),
        ([-100, 50, 49], None),
        ([0, -100, 50, 100], 2.5),
        ([-100, 0, 200], 1.5),
        ([50, 20], 0.0),
        ([0, 0], None),
        ([-100, 150, -200], 2 / 3),
        ([-0.3, 0.1, 0.2], 2.0),
    ],
)
def test_payback_period_is_linear_within_the_period(flows, expected):
    assert payback_period(flows) == (None if expected is None else pytest.approx(expected))


def test_discounted_payback_period_matches_the_published_example():
    assert discounted_payback_period([-210, 85, 75, 85, 105], rate=0.11) == pytest.approx(3.15, abs=0.006)


@given(FLOWS)
def test_discounted_payback_without_discounting_is_the_payback(flows):
    assert discounted_payback_period(flows, rate=0.0) == payback_period(flows)
