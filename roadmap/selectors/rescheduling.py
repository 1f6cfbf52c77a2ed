"""What putting a roadmap's dates right would do, and what it would leave as it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from core.errors import InvalidInputError
from roadmap.calc.cascade import Cascade, rescheduled
from roadmap.calc.working_days import OutsideCalendarError
from roadmap.enums import DependencyStrength, ItemKind, ItemStatus, Scheduling, StayReason
from roadmap.models import Dependency, Roadmap, RoadmapItem
from roadmap.selectors.moves import MovePreview, told
from roadmap.selectors.plan_picture import PlanPicture, Row
from roadmap.selectors.schedule import with_dated_ends
from tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something the dates still contradict: `reason` in words, `why` it stays (a StayReason).

    `item` is what would have to move, None when the actor may not see it; `dependency_id` is None where only a
    calendar is contradicted, and `days`, working days, then 0.
    """

    item: UUID | None
    title: str
    dependency_id: UUID | None
    days: int
    reason: str
    why: str

    @property
    def why_text(self) -> str:
        """Why it stays, in words."""
        return str(StayReason(self.why).label)


@dataclass(frozen=True, slots=True)
class ReschedulePreview(MovePreview):
    """What would happen; nothing has. `staying` holds what stays contradicted, the worst first.

    `held_promises` are titles of promised items that would move if somebody gave a reason.
    """

    staying: list[Contradiction]
    held_promises: list[str]


def preview_rescheduling(roadmap: Roadmap, *, actor: Actor, moves_promises: bool = False) -> ReschedulePreview:
    """Dates for every item of the roadmap that is too early for a hard dependency, or begins or ends on a day off.

    Only automatic work of this roadmap that is not begun moves, promised work only with `moves_promises`; what it
    pushes here moves too. Items of other roadmaps stay where they are. Costs the same number of queries for any number
    of items. Raises InvalidInputError when something would be pushed out of the calendar.
    """
    stored = list(with_dated_ends(Dependency.objects.touching(roadmap.pk)))
    ends = {key for row in stored for key in (row.predecessor_id, row.successor_id)}

    def is_held(row: Row) -> bool:
        return row["roadmap_id"] != roadmap.pk or (row["is_committed"] and not moves_promises)

    found = RoadmapItem.objects.filter(Q(roadmap=roadmap) | Q(pk__in=ends))
    picture = PlanPicture(stored, found, actor=actor, is_held=is_held)
    try:
        outcome = rescheduled(picture.items, picture.links)
    except OutsideCalendarError as error:
        raise InvalidInputError(f"Something would be pushed too far: {error}") from error
    staying = [*_broken(picture, outcome, roadmap), *_off_calendar(picture, outcome, roadmap)]
    return ReschedulePreview(
        **told(picture, outcome, roadmap, actor=actor),
        staying=sorted(staying, key=lambda each: (-each.days, each.reason)),
        held_promises=sorted({each.title for each in staying if each.why == StayReason.PROMISED}),
    )


def _broken(picture: PlanPicture, found: Cascade, roadmap: Roadmap) -> Iterator[Contradiction]:
    """Dependencies that stay violated, with at least one end the actor may see."""
    rows = {row.pk: row for row in picture.dependencies}
    for each in picture.violations(rows.values(), found, after=True):
        row = rows[each.dependency_id]
        key = row.successor_id
        if not {key, row.predecessor_id} & picture.visible:
            continue
        is_soft = row.strength == DependencyStrength.SOFT
        why = StayReason.SOFT if is_soft else _why(picture, key, roadmap)
        shown = key if key in picture.visible else None
        yield Contradiction(shown, picture.title(key), row.pk, each.days, each.reason, why)


def _off_calendar(picture: PlanPicture, found: Cascade, roadmap: Roadmap) -> Iterator[Contradiction]:
    """Items of the roadmap that stay on days off; what is begun or done was worked on then."""
    for number, row in enumerate(picture.rows):
        is_ours = row["roadmap_id"] == roadmap.pk and row["pk"] in picture.visible
        if not is_ours or number in found.dates or row["status"] != ItemStatus.PLANNED:
            continue
        item = picture.items[number]
        if item.is_off_calendar:
            days = [each for each in sorted({item.start, item.end}) if not item.calendar.is_working(each)]
            reason = f"“{row['title']}” begins or ends on a day off: {_days(days)}."
            yield Contradiction(row["pk"], row["title"], None, 0, reason, _why(picture, row["pk"], roadmap))


def _why(picture: PlanPicture, key: UUID, roadmap: Roadmap) -> StayReason:
    """What keeps an item where it is; the first that holds."""
    row: Any = picture.row(key)
    held = (
        (row["roadmap_id"] != roadmap.pk, StayReason.OTHER_ROADMAP),
        (key not in picture.writable, StayReason.CLOSED),
        (row["kind"] == ItemKind.EXTERNAL, StayReason.EXTERNAL),
        (row["status"] != ItemStatus.PLANNED, StayReason.BEGUN),
        (row["scheduling"] == Scheduling.MANUAL, StayReason.BY_HAND),
    )
    return next((reason for holds, reason in held if holds), StayReason.PROMISED)


def _days(days: Iterable[int]) -> str:
    dates = [date.fromordinal(each) for each in days]
    return " and ".join(f"{each.day} {each:%b %Y}" for each in dates)
