"""Critical path: early and late times, floats and the critical set of a network of activities, in plain numbers.

Times are working days from the network's start, as whole numbers or fractions. Calendars live in `dated_schedule`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Which end of the predecessor is waited for, and which end of the successor is held: one bit each.
FINISH_TO_START, START_TO_START, FINISH_TO_FINISH, START_TO_FINISH = range(4)
KIND_NUMBERS = {"FS": FINISH_TO_START, "SS": START_TO_START, "FF": FINISH_TO_FINISH, "SF": START_TO_FINISH}
_WAITS_FOR_FINISH = np.array([True, False, True, False])
_HOLDS_FINISH = np.array([False, False, True, True])
_TOLERANCE = 1e-9

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]


class CyclicGraphError(ValueError):
    """The activities wait for each other in a circle; `roadmap.calc.graph` names it."""


class NegativeDurationError(ValueError):
    """An activity cannot end before it starts."""


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """Times of every activity, by index. `duration` is when the last one ends.

    `total_float` is by how much an activity may slip without moving the end, `free_float` without moving any
    successor. Nothing starts before time 0, so a lead may not pull an activity before it.
    """

    duration: float
    early_start: Numbers
    early_finish: Numbers
    late_start: Numbers
    late_finish: Numbers
    total_float: Numbers
    free_float: Numbers
    critical: NDArray[np.bool_]


class ScheduleGraph:
    """Activities as indices 0…n-1 with durations, and dependencies as arrays of the same length.

    `kinds` are KIND_NUMBERS (finish to start where None), `lags` signed working days (none where None). A dependency
    means: start of successor >= start of predecessor + `weights`, whatever its kind. Raises NegativeDurationError,
    IndexError for an end that is no activity, and CyclicGraphError on first use of the order.
    """

    def __init__(
        self,
        durations: Sequence[float] | Numbers,
        predecessors: Sequence[int] | Indices = (),
        successors: Sequence[int] | Indices = (),
        *,
        kinds: Sequence[int] | NDArray[np.int8] | None = None,
        lags: Sequence[float] | Numbers | None = None,
    ) -> None:
        self.durations: Numbers = np.asarray(durations, dtype=np.float64)
        self.predecessors: Indices = np.asarray(predecessors, dtype=np.int64)
        self.successors: Indices = np.asarray(successors, dtype=np.int64)
        edges = len(self.predecessors)
        self.kinds = np.zeros(edges, dtype=np.int8) if kinds is None else np.asarray(kinds, dtype=np.int8)
        self.lags: Numbers = np.zeros(edges) if lags is None else np.asarray(lags, dtype=np.float64)
        if not np.all(self.durations >= 0):
            raise NegativeDurationError("A duration must not be negative.")
        if edges and min(self.predecessors.min(), self.successors.min()) < 0:
            raise IndexError("A dependency names an activity that does not exist.")
        self.weights = self.lags.copy()
        self.weights += np.where(_WAITS_FOR_FINISH[self.kinds], self.durations[self.predecessors], 0.0)
        self.weights -= np.where(_HOLDS_FINISH[self.kinds], self.durations[self.successors], 0.0)

    def __len__(self) -> int:
        return len(self.durations)

    @cached_property
    def outgoing(self) -> "Neighbours":
        """Successors with weights, by predecessor."""
        return Neighbours(len(self), self.predecessors, self.successors, self.weights)

    @cached_property
    def incoming(self) -> "Neighbours":
        """Predecessors with weights, by successor."""
        return Neighbours(len(self), self.successors, self.predecessors, self.weights)

    @cached_property
    def order(self) -> list[int]:
        """Every activity after all its predecessors. Raises CyclicGraphError when there is no such order.

        Source: Kahn, Topological Sorting of Large Networks, Communications of the ACM 5 (1962).
        """
        waiting_for = np.bincount(self.successors, minlength=len(self))
        order: list[int] = np.flatnonzero(waiting_for == 0).tolist()
        counts, starts, others = waiting_for.tolist(), self.outgoing.starts, self.outgoing.others
        for index in order:
            for successor in others[starts[index] : starts[index + 1]]:
                counts[successor] -= 1
                if counts[successor] == 0:
                    order.append(successor)
        if len(order) < len(self):
            raise CyclicGraphError("The dependencies form a cycle.")
        return order

    @cached_property
    def position(self) -> Indices:
        """Where each activity stands in `order`."""
        found = np.empty(len(self), dtype=np.int64)
        found[self.order] = np.arange(len(self))
        return found

    @cached_property
    def sweep(self) -> "Sweep":
        """All dependencies in the order of their predecessors: one walk over them is a forward pass."""
        rows = np.argsort(self.position[self.predecessors], kind="stable")
        return Sweep(self.predecessors[rows].tolist(), self.successors[rows].tolist(), self.weights[rows].tolist())


class Sweep(NamedTuple):
    """Dependencies in topological order, as lists: loops over them are faster than over arrays."""

    predecessors: list[int]
    successors: list[int]
    weights: list[float]


class Neighbours:
    """The other ends of each activity's dependencies: those of `i` are `others[starts[i]:starts[i + 1]]`."""

    def __init__(self, count: int, ends: Indices, others: Indices, weights: Numbers) -> None:
        rows = np.argsort(ends, kind="stable")
        self.starts: list[int] = np.searchsorted(ends[rows], np.arange(count + 1)).tolist()
        self.others: list[int] = others[rows].tolist()
        self._weights, self._rows = weights, rows

    @cached_property
    def weights(self) -> list[float]:
        """The weight beside each of `others`."""
        found: list[float] = self._weights[self._rows].tolist()
        return found

    def of(self, index: int) -> Iterator[tuple[int, float]]:
        """(other end, weight) of every dependency of one activity."""
        part = slice(self.starts[index], self.starts[index + 1])
        return zip(self.others[part], self.weights[part], strict=True)


