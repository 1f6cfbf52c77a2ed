"""Cascade: what follows from a move by the roadmap's policy, or from the plan as it stands. Days are ordinals."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from roadmap.calc.critical_path import ScheduleGraph
from roadmap.calc.precedence import anchor_of, held_of, required_of
from roadmap.calc.working_days import WorkingDays

WARN, PUSH_IF_VIOLATED, KEEP_GAP = "warn", "push_if_violated", "keep_gap"
POLICIES = (WARN, PUSH_IF_VIOLATED, KEEP_GAP)
Dates = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DatedItem:
    """First and last day, both worked. One that is not movable keeps its dates, whatever happens before it.

    `is_exact` when the dates are meant to the day; otherwise they are the ends of a month or quarter, worked or not.
    """

    start: int
    end: int
    calendar: WorkingDays
    is_movable: bool = True
    is_exact: bool = True

    @property
    def is_off_calendar(self) -> bool:
        """Whether an exact first or last day is a day off."""
        return self.is_exact and not (self.calendar.is_working(self.start) and self.calendar.is_working(self.end))

    @property
    def working_days(self) -> int:
        """How long it takes by its calendar; work that lies on days off only counts as one day when it is moved."""
        return max(self.calendar.between(self.start, self.end), 1)

    def starting_at(self, number: int) -> Dates:
        """Its dates when it starts on the working day with this number and takes as long as before."""
        return self.calendar.day(number), self.calendar.day(number + self.working_days - 1)


class Link(NamedTuple):
    """A dependency between items by index; only hard ones move anything."""

    predecessor: int
    successor: int
    kind: str = "FS"
    lag_days: int = 0
    is_hard: bool = True


class LinkGraph:
    """Links by the items they lead to and come from, with the items in topological order; no cycles."""

    def __init__(self, count: int, links: Sequence[Link]) -> None:
        """Of `count` items; raises CyclicGraphError."""
        ends = [link.predecessor for link in links], [link.successor for link in links]
        self.order = ScheduleGraph([0] * count, *ends).order
        self.incoming: list[list[Link]] = [[] for _ in range(count)]
        self.outgoing: list[list[Link]] = [[] for _ in range(count)]
        for link in links:
            self.incoming[link.successor].append(link)
            self.outgoing[link.predecessor].append(link)


class Broken(NamedTuple):
    """A dependency the new dates contradict by more than the old: working days too early, before and after."""

    link: int
    days_before: int
    days_after: int


@dataclass(frozen=True, slots=True)
class Cascade:
    """New dates by item, the moved ones included; which link moved each of the others; and what breaks.

    An item that moved without a link was moved by somebody, or stood on days off.
    """

    dates: Mapping[int, Dates]
    causes: Mapping[int, int]
    broken: Sequence[Broken]


def cascade(items: Sequence[DatedItem], links: Sequence[Link], moved: Mapping[int, Dates], *, policy: str) -> Cascade:
    """Move items to the dates given and let the rest follow.

    `warn` moves nothing else. `push_if_violated` moves a movable successor later, and only as far as needed, when a
    hard dependency on something that moved would be violated. `keep_gap` shifts it, earlier too, so that the working
    days between the two ends stay what they were, but never into a violated hard dependency. Items keep their working
    days. The given dates are a decision: nothing pushes the moved items themselves.
    Raises CyclicGraphError, OutsideCalendarError when a date would leave the calendar, ValueError for another policy.
    """
    if policy not in POLICIES:
        raise ValueError(f"{policy!r} is no policy of a cascade.")
    run = _Run(items, links, dict(moved))
    if policy != WARN:
        run.follow(keeps_gaps=policy == KEEP_GAP)
    return run.outcome()


def rescheduled(items: Sequence[DatedItem], links: Sequence[Link]) -> Cascade:
    """Put right what the dates contradict, without any move: forward through the whole graph.

    A movable item that is too early for a hard dependency moves later, only as far as needed; one that begins or ends
    on a day off takes the working days it had from the next one on. The others stay, and nothing moves earlier for
    its predecessors' sake. Raises CyclicGraphError and OutsideCalendarError.
    """
    run = _Run(items, links, {})
    run.walk(range(len(items)), run.mend)
    return run.outcome()


class _Run:
    """One cascade on its way: the dates so far, and what is left to look at in topological order."""

    def __init__(self, items: Sequence[DatedItem], links: Sequence[Link], moved: dict[int, Dates]) -> None:
        self.items, self.links = items, links
        self.fixed = frozenset(moved)
        self.dates: dict[int, Dates] = moved
        self.causes: dict[int, int] = {}
        self.incoming: defaultdict[int, list[int]] = defaultdict(list)
        self.outgoing: defaultdict[int, list[int]] = defaultdict(list)
        for number, link in enumerate(links):
            self.incoming[link.successor].append(number)
            self.outgoing[link.predecessor].append(number)

    def outcome(self) -> Cascade:
        """What came of it."""
        return Cascade(self.dates, self.causes, list(self._broken()))

    def follow(self, *, keeps_gaps: bool) -> None:
        """Let every movable item downstream answer to the new dates before it."""
        self.walk(self._successors(self.fixed), lambda index: self._answer(index, keeps_gaps=keeps_gaps))

    def walk(self, indices: Iterable[int], move: Callable[[int], bool]) -> None:
        """Ask these items, and whatever waits for one that moved, each once and after all that comes before it."""
        first = list(indices)
        order = self._downstream(first)
        place = {index: number for number, index in enumerate(order)}
        queue = [place[index] for index in first]
        heapify(queue)
        queued = set(queue)
        while queue:
            index = order[heappop(queue)]
            if not move(index):
                continue
            for follower in self._successors([index]):
                if place[follower] not in queued:
                    queued.add(place[follower])
                    heappush(queue, place[follower])

    def _downstream(self, indices: Iterable[int]) -> list[int]:
        """These items and all that waits for them, each after all of these that come before it."""
        number_of = {index: number for number, index in enumerate(indices)}
        reached = list(number_of)
        for index in reached:
            for follower in self._successors([index]):
                if follower not in number_of:
                    number_of[follower] = len(reached)
                    reached.append(follower)
        inside = [self.links[number] for index in reached for number in self.outgoing.get(index, ())]
        predecessors = [number_of[link.predecessor] for link in inside]
        successors = [number_of[link.successor] for link in inside]
        return [reached[number] for number in ScheduleGraph([0] * len(reached), predecessors, successors).order]

    def mend(self, index: int) -> bool:
        """Move one item if it stands where it cannot; whether it did."""
        item = self.items[index]
        if not item.is_movable:
            return False
        start = item.calendar.before(item.start)
        needed = self._needed(index)
        pushed = {number: at for number, at in needed.items() if at > start}
        if not pushed and not item.is_off_calendar:
            return False
        self.dates[index] = item.starting_at(max([start, *pushed.values()]))
        if pushed:
            self.causes[index] = max(pushed, key=lambda number: pushed[number])
        return True

    def _broken(self) -> Iterable[Broken]:
        """Links at a changed item that are violated now by more than before."""
        known = (self.incoming, self.outgoing)
        for number in sorted({each for index in self.dates for links in known for each in links.get(index, ())}):
            before = max(self._shortfall(self.links[number], {}), 0)
            after = self._shortfall(self.links[number], self.dates)
            if after > before:
                yield Broken(number, before, after)

    def _successors(self, indices: Iterable[int]) -> set[int]:
        return {self.links[number].successor for index in indices for number in self.outgoing.get(index, ())}

    def _answer(self, index: int, *, keeps_gaps: bool) -> bool:
        """Move one item if it must move; whether it did."""
        item = self.items[index]
        if index in self.fixed or not item.is_movable:
            return False
        needed = self._needed(index)
        driving = [number for number in needed if self.links[number].predecessor in self.dates]
        if not driving:
            return False
        start = item.calendar.before(item.start)
        if keeps_gaps:
            wanted = {number: start + self._drift(self.links[number]) for number in driving}
            target = max(*wanted.values(), *needed.values())
        elif max(needed[number] for number in driving) <= start:
            return False
        else:
            wanted, target = needed, max(needed.values())
        dates = item.starting_at(target)
        if target == start or dates == (item.start, item.end):
            return False
        self.dates[index] = dates
        self.causes[index] = max(driving, key=lambda number: wanted[number])
        return True

    def _needed(self, index: int) -> dict[int, int]:
        """The least number the item's first day may have, for each hard dependency by itself."""
        start = self.items[index].calendar.before(self.items[index].start)
        hard = [number for number in self.incoming.get(index, ()) if self.links[number].is_hard]
        return {number: start + self._shortfall(self.links[number], self.dates) for number in hard}

    def _shortfall(self, link: Link, dates: Mapping[int, Dates]) -> int:
        """Working days by which the successor, where it is stored, is too early; negative where it has room."""
        start, end = dates.get(link.predecessor) or self._stored(link.predecessor)
        held_start, held_end = dates.get(link.successor) or self._stored(link.successor)
        calendar = self.items[link.successor].calendar
        required = required_of(anchor_of(link.kind, start, end), link.lag_days, calendar)
        return required - held_of(link.kind, held_start, held_end, calendar)

    def _drift(self, link: Link) -> int:
        """By how many of the successor's working days the end it waits for has moved."""
        calendar = self.items[link.successor].calendar
        new = calendar.before(anchor_of(link.kind, *self.dates[link.predecessor]))
        return new - calendar.before(anchor_of(link.kind, *self._stored(link.predecessor)))

    def _stored(self, index: int) -> Dates:
        item = self.items[index]
        return item.start, item.end
