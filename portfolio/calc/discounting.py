"""Discount factors and conversions between rates; flows that are discounted with them live in cashflow."""

import math
from collections.abc import Callable, Sequence

from core.calc.checks import finite, positive, rate_above_minus_one
from core.calc.errors import CalculationError


def within_range(calculate: Callable[[], float]) -> float:
    """Run a calculation and refuse a result beyond the range of floats instead of handing out infinity."""
    try:
        result = calculate()
    except (OverflowError, ValueError) as error:
        # math.fsum raises ValueError when opposite infinities meet, math.log when a value vanished to zero.
        raise _out_of_range() from error
    if not math.isfinite(result):
        raise _out_of_range()
    return result


def _out_of_range() -> CalculationError:
    return CalculationError("The result is too large or too small to represent.", code="result_out_of_range")


def compound_factor(rate: float, periods: float) -> float:
    """Return (1 + rate) ** periods for a rate per period above -1; accurate for tiny rates."""
    return within_range(lambda: math.exp(periods * math.log1p(rate)))


def discounted(amounts: Sequence[float], times: Sequence[float], rate: float) -> tuple[float, ...]:
    """Return amounts[i] / (1 + rate) ** times[i] for checked amounts and a rate above -1; refuses overflow."""
    growth = 1.0 + rate
    try:
        present = tuple(amount * growth**-time if amount else 0.0 for amount, time in zip(amounts, times, strict=True))
    except OverflowError as error:
        raise _out_of_range() from error
    total(present)
    return present


def total(amounts: Sequence[float]) -> float:
    """Return the exactly rounded sum of the amounts; refuses one too large for a float."""
    return within_range(lambda: math.fsum(amounts))


def discount_factor(rate: float, year: float) -> float:
    """Return 1 / (1 + rate) ** year: today's value of one unit paid at the end of that year.

    `rate` is a fraction per year above -1, `year` counts from 0 (today) and may be fractional. A rate of -1 or below
    raises. Source: OMB Circular A-94, appendix on year-end discount factors.
    """
    return compound_factor(rate_above_minus_one("rate", rate), -_year("year", year))


def scheduled_discount_factor(schedule: Sequence[tuple[float, float]], year: float) -> float | None:
    """Return the discount factor of a year under rates that change with the horizon.

    `schedule` holds (last year the rate applies to, rate as a fraction per year) in ascending order; each year is
    discounted at the rate of its own band, so the factor is the product over the bands. None when the schedule ends
    before the year. Source: HM Treasury, The Green Book, long-term discount rates.
    """
    if not schedule:
        raise CalculationError("schedule must not be empty.", code="too_few_values", pointer="schedule")
    horizon = _year("year", year)
    exponent, covered = 0.0, 0.0
    for last_year, rate in schedule:
        until = positive("schedule", last_year)
        band_rate = rate_above_minus_one("schedule", rate)
        if until <= covered:
            raise CalculationError("schedule must ascend by year.", code="not_ascending", pointer="schedule")
        exponent -= max(min(until, horizon) - covered, 0.0) * math.log1p(band_rate)
        covered = until
    if horizon > covered:
        return None
    return within_range(lambda: math.exp(exponent))


def periodic_rate(annual_rate: float, periods_per_year: float) -> float:
    """Return the rate per period that compounds to an effective annual rate: (1 + r) ** (1 / m) - 1.

    Rates are fractions above -1. Source: Brealey, Myers and Allen, Principles of Corporate Finance, ch. 2.
    """
    rate = rate_above_minus_one("annual_rate", annual_rate)
    return math.expm1(math.log1p(rate) / positive("periods_per_year", periods_per_year))


def effective_rate(nominal: float, periods: int) -> float:
    """Return the effective annual rate (1 + nominal / m) ** m - 1 of a nominal rate compounded m times a year.

    Rates are fractions; a nominal rate of -m or below raises. Source: OpenDocument 1.2 part 2, EFFECT.
    """
    times = _whole_periods(periods)
    rate = rate_above_minus_one("nominal", finite("nominal", nominal) / times)
    return within_range(lambda: math.expm1(times * math.log1p(rate)))


def nominal_rate(effective: float, periods: int) -> float:
    """Return the nominal annual rate m * ((1 + effective) ** (1 / m) - 1), compounded m times a year.

    Rates are fractions above -1. Source: OpenDocument 1.2 part 2, NOMINAL.
    """
    return _whole_periods(periods) * periodic_rate(effective, periods)


def _year(name: str, year: float) -> float:
    checked = finite(name, year)
    if checked < 0.0:
        raise CalculationError(f"{name} must not be negative.", code="negative", pointer=name)
    return checked


def _whole_periods(periods: int) -> int:
    checked = finite("periods", periods)
    if checked < 1.0 or checked != int(checked):
        message = "periods must be a whole number of at least one."
        raise CalculationError(message, code="not_a_whole_number", pointer="periods")
    return int(checked)
