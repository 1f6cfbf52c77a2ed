"""The answer to "at which rate is this worth nothing": all rates, the one to show, or the reason there is none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portfolio.calc.real_roots import real_roots, sign_change_count

# Roots of flows that add up to zero come back as rounding dust around 0%.
_DUST = 1e-14
# Spreadsheets look for a rate from 10 % on; of several rates they therefore tend to show the one nearest to it.
_CUSTOMARY_GUESS = 0.10
# A rate that leaves less than this share of one unit invested over the whole case is beyond what floats can verify.
_SMALLEST_SURVIVING_SHARE = 2.0**-52


class RateStatus(StrEnum):
    """What the search for a rate of return found."""

    FOUND = "found"
    SEVERAL_RATES = "several_rates"
    NO_CASH_FLOW = "no_cash_flow"
    NO_SIGN_CHANGE = "no_sign_change"
    NO_REAL_RATE = "no_real_rate"
    ONLY_TOTAL_LOSS = "only_total_loss"


@dataclass(frozen=True)
class RateOfReturn:
    """`rate` is a fraction per unit of time, None unless status is FOUND or SEVERAL_RATES.

    `rates` holds every real rate above -1, ascending, also those that are too extreme to be chosen.
    """

    rate: float | None
    rates: tuple[float, ...]
    status: RateStatus


def rate_of_return(amounts: Sequence[float], times: Sequence[float]) -> RateOfReturn:
    """Return the rates at which amounts paid at strictly ascending times have a present value of zero.

    Of several rates the one whose growth factor is nearest to that of 10 % is chosen, the rate a spreadsheet finds
    from its customary first guess. Rates at which less than 2 ** -52 of the first flow would survive to the last one
    are listed but not chosen: there the early flows no longer count beside the late ones (ONLY_TOTAL_LOSS).
    """
    if not any(amounts):
        return RateOfReturn(None, (), RateStatus.NO_CASH_FLOW)
    if sign_change_count(amounts) == 0:
        return RateOfReturn(None, (), RateStatus.NO_SIGN_CHANGE)
    roots = real_roots(amounts, times)
    rates = tuple(_as_rate(root) for root in roots)
    if not rates:
        return RateOfReturn(None, (), RateStatus.NO_REAL_RATE)
    lowest = math.log(_SMALLEST_SURVIVING_SHARE) / _span(amounts, times)
    candidates = [rate for root, rate in zip(roots, rates, strict=True) if root >= lowest]
    if not candidates:
        return RateOfReturn(None, rates, RateStatus.ONLY_TOTAL_LOSS)
    status = RateStatus.FOUND if len(rates) == 1 else RateStatus.SEVERAL_RATES
    return RateOfReturn(preferred_rate(candidates), rates, status)


def preferred_rate(rates: Sequence[float]) -> float:
    """Return the rate whose growth factor is nearest to that of 10%; rates must not be empty."""
    guess = math.log1p(_CUSTOMARY_GUESS)
    return min(rates, key=lambda rate: abs(math.log1p(rate) - guess))


def _span(amounts: Sequence[float], times: Sequence[float]) -> float:
    moved = [time for amount, time in zip(amounts, times, strict=True) if amount]
    return moved[-1] - moved[0]


def _as_rate(logarithmic_rate: float) -> float:
    rate = math.expm1(logarithmic_rate)
    return 0.0 if abs(rate) < _DUST else rate
