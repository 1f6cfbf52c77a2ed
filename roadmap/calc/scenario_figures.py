"""What a plan is worth, costs and asks of its teams, so that scenarios can be compared.

Months are counted from January of year 0 (12 * year + month - 1), money is in one currency as floats.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple, TypeVar

from core.calc.errors import CalculationError
from portfolio.calc.discounting import compound_factor, within_range
from roadmap.calc.capacity import MONTHS_PER_YEAR, month_number
from roadmap.calc.quarters import Quarter
from roadmap.calc.working_days import WorkingDays

Key = TypeVar("Key", bound=Hashable)
AT_START, AT_END = "start", "end"
# A century: nobody plans the load of teams beyond it, and dates may lie millennia apart.
MOST_QUARTERS = 400


class Flow(NamedTuple):
    """Money of one month of a business case; `anchor` says which end of the work it moves with, if any."""

    month: int
    amount: float
    is_cost: bool
    anchor: str


@dataclass(frozen=True, slots=True)
class CaseMoney:
    """The current business case of an initiative: its present value as computed, and the flows it comes from.

    `npv` None is not valued; `chance_negative` None is not simulated. `cost` is the sum of its costs.
    """

    npv: float | None
    chance_negative: float | None
    discount_rate: float
    first_month: int
    flows: Sequence[Flow]
    is_approved: bool

    @property
    def cost(self) -> float:
        """All costs, undiscounted."""
        return math.fsum(flow.amount for flow in self.flows if flow.is_cost)


class Moves(NamedTuple):
    """By how many months the start and the end of an initiative's work move."""

    start: int = 0
    end: int = 0

    def of(self, flow: Flow) -> int:
        """By how many months a flow moves with them."""
        return {AT_START: self.start, AT_END: self.end}.get(flow.anchor, 0)


def moved_value(case: CaseMoney, moves: Moves) -> float | None:
    """The net present value when flows that hang on a date move with it; None while the case is not valued.

    A flow of month m is discounted by (1 + rate) ** ((m - first month) / 12), as the valuation of the case does;
    only the differences are added to that. Flows moved beyond the horizon of the case count. None too for a move over
    centuries that no number can hold.
    """
    if case.npv is None:
        return None
    try:
        return case.npv + within_range(
            lambda: math.fsum(
                (-flow.amount if flow.is_cost else flow.amount)
                * (_factor(case, flow.month + moves.of(flow)) - _factor(case, flow.month))
                for flow in case.flows
                if moves.of(flow)
            )
        )
    except CalculationError:
        return None


def cost_by_quarter(case: CaseMoney, moves: Moves) -> dict[Quarter, float]:
    """Costs of each quarter they fall in after the move."""
    found: dict[Quarter, float] = defaultdict(float)
    for flow in case.flows:
        if flow.is_cost and flow.amount:
            year, month = divmod(flow.month + moves.of(flow), MONTHS_PER_YEAR)
            found[Quarter(year, month // 3 + 1)] += flow.amount
    return dict(found)


def load_by_quarter(
    work: Iterable[tuple[Key, date, date]], calendar_of: Callable[[Key], WorkingDays]
) -> dict[tuple[Key, Quarter], float]:
    """How many items each team works on at once on an average of its working days of a quarter.

    `work` is the team, the first and the last day of every item, of which the first MOST_QUARTERS are looked at.
    """
    days: dict[tuple[Key, Quarter], int] = defaultdict(int)
    for team, start_on, end_on in work:
        for quarter in islice(quarters_from(start_on, end_on), MOST_QUARTERS):
            first, last = _ordinals(quarter)
            within = max(start_on.toordinal(), first), min(end_on.toordinal(), last)
            days[team, quarter] += calendar_of(team).between(*within)
    lengths = {(team, quarter): calendar_of(team).between(*_ordinals(quarter)) for team, quarter in days}
    return {key: count / lengths[key] for key, count in days.items() if lengths[key]}


def quarters_from(first: date, last: date) -> Iterator[Quarter]:
    """Every quarter with a day from the first to the last one, both included."""
    quarter = Quarter.of(first)
    while True:
        yield quarter
        if quarter >= Quarter.of(last):
            return
        quarter = quarter.following


def weighted_chance(cases: Iterable[CaseMoney]) -> float | None:
    """Mean chance of a negative value over the simulated cases, each weighted by its costs; None without any."""
    known = [(case.chance_negative, case.cost) for case in cases if case.chance_negative is not None]
    total = math.fsum(cost for _, cost in known)
    if total <= 0:
        return None
    return math.fsum(chance * cost for chance, cost in known) / total


def span_moves(before: tuple[date, date] | None, after: tuple[date, date] | None) -> Moves:
    """How far first and last day of an initiative's work move; not at all while it is not planned in both."""
    if before is None or after is None:
        return Moves()
    return Moves(*(month_number(new) - month_number(old) for old, new in zip(before, after, strict=True)))


def spans(work: Iterable[tuple[Key, date, date]]) -> Mapping[Key, tuple[date, date]]:
    """First and last day of everything done for each key."""
    found: dict[Key, tuple[date, date]] = {}
    for key, start_on, end_on in work:
        first, last = found.get(key, (start_on, end_on))
        found[key] = (min(first, start_on), max(last, end_on))
    return found


def _factor(case: CaseMoney, month: int) -> float:
    return compound_factor(case.discount_rate, (case.first_month - month) / MONTHS_PER_YEAR)


def _ordinals(quarter: Quarter) -> tuple[int, int]:
    """First and last day of the quarter; the last one of the year 9999 ends the calendar."""
    is_last = quarter == Quarter.of(date.max)
    last = date.max if is_last else quarter.last_day
    return quarter.first_day.toordinal(), last.toordinal()
