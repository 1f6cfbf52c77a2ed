"""What a move would do: who else moves and by how much, what breaks and mends, which milestones are missed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from core.errors import InvalidInputError
from roadmap.calc.cascade import Cascade, DatedItem, cascade
from roadmap.calc.working_days import OutsideCalendarError
from roadmap.models import Dependency, Roadmap, RoadmapItem
from roadmap.selectors.calendars import CalendarBook, calendar_book
from roadmap.selectors.dependencies import Violation, items_downstream, violations
from roadmap.selectors.schedule import (
    MilestoneOutlook,
    dated_item,
    gate_ends,
    is_movable,
    item_rows,
    links_between,
    outlooks,
    with_dated_ends,
)
from tenancy.actor import Actor

UNSEEN = "an item you cannot see"
Dates = tuple[date, date]


@dataclass(frozen=True, slots=True)
class ItemMove:
    """One item that moves. `working_days` is by how many its start moves, or its end where the start stays.

    `because` names the dependency that pushes it; empty for an item somebody moves by hand. Old dates are None for an
    item that had none.
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


@dataclass(frozen=True, slots=True)
class TouchedRoadmap:
    """Another roadmap on which items move."""

    roadmap: UUID
    name: str
    items: int


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What would happen; nothing has. The items moved by hand come first, the others by their new start.

    `new_violations` are dependencies that break, or break by more; `missed_milestones` will be reached after their due
    date and later than so far. `reason_required` when a promised date moves. `versions` are those of the items that
    move, to be handed back with the decision.
    """

    moves: Sequence[ItemMove]
    new_violations: Sequence[Violation]
    solved_violations: Sequence[Violation]
    missed_milestones: Sequence[MilestoneOutlook]
    other_roadmaps: Sequence[TouchedRoadmap]
    reason_required: bool
    versions: Mapping[UUID, int]


def preview_moves(
    roadmap: Roadmap, moves: Mapping[UUID, Dates], *, actor: Actor, policy: str | None = None
) -> MovePreview:
    """What becomes of the plan when items get these dates, by the roadmap's policy or another.

    Items the actor may not change stay where they are, like those set by hand. Costs the same number of queries for
    any number of items. Raises InvalidInputError when something would be pushed out of the calendar.
    """
    picture = _Picture(moves, actor=actor)
    try:
        found = cascade(picture.items, picture.links, picture.moved, policy=policy or roadmap.cascade_policy)
    except OutsideCalendarError as error:
        raise InvalidInputError(f"Something would be pushed too far: {error}", pointer="start_on") from error
    broken = {picture.dependencies[each.link].pk for each in found.broken}
    before, after = picture.violations(found, after=False), picture.violations(found, after=True)
    still = {each.dependency_id for each in after}
    moved = picture.moves_of(found)
    return MovePreview(
        moves=moved,
        new_violations=[each for each in after if each.dependency_id in broken],
        solved_violations=[each for each in before if each.dependency_id not in still],
        missed_milestones=_missed(moved, actor=actor),
        other_roadmaps=_others(moved, roadmap),
        reason_required=any(picture.row(move.item)["is_committed"] and move.old_end_on for move in moved),
        versions={move.item: picture.row(move.item)["version"] for move in moved},
    )


class _Picture:
    """The part of the organization's graph a move can reach: its items, what comes before them, and their calendars."""

    def __init__(self, moves: Mapping[UUID, Dates], *, actor: Actor) -> None:
        reached = items_downstream(moves)
        stored = list(with_dated_ends(Dependency.objects.filter(successor__in=reached)))
        keys = reached | {row.predecessor_id for row in stored}
        found = RoadmapItem.objects.filter(pk__in=keys)
        writable = _keys(found.permitted(actor, "change"))
        self.visible = _keys(found.permitted(actor, "view"))
        self.by_hand = moves
        self.book: CalendarBook = calendar_book()
        self.rows = [row for row in item_rows(found) if row["start_on"] is not None or row["pk"] in moves]
        self.index = {row["pk"]: number for number, row in enumerate(self.rows)}
        self.items = [self._item(row, may_change=row["pk"] in writable) for row in self.rows]
        self.links, self.dependencies = links_between(stored, self.index)
        self.moved = {self.index[key]: _ordinals(dates) for key, dates in moves.items()}

    def row(self, key: UUID) -> dict[str, Any]:
        """The stored item."""
        return self.rows[self.index[key]]

    def moves_of(self, found: Cascade) -> list[ItemMove]:
        """What moves, hand-made moves first."""
        moves = [self._move(number, found) for number in found.dates]
        return sorted(moves, key=lambda move: (move.item not in self.by_hand, move.start_on, move.title, move.item))

    def violations(self, found: Cascade, *, after: bool) -> list[Violation]:
        """Violated dependencies at the items that move, with their dates before or after."""
        touched = [
            row for row, link in zip(self.dependencies, self.links, strict=True) if {*link[:2]} & found.dates.keys()
        ]
        for row in touched:
            for end in (row.predecessor, row.successor):
                self._set_dates(end, found, after=after)
        calendars = {row.successor_id: self.items[self.index[row.successor_id]].calendar for row in touched}
        return violations(touched, calendars=calendars)

    def _item(self, row: dict[str, Any], *, may_change: bool) -> DatedItem:
        if row["start_on"] is None:
            start_on, end_on = self.by_hand[row["pk"]]
            row = {**row, "start_on": start_on, "end_on": end_on}
        return dated_item(row, self.book, movable=may_change and is_movable(row))

    def _set_dates(self, item: RoadmapItem, found: Cascade, *, after: bool) -> None:
        number = self.index[item.pk]
        row = self.rows[number]
        item.title = row["title"] if item.pk in self.visible else UNSEEN
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
            because=self._because(found.causes.get(number)),
        )

    def _because(self, link: int | None) -> str:
        if link is None:
            return ""
        dependency = self.dependencies[link]
        title = self.row(dependency.predecessor_id)["title"] if dependency.predecessor_id in self.visible else UNSEEN
        return f"{dependency.get_kind_display()} after {f'“{title}”' if title != UNSEEN else title}"


def _keys(items: Any) -> set[UUID]:
    return set(items.order_by().values_list("pk", flat=True))


def _ordinals(dates: Dates) -> tuple[int, int]:
    return dates[0].toordinal(), dates[1].toordinal()


def _shift(item: DatedItem, start: int, end: int) -> int:
    moved = item.calendar.before(start) - item.calendar.before(item.start)
    return moved or item.calendar.before(end + 1) - item.calendar.before(item.end + 1)


def _missed(moves: Sequence[ItemMove], *, actor: Actor) -> list[MilestoneOutlook]:
    gated = gate_ends(actor=actor, item_ids=[move.item for move in moves])
    now = {each.milestone: each.reached_on for each in outlooks(gated)}
    then = outlooks(gated, {move.item: move.end_on for move in moves})
    return [each for each in then if each.days_late and _is_later(each.reached_on, now[each.milestone])]


def _is_later(then: date | None, now: date | None) -> bool:
    return now is None or (then is not None and then > now)


def _others(moves: Iterable[ItemMove], roadmap: Roadmap) -> list[TouchedRoadmap]:
    counts = Counter((move.roadmap_name, move.roadmap) for move in moves if move.roadmap != roadmap.pk)
    return [TouchedRoadmap(key, name, count) for (name, key), count in sorted(counts.items())]
