"""Simple returns on an amount: ROI, annualised ROI, compound growth; returns of whole cash flows live in cashflow."""

import math

from core.calc.checks import finite, positive
from portfolio.calc.discounting import within_range


def return_on_investment(gain: float, cost: float) -> float | None:
    """Return (gain - cost) / cost as a fraction, `gain` being all that came back, in the unit of `cost`.

    None when cost is zero or negative: nothing was invested that a return could be measured on.
    Source: Brealey, Myers and Allen, Principles of Corporate Finance, ch. 5 (book rate of return).
    """
    returned, invested = finite("gain", gain), finite("cost", cost)
    if invested <= 0.0:
        return None
    return within_range(lambda: (returned - invested) / invested)


def annualised_return_on_investment(gain: float, cost: float, years: float) -> float | None:
    """Return (gain / cost) ** (1 / years) - 1 as a fraction per year; `years` above zero, may be fractional.

    None when cost is zero or negative, or when less than nothing came back. Source: CFA Institute, Global Investment
    Performance Standards (2020), annualised returns.
    """
    returned, invested = finite("gain", gain), finite("cost", cost)
    return None if invested <= 0.0 else growth_rate(invested, returned, years)


def growth_rate(pv: float, fv: float, nper: float) -> float | None:
    """Return the compound growth rate (fv / pv) ** (1 / nper) - 1 as a fraction per period (CAGR).

    `nper` must be above zero. None when pv is zero or when pv and fv have opposite signs: no real rate leads from one
    to the other. Growth to exactly zero is -1. Source: OpenDocument 1.2 part 2, RRI.
    """
    start, end, periods = finite("pv", pv), finite("fv", fv), positive("nper", nper)
    if start == 0.0 or (end != 0.0 and (start > 0.0) != (end > 0.0)):
        return None
    if end == 0.0:
        return -1.0
    return within_range(lambda: math.expm1((math.log(abs(end)) - math.log(abs(start))) / periods))
