"""The plan as views draw it: rows of one roadmap as plain tuples, straight from the database to the browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, FloatField, QuerySet, UUIDField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from portfolio.models import Initiative
from roadmap.models import (
    Baseline,
    BaselineItem,
    Dependency,
    Milestone,
    PlanNote,
    Release,
    Roadmap,
    RoadmapItem,
)
from roadmap.selectors.groupings import Lanes
from tenancy.actor import Actor

# Names of the columns of `Timeline.items`, in their order.
ITEM_COLUMNS = (
    "id",
    "title",
    "start_on",
    "end_on",
    "status",
    "kind",
    "date_precision",
    "scheduling",
    "is_committed",
    "confidence_share",
    "progress_share",
    "version",
    "lane",
    "team",
    "key",
    "stage",
    "theme",
    "release",
    "group",
)
MARK_COLUMNS = ("type", "id", "title", "on", "kind", "status", "item")
DEPENDENCY_COLUMNS = ("id", "predecessor", "successor", "kind", "lag_days", "strength", "agreement")
OUTSIDE_COLUMNS = ("id", "title", "start_on", "end_on", "status", "roadmap")

MOST_BASELINES = 12

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What one actor sees of one roadmap. `outside` are ends of `dependencies` that lie on other roadmaps."""

    items: Sequence[Row]
    marks: Sequence[Row]
    dependencies: Sequence[Row]
    outside: Sequence[Row]


@dataclass(frozen=True, slots=True)
class InitiativeSchedule:
    """When an initiative happens: its items and milestones over all visible roadmaps."""

    items: QuerySet[RoadmapItem]
    milestones: QuerySet[Milestone]


def items_of(roadmap: Roadmap, *, actor: Actor) -> QuerySet[RoadmapItem]:
    """The roadmap's items as the actor may see them, in the order of the plan; to filter on."""
    items: QuerySet[RoadmapItem] = RoadmapItem.objects.permitted(actor).filter(roadmap=roadmap)
    return items.order_by("position", "start_on", "title", "id")


def timeline_of(roadmap: Roadmap, *, items: QuerySet[RoadmapItem], lanes: Lanes, actor: Actor) -> Timeline:
    """The chosen items of the roadmap with everything that hangs on them; four queries, five with ends elsewhere."""
    rows = list(with_columns(items, lanes.looked_up).values_list(*ITEM_COLUMNS))
    dependencies = list(
        Dependency.objects.permitted(actor)
        .touching(roadmap.pk)
        .order_by("id")
        .values_list("id", "predecessor_id", "successor_id", "kind", "lag_days", "strength", "agreement")
    )
    shown = {row[0] for row in rows}
    elsewhere = {end for row in dependencies for end in row[1:3] if end not in shown}
    return Timeline(rows, list(_marks(roadmap, actor)), dependencies, _outside(roadmap, elsewhere, actor))


def baselines_of(roadmap: Roadmap, *, actor: Actor) -> list[Baseline]:
    """The newest baselines of the roadmap, for a choice."""
    return list(Baseline.objects.permitted(actor).filter(roadmap=roadmap).order_by("-taken_at", "id")[:MOST_BASELINES])


def baseline_dates(roadmap: Roadmap, wanted: str, *, actor: Actor) -> list[Row]:
    """(item, start, end) of a baseline of the roadmap, for ghosts behind the bars; empty for an unknown one."""
    try:
        key = UUID(wanted)
    except ValueError:
        return []
    kept = BaselineItem.objects.permitted(actor).filter(baseline=key, baseline__roadmap=roadmap, start_on__isnull=False)
    return list(kept.order_by().values_list("item_key", "start_on", "end_on"))


def has_plan(roadmap: Roadmap, *, actor: Actor) -> bool:
    """Whether the actor would see anything on the roadmap."""
    return any(model.objects.permitted(actor).filter(roadmap=roadmap).exists() for model in (RoadmapItem, Milestone))


def schedule_of(initiative: Initiative, *, actor: Actor) -> InitiativeSchedule:
    """Items and milestones of an initiative on every roadmap the actor may see, earliest first, unscheduled last."""
    items = RoadmapItem.objects.permitted(actor).filter(initiative=initiative).select_related("roadmap")
    milestones = Milestone.objects.permitted(actor).filter(initiative=initiative).select_related("roadmap")
    return InitiativeSchedule(items.order_by("start_on", "id"), milestones.order_by("due_on", "id"))


def with_columns(items: QuerySet[RoadmapItem], group: Any = None) -> QuerySet[Any]:
    """The items with the names of what they hang on; `group` is a column of `groupings.Lanes`."""
    return items.annotate(
        confidence_share=Cast("confidence", FloatField()),
        progress_share=Cast("progress", FloatField()),
        team=Coalesce(F("owning_team__name"), F("initiative__owning_team__name")),
        key=F("initiative__key"),
        stage=F("initiative__stage"),
        theme=F("initiative__theme__name"),
        group=Value(None, CharField()) if group is None else group,
    )


def _marks(roadmap: Roadmap, actor: Actor) -> QuerySet[Any]:
    """Milestones, dates of releases, risks and decisions as one list, by date."""
    nothing = Value(None, UUIDField())
    parts = [
        _mark(Milestone, actor, roadmap, "milestone", F("title"), "due_on", F("kind"), Value(""), nothing),
        _mark(PlanNote, actor, roadmap, "note", F("title"), "on", F("kind"), F("status"), F("item_id")),
    ]
    name = Concat(F("name"), Value(" "), F("version_label"))
    for stage in ("alpha", "beta", "ga"):
        part = _mark(Release, actor, roadmap, "release", name, f"{stage}_on", Value(stage), Value(""), nothing)
        parts.append(part)
    return parts[0].union(*parts[1:], all=True).order_by("mark_on", "mark_title", "id")


def _mark(
    model: Any, actor: Actor, roadmap: Roadmap, type_: str, title: Any, on: str, kind: Any, status: Any, item: Any
) -> QuerySet[Any]:
    rows = model.objects.permitted(actor).filter(roadmap=roadmap, **{f"{on}__isnull": False}).order_by()
    columns = {
        "mark_type": Value(type_, CharField()),
        "mark_title": Cast(title, CharField()),
        "mark_on": F(on),
        "mark_kind": Cast(kind, CharField()),
        "mark_status": Cast(status, CharField()),
        "mark_item": item,
    }
    found: QuerySet[Any] = rows.annotate(**columns).values_list("mark_type", "id", *list(columns)[1:])
    return found


def _outside(roadmap: Roadmap, ids: set[UUID], actor: Actor) -> list[Row]:
    if not ids:
        return []
    rows = RoadmapItem.objects.permitted(actor).exclude(roadmap=roadmap).filter(pk__in=ids, start_on__isnull=False)
    columns = ("id", "title", "start_on", "end_on", "status", "roadmap__name")
    return list(rows.order_by("start_on", "id").values_list(*columns))
