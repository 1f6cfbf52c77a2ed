"""Early and late dates and floats of a plan whose items work by calendars of their own. Days are ordinals.

The passes of `critical_path`, with one difference: what a dependency asks depends on the dates, for a weekend between
two ends counts for nothing. So every end is carried as a midnight and numbered by the calendar that counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from roadmap.calc.cascade import DatedItem, Link, LinkGraph
from roadmap.calc.precedence import required_of


@dataclass(slots=True)
class ItemDates:
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


def schedule_dates(items: Sequence[DatedItem], links: Sequence[Link]) -> list[ItemDates]:
    """Forward and backward pass over the dated items.

    Items that are not movable, and those nothing hard comes before, stay on their dates; the others come as early as
    their hard predecessors allow and take as many working days as planned. The plan ends with its last item. Soft
    links ask for nothing. Raises CyclicGraphError and OutsideCalendarError.
    """
    return _Passes(items, [link for link in links if link.is_hard]).run()


class _Passes(LinkGraph):
    """Midnights of every item, early and late: `start` is that of the first day, `finish` the one after the last."""

    def __init__(self, items: Sequence[DatedItem], links: Sequence[Link]) -> None:
        self.items, self.links = items, links
        super().__init__(len(items), links)
        self.start = [item.start for item in items]
        self.finish = [item.end + 1 for item in items]
        self.days = [item.working_days for item in items]
        self.late = [0] * len(items)

    def run(self) -> list[ItemDates]:
        for index in self.order:
            if self.incoming[index] and self.items[index].is_movable:
                self._come_early(index)
        end = max(self.finish, default=0)
        for index in reversed(self.order):
            self.late[index] = self._latest(index, end)
        return [self._dates(index) for index in range(len(self.items))]

    def _come_early(self, index: int) -> None:
        """Put the item where its hard predecessors allow it first."""
        calendar, days = self.items[index].calendar, self.days[index]
        number = max(self._required(link) - (days if link.kind[1] == "F" else 0) for link in self.incoming[index])
        self.start[index] = calendar.day(number)
        self.finish[index] = calendar.day(number + days - 1) + 1

    def _required(self, link: Link) -> int:
        anchor = (self.start if link.kind[0] == "S" else self.finish)[link.predecessor]
        return required_of(anchor, link.lag_days, self.items[link.successor].calendar)

    def _latest(self, index: int, end: int) -> int:
        """The number of the working day the item may start on at the latest."""
        calendar, days = self.items[index].calendar, self.days[index]
        latest = calendar.before(end) - days
        for link in self.outgoing[index]:
            follower = link.successor
            held = self.late[follower] + (self.days[follower] if link.kind[1] == "F" else 0) - link.lag_days
            midnight = self.items[follower].calendar.day(held)
            if link.kind[0] == "S":
                latest = min(latest, calendar.before(midnight + 1) - 1)
            else:
                latest = min(latest, calendar.before(midnight) - days)
        return latest

    def _dates(self, index: int) -> ItemDates:
        calendar, days = self.items[index].calendar, self.days[index]
        total = self.late[index] - calendar.before(self.start[index])
        return ItemDates(
            early_start=self.start[index],
            early_end=self.finish[index] - 1,
            late_start=calendar.day(self.late[index]),
            late_end=calendar.day(self.late[index] + days - 1),
            total_float=total,
            free_float=min([total, *(self._gap(link) for link in self.outgoing[index])]),
        )

    def _gap(self, link: Link) -> int:
        """Working days the follower has to spare behind this item."""
        follower = link.successor
        midnight = (self.start if link.kind[1] == "S" else self.finish)[follower]
        return self.items[follower].calendar.before(midnight) - self._required(link)
