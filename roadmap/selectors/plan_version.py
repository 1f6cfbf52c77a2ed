"""The version of a plan: one short text that differs whenever anything the roadmap's dates hang on changed."""

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from roadmap.models import (
    CalendarHoliday,
    Dependency,
    Milestone,
    MilestoneGate,
    PlanNote,
    Release,
    Roadmap,
    RoadmapItem,
    TeamCalendar,
    WorkingCalendar,
)
from tenancy.actor import Actor

_PARTS = (
    "items",
    "milestones",
    "gates",
    "releases",
    "notes",
    "incoming",
    "outgoing",
    "calendars",
    "holidays",
    "teams",
)


def plan_version(roadmap_id: UUID, *, actor: Actor) -> str | None:
    """The version, the same for everybody; None when the actor may not see the roadmap. One query.

    A new row has the latest `created_at`, a deleted one lowers the count, and a changed one raises the sum of the
    row versions, which a trigger counts; so no two states of a plan that follow each other look the same.
    """
    row = (
        Roadmap.objects.permitted(actor)
        .filter(pk=roadmap_id)
        .annotate(
            items=_state(
                RoadmapItem.objects.filter(roadmap=OuterRef("pk")),
                "roadmap",
                # An initiative says which team delivers, hence by which calendar.
                initiatives=Sum("initiative__version"),
            ),
            milestones=_state(Milestone.objects.filter(roadmap=OuterRef("pk")), "roadmap"),
            gates=_state(
                MilestoneGate.objects.filter(milestone__roadmap=OuterRef("pk")),
                "milestone__roadmap",
                ends=Sum("item__version"),
            ),
            releases=_state(Release.objects.filter(roadmap=OuterRef("pk")), "roadmap"),
            notes=_state(PlanNote.objects.filter(roadmap=OuterRef("pk")), "roadmap"),
            # What items here wait for may stand on another roadmap, and moves the dates here all the same; what waits
            # for them may be broken there.
            incoming=_links("successor", "predecessor"),
            outgoing=_links("predecessor", "successor"),
            calendars=_state(WorkingCalendar.objects.all(), "organization"),
            holidays=_state(CalendarHoliday.objects.all(), "organization"),
            teams=_state(TeamCalendar.objects.all(), "organization"),
        )
        .values_list("version", *_PARTS)
        .first()
    )
    # Not for security: a short name for the state.
    return None if row is None else hashlib.blake2b(repr(row).encode(), digest_size=9).hexdigest()


def _links(here: str, there: str) -> Subquery:
    """Dependencies with one end on the roadmap, and what their other end and its team are."""
    return _state(
        Dependency.objects.filter(**{f"{here}__roadmap": OuterRef("pk")}),
        f"{here}__roadmap",
        ends=Sum(f"{there}__version"),
        initiatives=Sum(f"{there}__initiative__version"),
    )


def _state(rows: QuerySet[Any], group: str, **more: Any) -> Subquery:
    state = JSONObject(rows=Count("pk"), versions=Sum("version"), newest=Max("created_at"), **more)
    return Subquery(rows.order_by().values(place=F(group)).annotate(state=state).values("state"))
