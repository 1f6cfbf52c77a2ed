"""The schedule of a roadmap: early and late dates, floats, the critical path, what the dates contradict and miss."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from core.errors import InvalidInputError
from roadmap.calc.cascade import DatedItem, Link
from roadmap.calc.dated_schedule import ItemDates, schedule_dates
from roadmap.calc.working_days import OutsideCalendarError
from roadmap.enums import DatePrecision, DependencyStrength, ItemKind, ItemStatus, Scheduling
from roadmap.models import Dependency, MilestoneGate, Roadmap, RoadmapItem
from roadmap.selectors.calendars import DELIVERING_TEAM, CalendarBook, calendar_book
from roadmap.selectors.dependencies import Violation, violations
from tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class ItemSchedule:
    """When an item can happen at the earliest and must at the latest; floats in working days of its team."""

    item: UUID
    early_start: date
    early_end: date
    late_start: date
    late_end: date
    total_float: int
    free_float: int
    is_critical: bool


@dataclass(frozen=True, slots=True)
class MilestoneOutlook:
    """When all gates of a milestone will have ended; None while one of them has no dates."""

    milestone: UUID
    title: str
    due_on: date
    reached_on: date | None

    @property
    def days_late(self) -> int:
        """By how many calendar days it will be missed; 0 when it is kept, or nobody knows."""
        return max((self.reached_on - self.due_on).days, 0) if self.reached_on else 0


@dataclass(frozen=True, slots=True)
class RoadmapSchedule:
    """The schedule one actor sees. Unscheduled items are not in it; `ends_on` is None without any dates."""

    items: Mapping[UUID, ItemSchedule]
    violations: Sequence[Violation]
    milestones: Sequence[MilestoneOutlook]
    ends_on: date | None

    @property
    def critical(self) -> list[UUID]:
        """Items whose slip moves the end of the plan, by their early start."""
        found = [each for each in self.items.values() if each.is_critical]
        return [each.item for each in sorted(found, key=lambda each: (each.early_start, each.early_end, each.item))]


def schedule_of_roadmap(roadmap: Roadmap, *, actor: Actor) -> RoadmapSchedule:
    """The schedule of the items the actor may see; a handful of queries for any number of them.

    Items of other roadmaps that something here waits for stand where they are planned; violations are those of
    dependencies with either end here. Raises InvalidInputError when a date would lie outside the calendar.
    """
    dependencies = list(
        Dependency.objects.permitted(actor)
        .touching(roadmap.pk)
        .select_related("predecessor", "successor")
        .order_by("id")
    )
    ends = {key for row in dependencies for key in (row.predecessor_id, row.successor_id)}
    rows = item_rows(RoadmapItem.objects.permitted(actor).filter(Q(roadmap=roadmap) | Q(pk__in=ends)))
    book = calendar_book()
    items = _scheduled(rows, dependencies, roadmap, book)
    return RoadmapSchedule(
        items=items,
        violations=violations(dependencies, calendars={row["pk"]: book.of_team(row["team_key"]) for row in rows}),
        milestones=outlooks(gate_ends(actor=actor, roadmap_ids=[roadmap.pk])),
        ends_on=max((each.early_end for each in items.values()), default=None),
    )


def is_movable(row: Mapping[str, Any]) -> bool:
    """Whether a cascade may move the item: automatic, our own, and not begun; its dates must be known."""
    return bool(
        row["scheduling"] == Scheduling.AUTOMATIC
        and row["kind"] == ItemKind.WORK
        and row["status"] == ItemStatus.PLANNED
    )


def dated_item(row: Mapping[str, Any], book: CalendarBook, *, movable: bool) -> DatedItem:
    """An item with dates as calc knows it."""
    start, end = row["start_on"].toordinal(), row["end_on"].toordinal()
    is_exact = row["date_precision"] == DatePrecision.DAY
    return DatedItem(start, end, book.of_team(row["team_key"]), movable, is_exact)


def links_between(dependencies: Iterable[Dependency], index: Mapping[UUID, int]) -> tuple[list[Link], list[Dependency]]:
    """The dependencies whose ends are both among the items, as calc knows them and as they are stored."""
    kept = [row for row in dependencies if row.predecessor_id in index and row.successor_id in index]
    links = [
        Link(
            index[row.predecessor_id],
            index[row.successor_id],
            row.kind,
            row.lag_days,
            row.strength == DependencyStrength.HARD,
        )
        for row in kept
    ]
    return links, kept


@dataclass(frozen=True, slots=True)
class GatedMilestone:
    """A milestone and the end of every item it waits for; None for one without dates."""

    milestone: UUID
    title: str
    due_on: date
    ends: Mapping[UUID, date | None]


def gate_ends(
    *,
    actor: Actor,
    roadmap_ids: Collection[UUID] = (),
    item_ids: Collection[UUID] = (),
    milestone_ids: Collection[UUID] = (),
) -> list[GatedMilestone]:
    """These milestones, those of these roadmaps, and those that wait for these items, by due date.

    With the gates the actor may see; a milestone without any is left out.
    """
    gates = MilestoneGate.objects.permitted(actor)
    asked = Q(milestone__in=milestone_ids) | Q(milestone__roadmap__in=roadmap_ids) | Q(item__in=item_ids)
    wanted = gates.filter(asked).order_by().values("milestone")
    found: dict[UUID, dict[UUID, date | None]] = {}
    told: dict[UUID, tuple[str, date]] = {}
    rows = gates.filter(milestone__in=wanted).order_by("milestone__due_on", "milestone_id", "id")
    for key, title, due_on, item, end in rows.values_list(
        "milestone_id", "milestone__title", "milestone__due_on", "item_id", "item__end_on"
    ):
        told[key] = (title, due_on)
        found.setdefault(key, {})[item] = end
    return [GatedMilestone(key, *told[key], ends) for key, ends in found.items()]


def outlooks(gated: Iterable[GatedMilestone], dates: Mapping[UUID, date] | None = None) -> list[MilestoneOutlook]:
    """When each milestone is reached; `dates` replaces the ends of items, as a move would."""
    replaced = dates or {}
    return [
        MilestoneOutlook(
            each.milestone, each.title, each.due_on, _last([replaced.get(item, end) for item, end in each.ends.items()])
        )
        for each in gated
    ]


def _last(ends: Sequence[date | None]) -> date | None:
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


_EDGE = ("kind", "lag_days", "strength", "predecessor_id", "successor_id")
_END = ("title", "start_on", "end_on", "roadmap_id")
_ROW = (
    "pk",
    "title",
    "roadmap_id",
    "start_on",
    "end_on",
    "date_precision",
    "scheduling",
    "kind",
    "status",
    "is_committed",
    "version",
    "team_key",
)


def with_dated_ends(dependencies: Any) -> Any:
    """Dependencies with title and dates of both ends, oldest first, and nothing else of them."""
    told = [f"{end}__{column}" for end in ("predecessor", "successor") for column in _END]
    return dependencies.select_related("predecessor", "successor").only(*_EDGE, *told).order_by("id")


def item_rows(items: Any) -> list[dict[str, Any]]:
    """What schedules and cascades need of items, as plain rows."""
    return list(items.annotate(team_key=DELIVERING_TEAM).order_by("pk").values(*_ROW, roadmap_name=F("roadmap__name")))


def _scheduled(
    rows: Sequence[Mapping[str, Any]], dependencies: Sequence[Dependency], roadmap: Roadmap, book: CalendarBook
) -> dict[UUID, ItemSchedule]:
    relevant = [row for row in dependencies if row.successor.roadmap_id == roadmap.pk]
    before = {row.predecessor_id for row in relevant}
    dated = [
        row for row in rows if row["start_on"] is not None and (row["roadmap_id"] == roadmap.pk or row["pk"] in before)
    ]
    index = {row["pk"]: number for number, row in enumerate(dated)}
    links, _ = links_between(relevant, index)
    items = [dated_item(row, book, movable=row["roadmap_id"] == roadmap.pk and is_movable(row)) for row in dated]
    try:
        dates = schedule_dates(items, links)
    except OutsideCalendarError as error:
        raise InvalidInputError(str(error)) from error
    return {
        row["pk"]: _item_schedule(row["pk"], found)
        for row, found in zip(dated, dates, strict=True)
        if row["roadmap_id"] == roadmap.pk
    }


def _item_schedule(key: UUID, found: ItemDates) -> ItemSchedule:
    day = date.fromordinal
    return ItemSchedule(
        item=key,
        early_start=day(found.early_start),
        early_end=day(found.early_end),
        late_start=day(found.late_start),
        late_end=day(found.late_end),
        total_float=found.total_float,
        free_float=found.free_float,
        is_critical=found.is_critical,
    )
