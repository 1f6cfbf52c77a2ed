"""Level payments: present and future value, payment, number of periods, rate, interest and principal parts.

Every function solves pv * q ** n + pmt * (1 + r * begin) * (q ** n - 1) / r + fv = 0 with q = 1 + r, where begin is 1
for payments at the start of a period and 0 at its end. Money paid out is negative, rates are fractions per period
above -1. Source of all formulas: OpenDocument 1.2 part 2, section 4.11 (PV, FV, PMT, NPER, RATE, IPMT, PPMT).
"""

import math
from typing import Literal

from core.calc.checks import finite, positive, rate_above_minus_one
from core.calc.errors import CalculationError
from portfolio.calc.cashflow import internal_rate_of_return
from portfolio.calc.discounting import compound_factor, within_range

When = Literal["begin", "end"]


def future_value(rate: float, nper: float, pmt: float, pv: float, when: When = "end") -> float:
    """Return the balance after `nper` payments, in the unit of `pmt` and `pv`."""
    start, payment = finite("pv", pv), finite("pmt", pmt)
    growth, payments = _factors(rate, nper, when)
    return within_range(lambda: -(start * growth + payment * payments))


def present_value(rate: float, nper: float, pmt: float, fv: float = 0.0, when: When = "end") -> float:
    """Return today's worth of `nper` payments and a final balance, in the unit of `pmt` and `fv`."""
    end, payment = finite("fv", fv), finite("pmt", pmt)
    growth, payments = _factors(rate, nper, when)
    return within_range(lambda: -(end + payment * payments) / growth)


def payment(rate: float, nper: float, pv: float, fv: float = 0.0, when: When = "end") -> float:
    """Return the level payment that turns `pv` into `fv` over `nper` periods (above zero), in the unit of `pv`."""
    positive("nper", nper)
    start, end = finite("pv", pv), finite("fv", fv)
    growth, payments = _factors(rate, nper, when)
    return within_range(lambda: -(end + start * growth) / payments)


def number_of_periods(rate: float, pmt: float, pv: float, fv: float = 0.0, when: When = "end") -> float | None:
    """Return how many periods, fractional, the payments need to turn `pv` into `fv`.

    None when no number of payments does: they only cover the interest, or the balance moves away from `fv`.
    A negative result means that the balance was reached in the past.
    """
    per_period, begin = rate_above_minus_one("rate", rate), _begin(when)
    paid, start, end = finite("pmt", pmt), finite("pv", pv), finite("fv", fv)
    if per_period == 0.0:
        return None if paid == 0.0 else within_range(lambda: -(end + start) / paid)
    perpetuity = within_range(lambda: paid * (1.0 + per_period * begin) / per_period)
    if start + perpetuity == 0.0:
        return None
    ratio = within_range(lambda: (perpetuity - end) / (start + perpetuity))
    return math.log(ratio) / math.log1p(per_period) if ratio > 0.0 else None


def interest_rate(nper: int, pmt: float, pv: float, fv: float, when: When = "end") -> float | None:
    """Return the rate per period at which `nper` payments (a whole number) turn `pv` into `fv`.

    Of several rates the one nearest to 10 % is returned, as for internal rates of return; None when there is no real
    rate above -1.
    """
    if positive("nper", nper) != int(nper):
        raise CalculationError("nper must be a whole number.", code="not_a_whole_number", pointer="nper")
    last = int(nper)
    paid, start, end = finite("pmt", pmt), finite("pv", pv), finite("fv", fv)
    flows = [0.0, *([paid] * last)] if _begin(when) == 0 else [*([paid] * last), 0.0]
    flows[0] += start
    flows[-1] += end
    return internal_rate_of_return(flows).rate


def interest_payment(rate: float, per: int, nper: int, pv: float, fv: float = 0.0, when: When = "end") -> float:
    """Return the interest part of payment number `per` (1 to `nper`); the first payment at the begin bears none."""
    _check_payment_number(per, nper)
    if when == "begin" and per == 1:
        return 0.0
    paid = payment(rate, nper, pv, fv, when)
    interest = future_value(rate, per - 1, paid, pv, when) * rate
    return interest / (1.0 + rate) if when == "begin" else interest


def principal_payment(rate: float, per: int, nper: int, pv: float, fv: float = 0.0, when: When = "end") -> float:
    """Return the part of payment number `per` (1 to `nper`) that repays the balance: payment minus interest."""
    return payment(rate, nper, pv, fv, when) - interest_payment(rate, per, nper, pv, fv, when)


def _begin(when: When) -> int:
    if when not in ("begin", "end"):
        raise CalculationError("when must be 'begin' or 'end'.", code="unknown_convention", pointer="when")
    return 1 if when == "begin" else 0


def _factors(rate: float, nper: float, when: When) -> tuple[float, float]:
    """q ** n, and the factor that turns one payment into its future value."""
    begin = _begin(when)
    per_period, periods = rate_above_minus_one("rate", rate), finite("nper", nper)
    growth = compound_factor(per_period, periods)
    if per_period == 0.0:
        return growth, periods
    grown = within_range(lambda: math.expm1(periods * math.log1p(per_period)) / per_period)
    return growth, grown * (1.0 + per_period * begin)


def _check_payment_number(per: int, nper: int) -> None:
    positive("nper", nper)
    number = finite("per", per)
    if number != int(number) or not 1 <= number <= nper:
        message = "per must be a whole number between 1 and nper."
        raise CalculationError(message, code="payment_number_out_of_range", pointer="per")
