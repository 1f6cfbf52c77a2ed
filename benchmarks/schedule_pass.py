"""Schedule pass: early and late times, floats and the critical path, beside a bare topological sweep."""

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np

from benchmarks.report import Figure
from roadmap.calc.cascade import PUSH_IF_VIOLATED, DatedItem, Link, cascade
from roadmap.calc.dated_schedule import DatedPlan
from roadmap.calc.working_days import WorkingDays

ITEMS, LARGE = 10_000, 100_000
DEPENDENCIES_PER_ITEM = 2
MAX_RATIO = 3.0
MAX_MEGABYTES = 1024
MOVES = 200
FIRST_DAY = 739_000
_ROUNDS = 7
_REACH = 60
_THREE_CALENDARS = [WorkingDays(), WorkingDays((7, 1, 2, 3, 4)), WorkingDays((1, 2, 3, 4))]


class Network(NamedTuple):
    """Durations, and the dependencies by index, every one of them forward."""

    durations: np.ndarray[Any, Any]
    predecessors: np.ndarray[Any, Any]
    successors: np.ndarray[Any, Any]


def run() -> list[Figure]:
    """The same random network in every run; its dependencies reach up to 60 items ahead, as those of plans do."""
    network = random_network(ITEMS)
    plain = [column.tolist() for column in network]
    items, links = _dated(network, [WorkingDays()])
    plan, mixed = DatedPlan(items, links), DatedPlan(*_dated(network, _THREE_CALENDARS))
    floor, ours = _fastest(lambda: bare_sweep(*plain)), _fastest(plan.schedule)
    seconds, megabytes = _in_a_process_of_its_own()
    return [
        Figure(f"bare sweep of {ITEMS:,} items in plain arrays", floor * 1e3, "ms"),
        Figure(f"schedule pass over {ITEMS:,} dated items", ours * 1e3, "ms"),
        Figure("schedule pass, times the bare sweep", ours / floor, "x", MAX_RATIO),
        Figure("the same on three calendars at random", _fastest(mixed.schedule) / floor, "x"),
        Figure(
            "reading the items and links, times the bare sweep", _fastest(lambda: DatedPlan(items, links)) / floor, "x"
        ),
        *_moves(items, links),
        Figure(f"schedule pass over {LARGE:,} items", seconds * 1e3, "ms"),
        Figure(f"memory for {LARGE:,} items", megabytes, "MB", MAX_MEGABYTES),
    ]


def random_network(count: int) -> Network:
    """A network of `count` items."""
    random = np.random.default_rng(20261122)
    predecessors = random.integers(0, count - 1, count * DEPENDENCIES_PER_ITEM)
    successors = np.minimum(predecessors + 1 + random.integers(0, _REACH, len(predecessors)), count - 1)
    return Network(random.integers(1, 30, count), predecessors, successors)


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


def _moves(items: list[DatedItem], links: list[Link]) -> list[Figure]:
    """Cascades from one item each, moved later by five days: what they cost, and what they ask beyond downstream."""
    dates = DatedPlan(items, links).schedule()
    plan = [_Watched(each.early_start, each.early_end, item.calendar) for item, each in zip(items, dates, strict=True)]
    following: dict[int, list[int]] = {}
    for link in links:
        following.setdefault(link.predecessor, []).append(link.successor)
    times, asked, beyond = [], [], 0
    for index in np.random.default_rng(7).integers(0, len(plan), MOVES).tolist():
        item = plan[index]
        moved = {index: item.starting_at(item.calendar.before(item.start) + 5)}
        begun = time.perf_counter()
        found = cascade(plan, links, moved, policy=PUSH_IF_VIOLATED)
        times.append(time.perf_counter() - begun)
        downstream = _downstream(following, index)
        seen = {number for number, each in enumerate(plan) if each.was_asked()}
        asked.append(len(seen))
        beyond += len((seen | found.dates.keys()) - downstream)
    return [
        Figure("one move in it, median", statistics.median(times) * 1e3, "ms"),
        Figure("items asked after one move, median", statistics.median(asked), ""),
        Figure("items asked after one move, at most", max(asked), ""),
        Figure("asked that is not downstream", beyond, "", 0),
    ]


class _Watched(DatedItem):
    """Remembers whether a cascade has asked if it may move."""

    _asked: ClassVar[set[int]] = set()

    def __getattribute__(self, name: str) -> Any:
        if name == "is_movable":
            _Watched._asked.add(id(self))
        return super().__getattribute__(name)

    def was_asked(self) -> bool:
        """Whether it was since the last time."""
        was = id(self) in _Watched._asked
        _Watched._asked.discard(id(self))
        return was


def _downstream(following: dict[int, list[int]], start: int) -> set[int]:
    reached, stack = {start}, [start]
    while stack:
        for successor in following.get(stack.pop(), ()):
            if successor not in reached:
                reached.add(successor)
                stack.append(successor)
    return reached


def _dated(network: Network, calendars: list[WorkingDays]) -> tuple[list[DatedItem], list[Link]]:
    """The network as items, which take turns in the calendars, and links; every item starts on the first day."""
    items = []
    for index, days in enumerate(network.durations.tolist()):
        calendar = calendars[index % len(calendars)]
        first = calendar.before(FIRST_DAY)
        items.append(DatedItem(calendar.day(first), calendar.day(first + days - 1), calendar))
    pairs = zip(network.predecessors.tolist(), network.successors.tolist(), strict=True)
    return items, [Link(predecessor, successor) for predecessor, successor in pairs]


def _in_a_process_of_its_own() -> tuple[float, float]:
    """Seconds and peak megabytes of a pass over the large network, Python and NumPy included."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(large_pass)


def large_pass() -> tuple[float, float]:
    """Called in a fresh process."""
    plan = DatedPlan(*_dated(random_network(LARGE), [WorkingDays()]))
    begun = time.perf_counter()
    plan.schedule()
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