def critical_path(graph: ScheduleGraph, *, earliest: Numbers | Sequence[float] | None = None) -> CriticalPath:
    """Forward and backward pass over the network.

    `earliest` is a time before which each activity may not start (0 where None). An activity is critical when its
    total float is 0. Source: Kelley and Walker, Critical-Path Planning and Scheduling (1959); the precedence
    diagramming method of the PMBOK Guide for kinds and lags.
    """
    early = early_starts(graph, earliest)
    early_start = np.array(early)
    early_finish = early_start + graph.durations
    duration = float(early_finish.max(initial=0.0))
    late_start = np.array(_late_starts(graph, duration))
    total = late_start - early_start
    total[np.abs(total) < _TOLERANCE] = 0.0
    return CriticalPath(
        duration=duration,
        early_start=early_start,
        early_finish=early_finish,
        late_start=late_start,
        late_finish=late_start + graph.durations,
        total_float=total,
        free_float=_free_floats(graph, early_start, total),
        critical=total == 0.0,
    )


def early_starts(graph: ScheduleGraph, earliest: Numbers | Sequence[float] | None = None) -> list[float]:
    """The forward pass alone: the earliest start of every activity."""
    early = [0.0] * len(graph) if earliest is None else np.maximum(np.asarray(earliest, dtype=np.float64), 0).tolist()
    for predecessor, successor, weight in zip(*graph.sweep, strict=True):
        start = early[predecessor] + weight
        if start > early[successor]:
            early[successor] = start
    return early


def early_starts_after(
    graph: ScheduleGraph, early: Sequence[float], moved: Mapping[int, float]
) -> tuple[dict[int, float], int]:
    """Early starts that differ once the `moved` activities start no earlier than given, and how many were recomputed.

    `early` are the starts of `early_starts(graph)`. Only activities downstream of the moved ones are looked at, and
    where a start stays as it was the walk ends.
    """
    changed: dict[int, float] = {}
    position, order = graph.position, graph.order
    queue = [int(position[index]) for index in moved]
    heapify(queue)
    queued, recomputed = set(queue), 0
    while queue:
        index = order[heappop(queue)]
        recomputed += 1
        start = max(moved.get(index, 0.0), 0.0)
        for predecessor, weight in graph.incoming.of(index):
            start = max(start, changed.get(predecessor, early[predecessor]) + weight)
        if start == early[index]:
            continue
        changed[index] = start
        for successor, _ in graph.outgoing.of(index):
            place = int(position[successor])
            if place not in queued:
                queued.add(place)
                heappush(queue, place)
    return changed, recomputed


def _late_starts(graph: ScheduleGraph, duration: float) -> list[float]:
    late: list[float] = (duration - graph.durations).tolist()
    sweep = graph.sweep
    backwards = zip(reversed(sweep.predecessors), reversed(sweep.successors), reversed(sweep.weights), strict=True)
    for predecessor, successor, weight in backwards:
        latest = late[successor] - weight
        if latest < late[predecessor]:
            late[predecessor] = latest
    return late


def _free_floats(graph: ScheduleGraph, early_start: Numbers, total_float: Numbers) -> Numbers:
    """The least room before any successor; what nothing waits for has its total float."""
    free = total_float.copy()
    gaps = early_start[graph.successors] - graph.weights - early_start[graph.predecessors]
    np.minimum.at(free, graph.predecessors, gaps)
    free[np.abs(free) < _TOLERANCE] = 0.0
    return free
