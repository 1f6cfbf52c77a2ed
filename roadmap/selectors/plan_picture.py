"""A part of the organization's graph of items as a cascade sees it, and what comes of it in words people read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from roadmap.calc.cascade import Cascade, DatedItem
from roadmap.models import Dependency, RoadmapItem
from roadmap.selectors.calendars import CalendarBook, calendar_book
from roadmap.selectors.dependencies import Violation, violations
from roadmap.selectors.schedule import dated_item, is_movable, item_rows, links_between
from tenancy.actor import Actor

UNSEEN = "an item you cannot see"
DAYS_OFF = "Its dates lay on days off"
Dates = tuple[date, date]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ItemMove:
    """One item that moves. `working_days` is by how many its start moves, or its end where the start stays.

    `because` names the dependency that pushes it, or says that it lay on days off; empty for an item somebody moves by
    hand. Old dates are None for an item that had none.
    """

    item: UUID
    title: str
    roadmap: UUID
    roadmap_name: str
    old_start_on: date | None
    old_end_on: date | None
    start_on: date
    end_on: date
    working_days: int
    because: str


class PlanPicture:
    """These dependencies, those of the items that have dates, and the calendars they work by.

    `by_hand` holds dates somebody gives items, `is_held` says of a row that it shall stay whatever happens. Items the
    actor may not change stay in any case.
    """

    def __init__(
        self,
        stored: Sequence[Dependency],
        found: Any,
        *,
        actor: Actor,
        by_hand: Mapping[UUID, Dates] | None = None,
        is_held: Callable[[Row], bool] = lambda row: False,
    ) -> None:
        self.by_hand = by_hand or {}
        self.writable = _keys(found.permitted(actor, "change"))
        self.visible = _keys(found.permitted(actor, "view"))
        self.book: CalendarBook = calendar_book()
        self.rows = [row for row in item_rows(found) if row["start_on"] is not None or row["pk"] in self.by_hand]
        self.index = {row["pk"]: number for number, row in enumerate(self.rows)}
        self.items = [self._item(row, is_held=is_held(row)) for row in self.rows]
        self.links, self.dependencies = links_between(stored, self.index)
        self.moved = {self.index[key]: _ordinals(dates) for key, dates in self.by_hand.items()}

    def row(self, key: UUID) -> Row:
        """The stored item."""
        return self.rows[self.index[key]]

    def title(self, key: UUID) -> str:
        """What the actor may know the item by."""
        return str(self.row(key)["title"]) if key in self.visible else UNSEEN

    def moves_of(self, found: Cascade) -> list[ItemMove]:
        """What moves, hand-made moves first."""
        moves = [self._move(number, found) for number in found.dates]
        return sorted(moves, key=lambda move: (move.item not in self.by_hand, move.start_on, move.title, move.item))

    def touched_by(self, found: Cascade) -> list[Dependency]:
        """Dependencies with an end that moves."""
        pairs = zip(self.dependencies, self.links, strict=True)
        return [row for row, link in pairs if {*link[:2]} & found.dates.keys()]

    def violations(self, rows: Iterable[Dependency], found: Cascade, *, after: bool) -> list[Violation]:
        """Violated ones among the dependencies, with their dates before or after."""
        dated = list(rows)
        for row in dated:
            for end in (row.predecessor, row.successor):
                self._set_dates(end, found, after=after)
        calendars = {row.successor_id: self.items[self.index[row.successor_id]].calendar for row in dated}
        return violations(dated, calendars=calendars)

    def _item(self, row: dict[str, Any], *, is_held: bool) -> DatedItem:
        if row["start_on"] is None:
            start_on, end_on = self.by_hand[row["pk"]]
            row = {**row, "start_on": start_on, "end_on": end_on}
        return dated_item(row, self.book, movable=row["pk"] in self.writable and is_movable(row) and not is_held)

    def _set_dates(self, item: RoadmapItem, found: Cascade, *, after: bool) -> None:
        number = self.index[item.pk]
        row = self.rows[number]
        item.title = self.title(item.pk)
        item.start_on, item.end_on = row["start_on"], row["end_on"]
        if after and number in found.dates:
            item.start_on, item.end_on = map(date.fromordinal, found.dates[number])

    def _move(self, number: int, found: Cascade) -> ItemMove:
        row, (start, end) = self.rows[number], found.dates[number]
        return ItemMove(
            item=row["pk"],
            title=row["title"],
            roadmap=row["roadmap_id"],
            roadmap_name=row["roadmap_name"],
            old_start_on=row["start_on"],
            old_end_on=row["end_on"],
            start_on=date.fromordinal(start),
            end_on=date.fromordinal(end),
            working_days=_shift(self.items[number], start, end),
            because=self._because(number, found),
        )

    def _because(self, number: int, found: Cascade) -> str:
        link = found.causes.get(number)
        if link is None:
            return "" if number in self.moved else DAYS_OFF
        dependency = self.dependencies[link]
        title = self.title(dependency.predecessor_id)
        return f"{dependency.get_kind_display()} after {f'“{title}”' if title != UNSEEN else title}"


def _keys(items: Any) -> set[UUID]:
    return set(items.order_by().values_list("pk", flat=True))


def _ordinals(dates: Dates) -> tuple[int, int]:
    return dates[0].toordinal(), dates[1].toordinal()


def _shift(item: DatedItem, start: int, end: int) -> int:
    moved = item.calendar.before(start) - item.calendar.before(item.start)
    return moved or item.calendar.before(end + 1) - item.calendar.before(item.end + 1)
