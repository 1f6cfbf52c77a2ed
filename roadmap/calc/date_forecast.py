"""Monte Carlo simulation of the dates of a plan over uncertain durations and its dependencies. Days are ordinals."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.calc.errors import CalculationError
from roadmap.calc.cascade import Link, LinkGraph
from roadmap.calc.working_days import WorkingDays

# Stored beside every result; raise it whenever the same seed may give other figures.
ENGINE_VERSION = "date-forecast-1"
LEAST_TRIALS, MOST_TRIALS = 100, 100_000
# The end of every item in every trial is kept for exact percentiles: four bytes each.
MOST_ENDS = 50_000_000
QUANTILES = tuple(step / 20 for step in range(21))
# Four arrays of this many numbers stay below some ten megabytes, whatever the number of trials.
_BLOCK_NUMBERS = 500_000
# The weight of the likely duration in the PERT distribution: mean = (low + 4 likely + high) / 6.
_PERT_WEIGHT = 4.0

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class UncertainItem:
    """An item whose duration nobody knows exactly, in working days of its calendar: low <= likely <= high.

    It starts on `earliest` (a day) or later, once its hard predecessors allow it; exactly there when `is_begun`. It
    does not end before `ends_from`, which is how work in progress says that it is not done yet.
    """

    earliest: int
    low: int
    likely: int
    high: int
    calendar: WorkingDays
    is_begun: bool = False
    ends_from: int = 1

    @property
    def is_certain(self) -> bool:
        """Whether there is only one duration."""
        return self.low == self.high


@dataclass(frozen=True)
class DateForecast:
    """Last days by item and by target, `quantiles[row][k]` for each of QUANTILES, and how often each item was critical.

    `criticality` is the share of trials in which any slip of the item would have moved the end of the plan.
    `ends` and `target_ends` have one column a trial.
    """

    trials: int
    ends: Numbers
    target_ends: Numbers
    criticality: NDArray[np.float64]

    @cached_property
    def quantiles(self) -> list[list[int]]:
        """By item."""
        return quantiles_of(self.ends)

    @cached_property
    def target_quantiles(self) -> list[list[int]]:
        """By target."""
        return quantiles_of(self.target_ends)


def quantiles_of(ends: Numbers) -> list[list[int]]:
    """For each row the least day by which at least a share of the trials had ended, for each of QUANTILES.

    Source: the inverse of the empirical distribution function, type 1 of Hyndman and Fan (1996).
    """
    if not len(ends):
        return []
    trials = ends.shape[1]
    # Twentieths of the trials as integers, since 0.15 * 100 is a little more than 15.
    ranks = [max(-(-step * trials // 20) - 1, 0) for step in range(21)]
    sorted_rows = np.partition(ends, sorted(set(ranks)), axis=1)
    found: list[list[int]] = sorted_rows[:, ranks].tolist()
    return found


def chance_by(ends: Numbers, day: int) -> float:
    """The share of the trials that ended on the day or before."""
    return float(np.count_nonzero(ends <= day)) / len(ends)


def chance_from_quantiles(quantiles: Sequence[int], day: int) -> float:
    """The share of the trials that ended on the day or before, from the days of QUANTILES; straight between them."""
    passed = bisect_right(quantiles, day)
    if passed == 0:
        return 0.0
    if passed == len(quantiles):
        return 1.0
    before, after = quantiles[passed - 1], quantiles[passed]
    return (passed - 1 + (day - before) / (after - before)) / (len(quantiles) - 1)


def forecast_dates(
    items: Sequence[UncertainItem],
    links: Sequence[Link],
    targets: Sequence[Sequence[int]] = (),
    *,
    trials: int,
    rng: np.random.Generator,
    block_size: int | None = None,
) -> DateForecast:
    """Draw every uncertain duration `trials` times, independently, and schedule the plan each time.

    A target is reached when the last of its items ends; it needs at least one. Soft links ask for nothing. Durations
    are PERT-distributed and rounded to whole days. Every item draws from a stream of its own, so that the same
    generator state gives the same figures for any `block_size`, which only bounds memory. Raises CyclicGraphError,
    and CalculationError when `trials` is out of range or there are too many ends to keep.
    Sources: Malcolm, Roseboom, Clark and Fazar, Application of a Technique for Research and Development Program
    Evaluation (1959); Van Slyke, Monte Carlo Methods and the PERT Problem (1963), for the criticality index.
    """
    if not LEAST_TRIALS <= trials <= MOST_TRIALS:
        message = f"trials must lie between {LEAST_TRIALS:,} and {MOST_TRIALS:,}."
        raise CalculationError(message, code="out_of_range", pointer="trials")
    if len(items) * trials > MOST_ENDS:
        message = f"{len(items):,} items allow {MOST_ENDS // len(items):,} trials at most."
        raise CalculationError(message, code="out_of_range", pointer="trials")
    network = _Network(items, [link for link in links if link.is_hard])
    ends = np.empty((len(items), trials), dtype=np.int32)
    critical = np.zeros(len(items), dtype=np.int64)
    size = block_size or max(_BLOCK_NUMBERS // max(len(items), 1), 50)
    for at, durations in _blocks(items, trials, size, rng):
        part = network.run(durations)
        ends[:, at : at + durations.shape[1]] = part.ends
        critical += part.critical
    target_ends = [ends[list(target)].max(axis=0) for target in targets]
    return DateForecast(
        trials=trials,
        ends=ends,
        target_ends=np.array(target_ends, dtype=np.int32).reshape(len(targets), trials),
        criticality=critical / trials,
    )


def _blocks(
    items: Sequence[UncertainItem], trials: int, size: int, rng: np.random.Generator
) -> Iterator[tuple[int, Numbers]]:
    """(first trial, durations by item and trial) of every block."""
    streams = rng.spawn(len(items))
    for at in range(0, trials, size):
        durations = np.empty((len(items), min(size, trials - at)), dtype=np.int32)
        for row, (item, stream) in enumerate(zip(items, streams, strict=True)):
            durations[row] = _drawn(item, durations.shape[1], stream)
        yield at, durations


def _drawn(item: UncertainItem, count: int, rng: np.random.Generator) -> NDArray[np.float64] | int:
    if item.is_certain:
        return item.likely
    width = item.high - item.low
    alpha = 1.0 + _PERT_WEIGHT * (item.likely - item.low) / width
    return np.rint(item.low + width * rng.beta(alpha, 2.0 + _PERT_WEIGHT - alpha, count))


@dataclass(frozen=True, slots=True)
class _Block:
    """Last days by item and trial, and in how many of the trials each item was critical."""

    ends: Numbers
    critical: NDArray[np.int64]


class _Network(LinkGraph):
    """Forward and backward passes for many trials at once.

    Times are numbers of working days. Between items of one calendar they are compared as they are; between two
    calendars an end goes through the day it falls on.
    """

    def __init__(self, items: Sequence[UncertainItem], links: Sequence[Link]) -> None:
        self.items = items
        super().__init__(len(items), links)
        self.earliest = [item.calendar.before(item.earliest) for item in items]
        # Work that may not have ended yet ends after so many working days at the earliest.
        self.ends_from = [item.calendar.before(item.ends_from + 1) for item in items]
        self.calendars = list({id(item.calendar): item.calendar for item in items}.values())

    def run(self, durations: Numbers) -> _Block:
        starts, finishes = self._forward(durations)
        ends = self._last_days(finishes)
        return _Block(ends, self._critical(starts, finishes, ends.max(axis=0, initial=0)))

    def _forward(self, durations: Numbers) -> tuple[Numbers, Numbers]:
        starts, finishes = np.empty_like(durations), np.empty_like(durations)
        for index in self.order:
            start, duration = starts[index], durations[index]
            start[:] = self.earliest[index]
            if not self.items[index].is_begun:
                for link in self.incoming[index]:
                    np.maximum(start, self._asked(link, starts, finishes, duration), out=start)
            np.add(start, duration, out=finishes[index])
            if self.items[index].ends_from > 1:
                np.maximum(finishes[index], self.ends_from[index], out=finishes[index])
        return starts, finishes

    def _asked(self, link: Link, starts: Numbers, finishes: Numbers, duration: Numbers) -> Numbers:
        """The start the dependency asks of its successor."""
        waits_for_start, holds_start = link.kind[0] == "S", link.kind[1] == "S"
        number = (starts if waits_for_start else finishes)[link.predecessor]
        before, after = self.items[link.predecessor].calendar, self.items[link.successor].calendar
        if before is not after:
            number = after.before_each(_midnights(before, number, is_start=waits_for_start)).astype(np.int32)
        asked = number + link.lag_days if link.lag_days else number
        return asked if holds_start else asked - duration

    def _last_days(self, finishes: Numbers) -> Numbers:
        ends = np.empty_like(finishes)
        for calendar in self.calendars:
            rows = [row for row, item in enumerate(self.items) if item.calendar is calendar]
            first = int(finishes[rows].min()) - 1
            days = calendar.day_of_each(np.arange(first, int(finishes[rows].max())))
            ends[rows] = days.astype(np.int32)[finishes[rows] - 1 - first]
        return ends

    def _critical(self, starts: Numbers, finishes: Numbers, plan_ends: Numbers) -> NDArray[np.int64]:
        """How many trials each item had no room in before the end of the plan."""
        late = np.empty_like(starts)
        numbers = {
            id(each): each.before_each(plan_ends.astype(np.int64) + 1).astype(np.int32) for each in self.calendars
        }
        for index in reversed(self.order):
            length = finishes[index] - starts[index]
            np.subtract(numbers[id(self.items[index].calendar)], length, out=late[index])
            for link in self.outgoing[index]:
                if not self.items[link.successor].is_begun:
                    np.minimum(late[index], self._allowed(link, late, starts, finishes), out=late[index])
        return np.count_nonzero(late <= starts, axis=1).astype(np.int64)

    def _allowed(self, link: Link, late: Numbers, starts: Numbers, finishes: Numbers) -> Numbers:
        """The latest start of the predecessor that its dependency allows."""
        follower, own = link.successor, link.predecessor
        held = late[follower] - link.lag_days
        if link.kind[1] == "F":
            held = held + (finishes[follower] - starts[follower])
        before, after = self.items[own].calendar, self.items[follower].calendar
        waits_for_start = link.kind[0] == "S"
        if before is not after:
            midnights = after.day_of_each(held.astype(np.int64))
            held = before.before_each(midnights + 1) - 1 if waits_for_start else before.before_each(midnights)
            held = held.astype(np.int32)
        return held if waits_for_start else held - (finishes[own] - starts[own])


def _midnights(calendar: WorkingDays, numbers: Numbers, *, is_start: bool) -> NDArray[np.int64]:
    """The midnight of a start, or the one after the last day of a finish."""
    if is_start:
        return calendar.day_of_each(numbers.astype(np.int64))
    return calendar.day_of_each(numbers.astype(np.int64) - 1) + 1
