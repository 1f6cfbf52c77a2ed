"""Critical path: early and late times, floats and the critical set of a network of activities, in plain numbers.

Times are working days from the network's start, as whole numbers or fractions. Calendars live in `dated_schedule`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

# Which end of the predecessor is waited for, and which end of the successor is held: one bit each.
FINISH_TO_START, START_TO_START, FINISH_TO_FINISH, START_TO_FINISH = range(4)
KIND_NUMBERS = {"FS": FINISH_TO_START, "SS": START_TO_START, "FF": FINISH_TO_FINISH, "SF": START_TO_FINISH}
_WAITS_FOR_FINISH = np.array([True, False, True, False])
_HOLDS_FINISH = np.array([False, False, True, True])
_TOLERANCE = 1e-9

# Integers or fractions. Integers stay what they are: lists of small ones cost a third of lists of fractions.
Numbers = NDArray[Any]
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


class Translation(Protocol):
    """A dependency between activities that number their days differently; takes the place of its weight."""

    def earliest(self, start: int) -> int:
        """The least start of the successor, by its numbers, for this start of the predecessor."""

    def latest(self, start: int) -> int:
        """The greatest start of the predecessor, by its numbers, for this start of the successor."""


class ScheduleGraph:
    """Activities as indices 0…n-1 with durations, and dependencies as arrays of the same length.

    `kinds` are KIND_NUMBERS (finish to start where None), `lags` signed working days (none where None). A dependency
    means: start of successor >= start of predecessor + `weights`, whatever its kind, or what its translation (by
    index) says. Raises NegativeDurationError, IndexError for an end that is no activity, and CyclicGraphError on first
    use of the order.
    """

    def __init__(
        self,
        durations: Sequence[float] | Numbers,
        predecessors: Sequence[int] | Indices = (),
        successors: Sequence[int] | Indices = (),
        *,
        kinds: Sequence[int] | NDArray[np.int8] | None = None,
        lags: Sequence[float] | Numbers | None = None,
        translations: Mapping[int, Translation] | None = None,
    ) -> None:
        self.translations = translations or {}
        self.durations = _numbers(durations)
        self.predecessors: Indices = np.asarray(predecessors, dtype=np.int64)
        self.successors: Indices = np.asarray(successors, dtype=np.int64)
        edges = len(self.predecessors)
        self.kinds = np.zeros(edges, dtype=np.int8) if kinds is None else np.asarray(kinds, dtype=np.int8)
        self.lags = np.zeros(edges, dtype=np.int64) if lags is None else _numbers(lags)
        if not np.all(self.durations >= 0):
            raise NegativeDurationError("A duration must not be negative.")
        if edges and min(self.predecessors.min(), self.successors.min()) < 0:
            raise IndexError("A dependency names an activity that does not exist.")
        self.weights: Numbers = (
            self.lags
            + np.where(_WAITS_FOR_FINISH[self.kinds], self.durations[self.predecessors], 0)
            - np.where(_HOLDS_FINISH[self.kinds], self.durations[self.successors], 0)
        )

    def __len__(self) -> int:
        return len(self.durations)

    @cached_property
    def outgoing(self) -> "Neighbours":
        """Successors by predecessor."""
        return Neighbours(len(self), self.predecessors, self.successors)

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
        return self.sweep_of(np.argsort(self.position[self.predecessors]))

    def sweep_without(self, successors: NDArray[np.bool_]) -> "Sweep":
        """The sweep without the dependencies of these activities on others."""
        if not successors[self.successors].any():
            return self.sweep
        rows = np.argsort(self.position[self.predecessors])
        return self.sweep_of(rows[~successors[self.successors[rows]]])

    def sweep_of(self, rows: Indices) -> "Sweep":
        """These dependencies, which come in the order of their predecessors."""
        known = self.translations
        return Sweep(
            self.predecessors[rows].tolist(),
            self.successors[rows].tolist(),
            self.weights[rows].tolist(),
            [known.get(row) for row in rows.tolist()] if known else None,
        )


class Sweep(NamedTuple):
    """Dependencies in topological order, as lists: loops over them are faster than over arrays.

    `translations` are None where no dependency has one.
    """

    predecessors: list[int]
    successors: list[int]
    weights: list[float]
    translations: list[Translation | None] | None


class Neighbours:
    """The other ends of each activity's dependencies: those of `i` are `others[starts[i]:starts[i + 1]]`."""

    def __init__(self, count: int, ends: Indices, others: Indices) -> None:
        rows = np.argsort(ends)
        self.starts: list[int] = np.searchsorted(ends[rows], np.arange(count + 1)).tolist()
        self.others: list[int] = others[rows].tolist()


