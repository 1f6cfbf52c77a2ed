"""Schedule pass: early and late times, floats and the critical path, beside a bare topological sweep."""

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.report import Figure
from roadmap.calc.cascade import DatedItem, Link
from roadmap.calc.critical_path import ScheduleGraph, critical_path, early_starts, early_starts_after
from roadmap.calc.dated_schedule import schedule_dates
from roadmap.calc.working_days import WorkingDays

ITEMS, LARGE = 10_000, 100_000
DEPENDENCIES_PER_ITEM = 2
MAX_RATIO = 3.0
MAX_MEGABYTES = 1024
MOVES = 200
FIRST_DAY = 739_000
_ROUNDS = 7
_REACH = 60


class Network(NamedTuple):
    """Durations, and the dependencies by index, every one of them forward."""

    durations: np.ndarray[Any, Any]
    predecessors: np.ndarray[Any, Any]
    successors: np.ndarray[Any, Any]


def run() -> list[Figure]:
    """The same random network in every run; its dependencies reach up to 60 items ahead, as those of plans do."""
    network = random_network(ITEMS)
    plain = [column.tolist() for column in network]
    floor = _fastest(lambda: bare_sweep(*plain))
    ours = _fastest(lambda: critical_path(ScheduleGraph(*network)))
    dated = _fastest(lambda: schedule_dates(*_dated(network)), rounds=2)
    seconds, megabytes = _in_a_process_of_its_own()
    return [
        Figure(f"bare sweep of {ITEMS:,} items in plain arrays", floor * 1e3, "ms"),
        Figure(f"schedule pass over {ITEMS:,} items", ours * 1e3, "ms"),
        Figure("schedule pass, times the bare sweep", ours / floor, "x", MAX_RATIO),
        *_moves(network),
        Figure(f"dates of {ITEMS:,} items on three calendars", dated * 1e3, "ms"),
        Figure(f"schedule pass over {LARGE:,} items", seconds * 1e3, "ms"),
        Figure(f"memory for {LARGE:,} items", megabytes, "MB", MAX_MEGABYTES),
    ]


def random_network(count: int) -> Network:
    """A network of `count` items."""
    random = np.random.default_rng(20261122)
    predecessors = random.integers(0, count - 1, count * DEPENDENCIES_PER_ITEM)
    successors = np.minimum(predecessors + 1 + random.integers(0, _REACH, len(predecessors)), count - 1)
    return Network(random.integers(1, 30, count).astype(np.float64), predecessors, successors)


def bare_sweep(durations: list[float], predecessors: list[int], successors: list[int]) -> list[float]:
    """Earliest starts by Kahn's order over lists, finish to start only: the least that any schedule pass does."""
    following: list[list[int]] = [[] for _ in durations]
    waiting_for = [0] * len(durations)
    for predecessor, successor in zip(predecessors, successors, strict=True):
        following[predecessor].append(successor)
        waiting_for[successor] += 1
    early = [0.0] * len(durations)
    ready = [index for index, count in enumerate(waiting_for) if count == 0]
    for index in ready:
        finish = early[index] + durations[index]
        for successor in following[index]:
            if finish > early[successor]:
                early[successor] = finish
            waiting_for[successor] -= 1
            if waiting_for[successor] == 0:
                ready.append(successor)
    return early


def _moves(network: Network) -> list[Figure]:
    """Moves of one item each by five days: what they cost, and how much they recompute that is not downstream."""
    graph = ScheduleGraph(*network)
    early = early_starts(graph)
    times, recomputed, beyond = [], [], 0
    for index in np.random.default_rng(7).integers(0, len(graph), MOVES).tolist():
        begun = time.perf_counter()
        changed, looked_at = early_starts_after(graph, early, {index: early[index] + 5})
        times.append(time.perf_counter() - begun)
        recomputed.append(looked_at)
        downstream = _downstream(graph, index)
        beyond += max(looked_at - len(downstream), 0) + len(changed.keys() - downstream)
    return [
        Figure("one move in it, median", statistics.median(times) * 1e6, "µs"),
        Figure("one move recomputes, items at most", max(recomputed), ""),
        Figure("recomputed that is not downstream", beyond, "", 0),
    ]


def _downstream(graph: ScheduleGraph, start: int) -> set[int]:
    reached, stack = {start}, [start]
    while stack:
        for successor, _ in graph.outgoing.of(stack.pop()):
            if successor not in reached:
                reached.add(successor)
                stack.append(successor)
    return reached


def _dated(network: Network) -> tuple[list[DatedItem], list[Link]]:
    calendars = [WorkingDays(), WorkingDays((7, 1, 2, 3, 4)), WorkingDays((1, 2, 3, 4))]
    items = [
        DatedItem(FIRST_DAY, FIRST_DAY + int(days), calendars[index % 3])
        for index, days in enumerate(network.durations.tolist())
    ]
    pairs = zip(network.predecessors.tolist(), network.successors.tolist(), strict=True)
    return items, [Link(predecessor, successor) for predecessor, successor in pairs if predecessor < successor]


def _in_a_process_of_its_own() -> tuple[float, float]:
    """Seconds and peak megabytes of a pass over the large network, Python and NumPy included."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(large_pass)


def large_pass() -> tuple[float, float]:
    """Called in a fresh process."""
    network = random_network(LARGE)
    begun = time.perf_counter()
    critical_path(ScheduleGraph(*network))
    seconds = time.perf_counter() - begun
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fastest(work: Callable[[], object], *, rounds: int = _ROUNDS) -> float:
    """Seconds of the fastest round: what others do on the machine only ever adds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)
