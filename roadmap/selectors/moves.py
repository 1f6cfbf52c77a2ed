"""What a move would do: who else moves and by how much, what breaks and mends, which milestones are missed."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from core.errors import InvalidInputError
from roadmap.calc.cascade import Cascade, cascade
from roadmap.calc.working_days import OutsideCalendarError
from roadmap.models import Dependency, Roadmap, RoadmapItem
from roadmap.selectors.dependencies import Violation, items_downstream
from roadmap.selectors.plan_picture import Dates, ItemMove, PlanPicture
from roadmap.selectors.schedule import MilestoneOutlook, gate_ends, outlooks, with_dated_ends
from tenancy.actor import Actor


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

    @property
    def fingerprint(self) -> str:
        """A short text that differs when anything else would move, or elsewhere; handed back with the decision too."""
        said = repr([(move.item, move.start_on, move.end_on) for move in self.moves])
        return hashlib.blake2b(said.encode(), digest_size=9).hexdigest()


def preview_moves(
    roadmap: Roadmap, moves: Mapping[UUID, Dates], *, actor: Actor, policy: str | None = None
) -> MovePreview:
    """What becomes of the plan when items get these dates, by the roadmap's policy or another.

    Items the actor may not change stay where they are, like those set by hand. Costs the same number of queries for
    any number of items. Raises InvalidInputError when something would be pushed out of the calendar.
    """
    reached = items_downstream(moves)
    stored = list(with_dated_ends(Dependency.objects.filter(successor__in=reached)))
    found = RoadmapItem.objects.filter(pk__in=reached | {row.predecessor_id for row in stored})
    picture = PlanPicture(stored, found, actor=actor, by_hand=moves)
    try:
        outcome = cascade(picture.items, picture.links, picture.moved, policy=policy or roadmap.cascade_policy)
    except OutsideCalendarError as error:
        raise InvalidInputError(f"Something would be pushed too far: {error}", pointer="start_on") from error
    return MovePreview(**told(picture, outcome, roadmap, actor=actor))


def told(picture: PlanPicture, found: Cascade, roadmap: Roadmap, *, actor: Actor) -> dict[str, Any]:
    """What a cascade comes to, by the fields of MovePreview."""
    broken = {picture.dependencies[each.link].pk for each in found.broken}
    touched = picture.touched_by(found)
    before, after = (picture.violations(touched, found, after=is_after) for is_after in (False, True))
    still = {each.dependency_id for each in after}
    moved = picture.moves_of(found)
    return {
        "moves": moved,
        "new_violations": [each for each in after if each.dependency_id in broken],
        "solved_violations": [each for each in before if each.dependency_id not in still],
        "missed_milestones": _missed(moved, actor=actor),
        "other_roadmaps": _others(moved, roadmap),
        "reason_required": any(picture.row(move.item)["is_committed"] and move.old_end_on for move in moved),
        "versions": {move.item: picture.row(move.item)["version"] for move in moved},
    }


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
