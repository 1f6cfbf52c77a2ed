"""The picture the timeline draws: one roadmap's items, milestones and dependencies in three queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import TextChoices

from portfolio.enums import Stage
from portfolio.models import Initiative
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.selectors.dependencies import Violation, violations
from tenancy.actor import Actor

NO_GROUP = {"team": "No team", "stage": "No initiative", "theme": "No theme", "lane": "No lane"}
_STAGE_ORDER = {value: index for index, value in enumerate(Stage.values)}


class Grouping(TextChoices):
    """What the lanes of a timeline stand for."""

    TEAM = "team", "Team"
    STAGE = "stage", "Stage"
    THEME = "theme", "Theme"
    LANE = "lane", "Lane"


@dataclass(frozen=True, slots=True)
class Timeline:
    """What one actor sees of one roadmap, unscheduled items too. `dependencies` touch it with at least one end."""

    items: Sequence[RoadmapItem]
    milestones: Sequence[Milestone]
    dependencies: Sequence[Dependency]
    violations: Sequence[Violation]

    @property
    def scheduled(self) -> list[RoadmapItem]:
        return [item for item in self.items if item.is_scheduled]

    @property
    def unscheduled(self) -> list[RoadmapItem]:
        return [item for item in self.items if not item.is_scheduled]

    def lanes(self, grouping: str) -> list[tuple[str, list[RoadmapItem]]]:
        """(label, items) for every lane: stages in their order, else by name; items without one come last."""
        found: dict[str, list[RoadmapItem]] = {}
        for item in self.items:
            found.setdefault(group_of(item, grouping), []).append(item)
        return sorted(found.items(), key=lambda lane: _lane_order(lane[0], lane[1][0], grouping))


@dataclass(frozen=True, slots=True)
class InitiativeSchedule:
    """When an initiative happens: its items and milestones over all visible roadmaps."""

    items: Sequence[RoadmapItem]
    milestones: Sequence[Milestone]


def group_of(item: RoadmapItem, grouping: str) -> str:
    """The label of the item's lane."""
    initiative = item.initiative
    if grouping == Grouping.TEAM:
        label = item.team_name
    elif grouping == Grouping.STAGE:
        label = initiative.get_stage_display() if initiative else None
    elif grouping == Grouping.THEME:
        label = initiative.theme.name if initiative and initiative.theme else None
    else:
        label = item.lane
    return label or NO_GROUP[grouping]


def timeline_of(roadmap: Roadmap, *, actor: Actor) -> Timeline:
    """The roadmap as the actor may see it."""
    items = (
        RoadmapItem.objects.permitted(actor)
        .filter(roadmap=roadmap)
        .select_related("initiative__theme")
        .with_team_name()
        .order_by("position", "start_on", "title", "id")
    )
    milestones = Milestone.objects.permitted(actor).filter(roadmap=roadmap).order_by("due_on", "id")
    dependencies = list(
        Dependency.objects.permitted(actor).touching(roadmap.pk).select_related("predecessor", "successor")
    )
    return Timeline(list(items), list(milestones), dependencies, violations(dependencies))


def has_plan(roadmap: Roadmap, *, actor: Actor) -> bool:
    """Whether the actor would see anything on the roadmap."""
    return any(model.objects.permitted(actor).filter(roadmap=roadmap).exists() for model in (RoadmapItem, Milestone))


def timeline_as_json(timeline: Timeline) -> dict[str, Any]:
    """The same as plain data for the browser; dates as ISO text, reasons beside the dependencies they concern.

    Items without dates have a list of their own, in which `start_on` and `end_on` are None.
    """
    violated: dict[UUID, Violation] = {each.dependency_id: each for each in timeline.violations}
    return {
        "items": [_item_as_json(item) for item in timeline.scheduled],
        "unscheduled": [_item_as_json(item) for item in timeline.unscheduled],
        "milestones": [
            {
                "id": str(milestone.pk),
                "title": milestone.title,
                "due_on": milestone.due_on.isoformat(),
                "kind": milestone.kind,
                "kind_label": milestone.get_kind_display(),
            }
            for milestone in timeline.milestones
        ],
        "dependencies": [
            {
                "id": str(dependency.pk),
                "predecessor": str(dependency.predecessor_id),
                "successor": str(dependency.successor_id),
                "predecessor_title": dependency.predecessor.title,
                "successor_title": dependency.successor.title,
                "kind": dependency.kind,
                "kind_label": dependency.get_kind_display(),
                "lag_days": dependency.lag_days,
                "reason": violated[dependency.pk].reason if dependency.pk in violated else None,
                "days_short": violated[dependency.pk].days if dependency.pk in violated else 0,
            }
            for dependency in timeline.dependencies
        ],
    }


def _item_as_json(item: RoadmapItem) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "title": item.title,
        "start_on": item.start_on.isoformat() if item.start_on else None,
        "end_on": item.end_on.isoformat() if item.end_on else None,
        "status": item.status,
        "status_label": item.get_status_display(),
        "confidence": None if item.confidence is None else float(item.confidence),
        "version": item.version,
        "initiative": item.initiative.key if item.initiative else None,
        "groups": {grouping: group_of(item, grouping) for grouping in Grouping.values},
        "stage_order": _STAGE_ORDER[item.initiative.stage] if item.initiative else len(_STAGE_ORDER),
    }


def schedule_of(initiative: Initiative, *, actor: Actor) -> InitiativeSchedule:
    """Items and milestones of an initiative on every roadmap the actor may see, earliest first, unscheduled last."""
    items = RoadmapItem.objects.permitted(actor).filter(initiative=initiative).select_related("roadmap")
    milestones = Milestone.objects.permitted(actor).filter(initiative=initiative).select_related("roadmap")
    return InitiativeSchedule(list(items.order_by("start_on", "id")), list(milestones.order_by("due_on", "id")))


def _lane_order(label: str, item: RoadmapItem, grouping: str) -> tuple[bool, int, str]:
    is_last = label == NO_GROUP[grouping]
    stage = _STAGE_ORDER[item.initiative.stage] if grouping == Grouping.STAGE and item.initiative else 0
    return is_last, stage, label.casefold()
