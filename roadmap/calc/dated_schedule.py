"""Early and late dates and floats of a plan whose items work by calendars of their own. Days are ordinals.

The passes of `critical_path` over the numbers that each item's calendar gives its working days. Between two calendars a
dependency is translated by the midnight that both know.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roadmap.calc.cascade import DatedItem, Link
from roadmap.calc.critical_path import (
    KIND_NUMBERS,
    ScheduleGraph,
    Translation,
    early_starts,
    free_floats,
    late_starts,
)
from roadmap.calc.working_days import LAST_DAY, Days, OutsideCalendarError, WorkingDays

Flags = NDArray[np.bool_]


class ItemDates(NamedTuple):
    """First and last day at the earliest and at the latest, and room in the item's working days.

    `total_float` is by how much the item may slip without moving the end of the plan, `free_float` without moving any
    successor. A negative one says by how much a date that cannot move contradicts what is before it.
    """

    early_start: int
    early_end: int
    late_start: int
    late_end: int
    total_float: int
    free_float: int

    @property
    def is_critical(self) -> bool:
        """Whether any slip moves the end of the plan."""
        return self.total_float <= 0


@dataclass(frozen=True)
class PlanDates:
    """The dates of all items, by column."""

    early_start: Days
    early_end: Days
    late_start: Days
    late_end: Days
    total_float: Days
    free_float: Days

    def __iter__(self) -> Iterator[ItemDates]:
        """The dates of each item."""
        columns = (self.early_start, self.early_end, self.late_start, self.late_end, self.total_float, self.free_float)
        return map(ItemDates._make, zip(*(column.tolist() for column in columns), strict=True))


def schedule_dates(items: Sequence[DatedItem], links: Sequence[Link]) -> list[ItemDates]:
    """The dates of every item; conventions as in `DatedPlan.schedule`."""
    return list(DatedPlan(items, links).schedule())


class DatedPlan:
    """Dated items and the hard links between them, by column; soft links ask for nothing and are left out."""

    def __init__(self, items: Sequence[DatedItem], links: Sequence[Link]) -> None:
        hard = [link for link in links if link.is_hard]
        self.start: Days = np.array([item.start for item in items], dtype=np.int64)
        self.end: Days = np.array([item.end for item in items], dtype=np.int64)
        self.is_movable: Flags = np.array([item.is_movable for item in items], dtype=np.bool_)
        self.predecessors: Days = np.array([link.predecessor for link in hard], dtype=np.int64)
        self.successors: Days = np.array([link.successor for link in hard], dtype=np.int64)
        self.kinds = np.array([KIND_NUMBERS[link.kind] for link in hard], dtype=np.int8)
        self.lags: Days = np.array([link.lag_days for link in hard], dtype=np.int64)
        places = {id(item.calendar): item.calendar for item in items}
        self.calendars = list(places.values())
        numbers = {key: number for number, key in enumerate(places)}
        self.calendar_of = np.array([numbers[id(item.calendar)] for item in items], dtype=np.int64)

    def schedule(self) -> PlanDates:
        """Forward and backward pass.

        Items that are not movable, and those nothing hard comes before, stay on their dates; the others come as early
        as their hard predecessors allow and take as many working days as planned, one at least. The plan ends with its
        last item. Raises CyclicGraphError and OutsideCalendarError.
        """
        first = self._numbers(self.start)
        worked = self._numbers(self.end + 1) - first
        durations = np.maximum(worked, 1)
        stays = ~self.is_movable | (np.bincount(self.successors, minlength=len(first)) == 0)
        # What lies on days off only ends where it begins as long as it stays, and takes a day once it moves.
        graph = self._graph(durations, stays, by_midnight=stays & (worked < 1))
        early = early_starts(graph, np.where(stays, first, 0), stays=stays)
        early_start = np.where(stays, self.start, self._days(early))
        early_end = np.where(stays, self.end, self._days(early + durations - 1))
        horizon = np.full_like(first, early_end.max(initial=0) + 1)
        late = late_starts(graph, self._numbers(horizon) - durations)
        total = late - early
        return PlanDates(
            early_start,
            early_end,
            self._days(late),
            self._days(late + durations - 1),
            total,
            free_floats(graph, early, total),
        )

    def _graph(self, durations: Days, stays: Flags, *, by_midnight: Flags) -> ScheduleGraph:
        is_apart = self.calendar_of[self.predecessors] != self.calendar_of[self.successors]
        apart = np.flatnonzero(is_apart | by_midnight[self.predecessors])
        return ScheduleGraph(
            durations,
            self.predecessors,
            self.successors,
            kinds=self.kinds,
            lags=self.lags,
            translations=self._translations(apart, durations, stays),
        )

    def _translations(self, rows: Days, durations: Days, stays: Flags) -> dict[int, Translation]:
        before, after, kinds = self.predecessors[rows], self.successors[rows], self.kinds[rows]
        waits_for_start, holds_start = _WAITS_FOR_START[kinds], _HOLDS_START[kinds]
        columns = (
            self.calendar_of[before],
            self.calendar_of[after],
            np.where(waits_for_start, -1, durations[before]),
            self.lags[rows] - np.where(holds_start, 0, durations[after]),
            np.where(stays[before], np.where(waits_for_start, self.start[before], self.end[before] + 1), 0),
        )
        return {
            row: _Translation(
                self.calendars[own], self.calendars[other], duration if duration >= 0 else None, offset, known or None
            )
            for row, own, other, duration, offset, known in zip(
                rows.tolist(), *(column.tolist() for column in columns), strict=True
            )
        }

    def _numbers(self, days: Days) -> Days:
        """How many working days of its calendar lie before the day of each item."""
        return self._each(days, WorkingDays.before_each)

    def _days(self, numbers: Days) -> Days:
        """The working days with these numbers by each item's calendar."""
        found = self._each(numbers, WorkingDays.day_of_each)
        if len(found) and not 1 <= found.min() <= found.max() <= LAST_DAY:
            raise OutsideCalendarError("This date lies outside the calendar, which ends with year 9999.")
        return found

    def _each(self, values: Days, counted: Callable[[WorkingDays, Days], Days]) -> Days:
        if len(self.calendars) == 1:
            return counted(self.calendars[0], values)
        found = np.empty_like(values)
        for number, calendar in enumerate(self.calendars):
            rows = self.calendar_of == number
            found[rows] = counted(calendar, values[rows])
        return found


_WAITS_FOR_START = np.array([kind[0] == "S" for kind in KIND_NUMBERS])
_HOLDS_START = np.array([kind[1] == "S" for kind in KIND_NUMBERS])


@dataclass(slots=True)
class _Translation:
    """A link counted by the midnight it waits for, by the calendars of both ends.

    `duration` is the predecessor's where its end is waited for, None where its start is. `offset` leads from the number
    of that midnight to the successor's start. `midnight` is known when the predecessor stays on its dates.
    """

    own: WorkingDays
    other: WorkingDays
    duration: int | None
    offset: int
    midnight: int | None

    def earliest(self, start: int) -> int:
        return self.other.before(self._midnight(start) if self.midnight is None else self.midnight) + self.offset

    def latest(self, start: int) -> int:
        midnight = self.other.day(start - self.offset)
        if self.duration is None:
            return self.own.before(midnight + 1) - 1
        return self.own.before(midnight) - self.duration

    def _midnight(self, start: int) -> int:
        if self.duration is None:
            return self.own.day(start)
        return self.own.day(start + self.duration - 1) + 1
