"""What an order of work costs: the delay cost that ranking by WSJF makes smallest."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.calc.checks import finite, positive


@dataclass(frozen=True)
class Work:
    """Something to do: what each unit of time costs until it starts, and how long it takes, in that unit."""

    cost_of_delay: float
    duration: float


@dataclass(frozen=True)
class SequenceCost:
    """Delay cost in the order given and in the reverse one; `saved` is the fraction the given order saves.

    `saved` is None when the reverse order costs nothing.
    """

    in_order: float
    in_reverse: float
    saved: float | None


def delay_cost(works: Sequence[Work]) -> float:
    """Cost of doing works one after another: the sum of cost of delay x time until the start.

    In the unit of `cost_of_delay` x duration; 0 for no work. Descending cost of delay / duration makes it smallest.
    Source: Reinertsen, The Principles of Product Development Flow (2009), chapter 7; Smith (1956) for the optimum.
    """
    total = start = 0.0
    for work in works:
        total += finite("cost_of_delay", work.cost_of_delay) * start
        start += positive("duration", work.duration)
    return total


def sequence_cost(works: Sequence[Work]) -> SequenceCost:
    """Compare the order given with its reverse."""
    in_order, in_reverse = delay_cost(works), delay_cost(works[::-1])
    saved = (in_reverse - in_order) / in_reverse if in_reverse else None
    return SequenceCost(in_order, in_reverse, saved)
