"""What a change saved a month, measured before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MEASURED_DAYS = 28
MIN_DAYS = 7
# Mean length of a month of the Gregorian calendar: 146,097 days in 4,800 months.
DAYS_A_MONTH = Decimal("30.436875")


@dataclass(frozen=True)
class DailyUse:
    """Cost and requests of one day; None where a price is missing or no request was counted."""

    cost: Decimal | None
    requests: int | None


@dataclass(frozen=True)
class Saving:
    """`monthly` is None while it cannot be measured; `basis` says how it was, or why not."""

    monthly: Decimal | None
    basis: str


def realised_saving(before: Sequence[DailyUse], after: Sequence[DailyUse]) -> Saving:
    """Saving a month from the days before and after a change; negative when it became dearer.

    With requests on both sides: (cost per request before - cost per request after) x requests a day after
    x 30.44. More use then does not hide a saving, nor does less use feign one (an efficiency variance at
    present volume, as in C. T. Horngren, Cost Accounting, chapter 7). Without requests the mean daily cost
    takes the place of the cost per request. At least seven days of known cost are needed on each side.
    """
    priced_before = [day for day in before if day.cost is not None]
    priced_after = [day for day in after if day.cost is not None]
    for priced, side in ((priced_before, "before"), (priced_after, "after")):
        if len(priced) < MIN_DAYS:
            return Saving(None, f"Needs {MIN_DAYS} days of known cost {side} it went live; there are {len(priced)}.")
    per_request_before, per_request_after = _cost_per_request(priced_before), _cost_per_request(priced_after)
    if per_request_before is None or per_request_after is None:
        daily = _mean_cost(priced_before) - _mean_cost(priced_after)
        return Saving(daily * DAYS_A_MONTH, "Cost a day before and after; requests are not counted.")
    a_day = Decimal(sum(day.requests or 0 for day in priced_after)) / len(priced_after)
    saving = (per_request_before - per_request_after) * a_day * DAYS_A_MONTH
    return Saving(saving, "Cost per request before and after, at the requests since.")


def _cost_per_request(days: Sequence[DailyUse]) -> Decimal | None:
    """Sum by sum, never the mean of daily ratios; None unless every day counted its requests and there were some."""
    if any(day.requests is None for day in days):
        return None
    requests = sum(day.requests or 0 for day in days)
    return _total(days) / requests if requests else None


def _mean_cost(days: Sequence[DailyUse]) -> Decimal:
    return _total(days) / len(days)


def _total(days: Sequence[DailyUse]) -> Decimal:
    return sum((day.cost for day in days if day.cost is not None), Decimal(0))