def _numbers(values: Sequence[float] | Numbers) -> Numbers:
    found = np.asarray(values)
    return found.astype(np.int64 if found.dtype.kind in "iub" else np.float64, copy=False)


def critical_path(graph: ScheduleGraph, *, earliest: Numbers | Sequence[float] | None = None) -> CriticalPath:
    """Forward and backward pass over the network.

    `earliest` is a time before which each activity may not start (0 where None). An activity is critical when its
    total float is 0. Source: Kelley and Walker, Critical-Path Planning and Scheduling (1959); the precedence
    diagramming method of the PMBOK Guide for kinds and lags.
    """
    early_start = early_starts(graph, earliest)
    early_finish = early_start + graph.durations
    duration = float(early_finish.max(initial=0.0))
    late_start = late_starts(graph, duration - graph.durations)
    total = late_start - early_start
    total[np.abs(total) < _TOLERANCE] = 0.0
    return CriticalPath(
        duration=duration,
        early_start=early_start,
        early_finish=early_finish,
        late_start=late_start,
        late_finish=late_start + graph.durations,
        total_float=total,
        free_float=free_floats(graph, early_start, total),
        critical=total == 0.0,
    )


def early_starts(
    graph: ScheduleGraph,
    earliest: Numbers | Sequence[float] | None = None,
    *,
    stays: NDArray[np.bool_] | None = None,
) -> Numbers:
    """The forward pass: the earliest start of every activity, from 0 or its `earliest` on.

    One that `stays` starts at its `earliest`, whatever comes before it.
    """
    early = [0] * len(graph) if earliest is None else np.maximum(_numbers(earliest), 0).tolist()
    *ends, weights, translations = graph.sweep if stays is None else graph.sweep_without(stays)
    if translations is None:
        for predecessor, successor, weight in zip(*ends, weights, strict=True):
            start = early[predecessor] + weight
            if start > early[successor]:
                early[successor] = start
    else:
        for predecessor, successor, weight, translation in zip(*ends, weights, translations, strict=True):
            start = early[predecessor] + weight if translation is None else translation.earliest(early[predecessor])
            if start > early[successor]:
                early[successor] = start
    return _numbers(early)


def late_starts(graph: ScheduleGraph, latest: Numbers) -> Numbers:
    """The backward pass: the latest start of every activity, from its `latest`, which the end of all allows, down."""
    late = latest.tolist()
    ends = (reversed(graph.sweep.predecessors), reversed(graph.sweep.successors))
    weights, translations = reversed(graph.sweep.weights), graph.sweep.translations
    if translations is None:
        for predecessor, successor, weight in zip(*ends, weights, strict=True):
            start = late[successor] - weight
            if start < late[predecessor]:
                late[predecessor] = start
    else:
        for predecessor, successor, weight, translation in zip(*ends, weights, reversed(translations), strict=True):
            start = late[successor] - weight if translation is None else translation.latest(late[successor])
            if start < late[predecessor]:
                late[predecessor] = start
    return _numbers(late)


def free_floats(graph: ScheduleGraph, early_start: Numbers, total_float: Numbers) -> Numbers:
    """The least room before any successor; what nothing waits for has its total float."""
    free = total_float.copy()
    gaps = early_start[graph.successors] - graph.weights - early_start[graph.predecessors]
    for row, translation in graph.translations.items():
        earliest = translation.earliest(int(early_start[graph.predecessors[row]]))
        gaps[row] = early_start[graph.successors[row]] - earliest
    np.minimum.at(free, graph.predecessors, gaps)
    free[np.abs(free) < _TOLERANCE] = 0.0
    return free
