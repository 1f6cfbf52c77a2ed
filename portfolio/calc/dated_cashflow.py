"""Cash flows on calendar dates: XNPV and XIRR; evenly spaced flows live in cashflow."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from core.calc.checks import finite_sequence, rate_above_minus_one, same_length
from portfolio.calc.day_count import DayCount, year_fraction
from portfolio.calc.discounting import discounted, total
from portfolio.calc.rate_of_return import RateOfReturn, rate_of_return


def dated_net_present_value(
    amounts: Sequence[float],
    dates: Sequence[date],
    *,
    rate: float,
    day_count: DayCount | str = DayCount.ACTUAL_365_FIXED,
) -> float:
    """Return the sum of amounts[i] / (1 + rate) ** years[i] in the unit of the amounts, outflows negative.

    `rate` is a fraction per year above -1; years run from the earliest date, whatever the order of the rows, under
    the day-count convention. Source: OpenDocument 1.2 part 2, XNPV.
    """
    times, totals = _by_time(amounts, dates, day_count)
    return total(discounted(totals, times, rate_above_minus_one("rate", rate)))


def dated_internal_rate_of_return(
    amounts: Sequence[float],
    dates: Sequence[date],
    *,
    day_count: DayCount | str = DayCount.ACTUAL_365_FIXED,
) -> RateOfReturn:
    """Return the effective annual rates at which the dated net present value is zero.

    All real rates above -1 are found; choice among several and reasons for none as in `internal_rate_of_return`.
    Source: OpenDocument 1.2 part 2, XIRR.
    """
    times, totals = _by_time(amounts, dates, day_count)
    return rate_of_return(totals, times)


def _by_time(
    amounts: Sequence[float], dates: Sequence[date], day_count: DayCount | str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Strictly ascending times in years from the earliest date, and the total amount at each."""
    same_length("amounts", amounts, "dates", dates)
    checked = finite_sequence("amounts", amounts)
    base = min(dates)
    by_time: defaultdict[float, list[float]] = defaultdict(list)
    for amount, day in zip(checked, dates, strict=True):
        by_time[year_fraction(base, day, day_count)].append(amount)
    times = tuple(sorted(by_time))
    return times, tuple(total(by_time[time]) for time in times)
