"""Evenly spaced cash flows: net present value, rates of return, payback; flows on dates are in dated_cashflow."""

import math
from collections.abc import Sequence
from typing import Literal

from core.calc.checks import finite_sequence, rate_above_minus_one
from core.calc.errors import CalculationError
from portfolio.calc.discounting import discounted, total, within_range
from portfolio.calc.rate_of_return import RateOfReturn, rate_of_return


def net_present_value(cashflows: Sequence[float], *, rate: float, first_flow_at: Literal[0, 1] = 0) -> float:
    """Return the sum of cashflows[t] / (1 + rate) ** t in the unit of the flows, outflows negative.

    `rate` is a fraction per period above -1. `first_flow_at` is the period of the first flow: 0 for today (the
    textbook convention), 1 for one period out (the convention of spreadsheets).
    Source: Brealey, Myers and Allen, Principles of Corporate Finance, ch. 2.
    """
    return total(discounted_cashflows(cashflows, rate=rate, first_flow_at=first_flow_at))


def discounted_cashflows(
    cashflows: Sequence[float], *, rate: float, first_flow_at: Literal[0, 1] = 0
) -> tuple[float, ...]:
    """Return each flow's present value; conventions as in `net_present_value`."""
    flows = finite_sequence("cashflows", cashflows)
    checked_rate = rate_above_minus_one("rate", rate)
    if first_flow_at not in (0, 1):
        message = "first_flow_at must be 0 (today) or 1 (one period out)."
        raise CalculationError(message, code="unknown_convention", pointer="first_flow_at")
    return discounted(flows, range(first_flow_at, first_flow_at + len(flows)), checked_rate)


def internal_rate_of_return(cashflows: Sequence[float]) -> RateOfReturn:
    """Return the rates per period at which the net present value of the flows is zero.

    All real rates above -1 are found. The result names the chosen one (of several the one nearest to 10 %) or, with
    `rate` None, the reason there is none. Flows need not start with an outflow.
    Source: Brealey, Myers and Allen, Principles of Corporate Finance, ch. 5, which shows multiple and missing rates.
    """
    flows = finite_sequence("cashflows", cashflows)
    return rate_of_return(flows, range(len(flows)))


def modified_internal_rate_of_return(
    cashflows: Sequence[float], *, finance_rate: float, reinvest_rate: float
) -> float | None:
    """Return the rate per period that grows the financed outflows into the reinvested inflows.

    (FV of inflows at `reinvest_rate` / PV of outflows at `finance_rate`) ** (1 / (n - 1)) - 1 for n flows, the first
    today; rates are fractions per period above -1. None without an inflow, without an outflow or with one flow only.
    Source: OpenDocument 1.2 part 2, MIRR.
    """
    flows = finite_sequence("cashflows", cashflows)
    rate_above_minus_one("finance_rate", finance_rate)
    rate_above_minus_one("reinvest_rate", reinvest_rate)
    last = len(flows) - 1
    if last == 0 or min(flows) >= 0.0 or max(flows) <= 0.0:
        return None
    outflows = -net_present_value([min(flow, 0.0) for flow in flows], rate=finance_rate)
    inflows = net_present_value([max(flow, 0.0) for flow in flows], rate=reinvest_rate)
    return within_range(lambda: math.expm1((math.log(inflows) - math.log(outflows)) / last + math.log1p(reinvest_rate)))


def payback_period(cashflows: Sequence[float]) -> float | None:
    """Return after how many periods the flows, the first one today, have paid back what was put in.

    The first moment the running total climbs back to zero; within a period the flow is taken as even (linear). Later
    outflows are not looked at. 0 when the total never falls below zero; None when it never recovers or all flows are
    zero, so that nothing was ever put in. Source: Brealey, Myers and Allen, Principles of Corporate Finance, ch. 5.
    """
    return _payback(finite_sequence("cashflows", cashflows))


def discounted_payback_period(cashflows: Sequence[float], *, rate: float) -> float | None:
    """Return the payback period of the flows' present values; linear within the period, None as in `payback_period`.

    `rate` is a fraction per period above -1. Source: Brealey, Myers and Allen, Principles of Corporate Finance, ch. 5.
    """
    return _payback(discounted_cashflows(cashflows, rate=rate))


def _payback(flows: Sequence[float]) -> float | None:
    if not any(flows):
        return None
    balance = 0.0
    has_been_below = False
    for period in range(len(flows)):
        before = balance
        # Summed afresh, not accumulated, so that a balance of exactly zero is seen as zero.
        balance = total(flows[: period + 1])
        if has_been_below and balance >= 0.0:
            return period - 1 + -before / flows[period]
        has_been_below = has_been_below or balance < 0.0
    return None if has_been_below else 0.0
