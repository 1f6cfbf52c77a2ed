"""Annuity functions against published figures and a balance rolled forward payment by payment."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.calc.errors import CalculationError
from portfolio.calc.annuity import (
    future_value,
    interest_payment,
    interest_rate,
    number_of_periods,
    payment,
    present_value,
    principal_payment,
)

RATES = st.floats(-0.2, 0.5)
AMOUNTS = st.floats(-1e5, 1e5)
PERIODS = st.integers(1, 60)
WHEN = st.sampled_from(["begin", "end"])


def rolled_balance(rate, nper, pmt, pv, when):
    """What is owed after nper payments, by the definition instead of the closed form."""
    balance = pv
    for _ in range(nper):
        balance = (balance + pmt) * (1 + rate) if when == "begin" else balance * (1 + rate) + pmt
    return -balance


@given(RATES, PERIODS, AMOUNTS, AMOUNTS, WHEN)
def test_future_value_agrees_with_rolling_the_balance_forward(rate, nper, pmt, pv, when):
    expected = rolled_balance(rate, nper, pmt, pv, when)

    # Sizes of both parts: the result itself may be a small difference of large numbers.
    scale = abs(rolled_balance(rate, nper, 0.0, pv, when)) + abs(rolled_balance(rate, nper, pmt, 0.0, when)) + 1.0
    assert future_value(rate, nper, pmt, pv, when) == pytest.approx(expected, abs=1e-9 * scale)


@given(RATES, PERIODS, st.floats(100, 1e5), st.floats(0, 1e5), WHEN)
def test_the_seven_functions_solve_one_equation(rate, nper, pv, fv, when):
    pmt = payment(rate, nper, pv, fv, when)

    assert future_value(rate, nper, pmt, pv, when) == pytest.approx(fv, abs=1e-6 * (pv + fv) * (1 + abs(rate)) ** nper)
    assert present_value(rate, nper, pmt, fv, when) == pytest.approx(pv, rel=1e-6, abs=1e-6 * fv / (1 + rate) ** nper)
    interest = [interest_payment(rate, per, nper, pv, fv, when) for per in range(1, nper + 1)]
    principal = [principal_payment(rate, per, nper, pv, fv, when) for per in range(1, nper + 1)]
    assert [i + p for i, p in zip(interest, principal, strict=True)] == pytest.approx([pmt] * nper)


@given(st.floats(0.0001, 0.3), st.integers(2, 60), st.floats(100, 1e5), WHEN)
def test_interest_rate_and_number_of_periods_invert_the_payment_of_a_loan(rate, nper, pv, when):
    assume(when == "end" or nper > 2)
    pmt = payment(rate, nper, pv, 0.0, when)

    assert interest_rate(nper, pmt, pv, 0.0, when) == pytest.approx(rate, rel=1e-6)
    assert number_of_periods(rate, pmt, pv, 0.0, when) == pytest.approx(nper, rel=1e-6)


def test_principal_of_a_loan_adds_up_to_the_loan():
    parts = [principal_payment(0.01, per, 24, 2000.0) for per in range(1, 25)]

    assert math.fsum(parts) == pytest.approx(-2000.0)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (lambda: payment(0.08 / 12, 60, 15000), -304.1459143262052),
        (lambda: payment(0.0, 60, 15000), -250.0),
        (lambda: future_value(0.075, 20, -2000, 0, "begin"), 93105.06487352113),
        (lambda: present_value(0.07, 20, 12000), -127128.17094619393),
        (lambda: number_of_periods(0.075, -2000, 0, 100000), 21.54494419732334),
        (lambda: number_of_periods(0.0, -2000, 0, 100000), 50.0),
        (lambda: interest_rate(10, 0, -3500, 10000), 0.1106908537142689),
        (lambda: interest_rate(36, -277.78, 10000, 0), 4.323e-07),
        (lambda: interest_rate(10, -100, 1000, 0), 0.0),
        (lambda: interest_payment(0.1 / 12, 1, 24, 2000), -16.666666666666668),
        (lambda: interest_payment(0.1, 1, 24, 2000, 0, "begin"), 0.0),
        (lambda: principal_payment(0.1 / 12, 1, 60, 55000), -710.254125786425),
    ],
)
def test_annuity_functions_match_published_figures(got, expected):
    assert got() == pytest.approx(expected, rel=1e-3 if 0 < abs(expected) < 1e-5 else 1e-9, abs=1e-15)


def test_what_cannot_be_reached_is_none():
    assert number_of_periods(0.1, -100, 1000) is None
    assert number_of_periods(0.1, -50, 1000) is None
    assert number_of_periods(0.0, 0, 1000, -500) is None
    assert interest_rate(12, 400, 10000, 5000) is None
    assert interest_rate(12, 0, 0, 0) is None


@pytest.mark.parametrize(
    ("call", "pointer"),
    [
        (lambda: future_value(-1.0, 10, 1, 1), "rate"),
        (lambda: future_value(0.1, math.nan, 1, 1), "nper"),
        (lambda: payment(0.1, 0, 100), "nper"),
        (lambda: payment(0.0, 10, 100, 0, "middle"), "when"),
        (lambda: number_of_periods(0.0, 1, 1, 1, "middle"), "when"),
        (lambda: interest_rate(1.5, 1, 1, 1), "nper"),
        (lambda: interest_payment(0.1, 0, 10, 100), "per"),
        (lambda: interest_payment(0.1, 11, 10, 100), "per"),
        (lambda: principal_payment(0.1, 1.5, 10, 100), "per"),
    ],
)
def test_annuity_functions_refuse_input_without_meaning(call, pointer):
    with pytest.raises(CalculationError) as refusal:
        call()

    assert refusal.value.pointer == pointer
