"""The valuation of a business case against the published format example and the functions it is made of."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.calc.errors import CalculationError
from portfolio.calc.business_case import ENGINE_VERSION, value_cashflow
from portfolio.calc.cashflow import internal_rate_of_return, net_present_value
from portfolio.calc.discounting import periodic_rate
from portfolio.calc.rate_of_return import RateStatus

AMOUNTS = st.integers(0, 100_000)
ROWS = st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=36)


def test_annual_case_matches_the_published_example():
    valuation = value_cashflow(
        [100000, 40000, 40000], [0, 120000, 130000], annual_discount_rate=0.08, periods_per_year=1
    )

    assert valuation.total_costs == 180000
    assert valuation.total_benefits == 250000
    assert valuation.net_benefits == 70000
    assert valuation.pv_costs == pytest.approx(171330.59, abs=0.005)
    assert valuation.pv_benefits == pytest.approx(222565.16, abs=0.005)
    assert valuation.npv == pytest.approx(51234.57, abs=0.005)
    assert valuation.roi == pytest.approx(0.299039, abs=5e-7)
    assert valuation.profitability_index == pytest.approx(1.299039, abs=5e-7)
    assert valuation.payback_months == pytest.approx(12 * (1 + 20000 / 90000))
    assert valuation.irr == internal_rate_of_return([-100000, 80000, 90000]).rate
    assert valuation.engine_version == ENGINE_VERSION


@given(ROWS, st.floats(-0.3, 1.0))
def test_monthly_case_is_discounted_with_the_monthly_rate(rows, annual_rate):
    costs, benefits = zip(*rows, strict=True)
    monthly_rate = periodic_rate(annual_rate, 12)

    valuation = value_cashflow(costs, benefits, annual_discount_rate=annual_rate, periods_per_year=12)

    size = 1.0 + valuation.pv_costs + valuation.pv_benefits
    net = [benefit - cost for cost, benefit in rows]
    assert valuation.npv == pytest.approx(net_present_value(net, rate=monthly_rate), abs=1e-9 * size)
    assert valuation.pv_costs == pytest.approx(net_present_value(costs, rate=monthly_rate), abs=1e-9 * size)
    assert valuation.npv == pytest.approx(valuation.pv_benefits - valuation.pv_costs, abs=1e-9 * size)


@given(st.integers(1, 100_000), st.lists(st.integers(1, 100_000), min_size=1, max_size=36))
def test_monthly_rate_of_return_is_the_effective_annual_one(cost, later_benefits):
    monthly = internal_rate_of_return([-cost, *later_benefits]).rate
    assume(monthly is not None and -0.9 < monthly < 10)

    valuation = value_cashflow(
        [cost, *([0] * len(later_benefits))], [0, *later_benefits], annual_discount_rate=0.1, periods_per_year=12
    )

    assert valuation.irr == pytest.approx((1 + monthly) ** 12 - 1, rel=1e-9, abs=1e-9)
    assert valuation.irr_status is RateStatus.FOUND


def test_annual_case_and_the_same_case_spread_over_months_have_the_same_value():
    annual = value_cashflow([100000, 40000, 40000], [0, 120000, 130000], annual_discount_rate=0.08, periods_per_year=1)
    costs, benefits = [0.0] * 25, [0.0] * 25
    costs[0], costs[12], costs[24] = 100000, 40000, 40000
    benefits[12], benefits[24] = 120000, 130000

    monthly = value_cashflow(costs, benefits, annual_discount_rate=0.08, periods_per_year=12)

    # Within a year an annual case spreads its flow evenly, a monthly one has it in its month: paybacks differ.
    comparable = replace(
        monthly,
        periods_per_year=1,
        payback_months=annual.payback_months,
        discounted_payback_months=annual.discounted_payback_months,
    )
    assert comparable.npv == pytest.approx(annual.npv)
    assert comparable.irr == pytest.approx(annual.irr)
    assert comparable.roi == pytest.approx(annual.roi)
    assert monthly.payback_months == pytest.approx(23 + 20000 / 90000)


def test_case_that_never_pays_back_says_so():
    valuation = value_cashflow([1000, 0, 0], [0, 100, 100], annual_discount_rate=0.1, periods_per_year=12)

    assert valuation.payback_months is None
    assert valuation.discounted_payback_months is None
    assert valuation.roi == pytest.approx(valuation.npv / valuation.pv_costs)
    assert valuation.roi < 0


def test_case_without_costs_has_no_return_and_no_payback():
    valuation = value_cashflow([0, 0], [0, 100], annual_discount_rate=0.1, periods_per_year=12)

    assert (valuation.roi, valuation.profitability_index) == (None, None)
    assert (valuation.payback_months, valuation.discounted_payback_months) == (None, None)
    assert (valuation.irr, valuation.irr_status) == (None, RateStatus.NO_SIGN_CHANGE)
    assert valuation.npv > 0


def test_case_that_earns_from_the_first_month_pays_back_at_once():
    assert value_cashflow([10, 10], [20, 20], annual_discount_rate=0.1, periods_per_year=12).payback_months == 0.0


def test_case_of_zeros_is_worth_nothing_and_says_that_there_is_no_cash_flow():
    valuation = value_cashflow([0, 0], [0, 0], annual_discount_rate=0.1, periods_per_year=12)

    assert (valuation.npv, valuation.irr, valuation.roi) == (0.0, None, None)
    assert valuation.irr_status is RateStatus.NO_CASH_FLOW


@pytest.mark.parametrize(
    ("costs", "benefits", "rate", "pointer"),
    [
        ([], [], 0.1, "costs"),
        ([1], [1, 2], 0.1, "benefits"),
        ([math.nan], [1], 0.1, "costs"),
        ([1], [math.inf], 0.1, "benefits"),
        ([1], [1], -1, "annual_discount_rate"),
    ],
)
def test_case_refuses_input_without_meaning(costs, benefits, rate, pointer):
    with pytest.raises(CalculationError) as refusal:
        value_cashflow(costs, benefits, annual_discount_rate=rate, periods_per_year=12)

    assert refusal.value.pointer == pointer
