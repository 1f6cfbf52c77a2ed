"""The version of a plan: one short text that differs whenever anything on the roadmap changed."""

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from roadmap.models import Dependency, Milestone, PlanNote, Release, Roadmap, RoadmapItem
from tenancy.actor import Actor


def plan_version(roadmap_id: UUID, *, actor: Actor) -> str | None:
    """The version, the same for everybody; None when the actor may not see the roadmap. One query.

    A new row has the latest `created_at`, a deleted one lowers the count, and a changed one raises the sum of the
    row versions, which a trigger counts; so no two states of a plan that follow each other look the same.
    """
    row = (
        Roadmap.objects.permitted(actor)
        .filter(pk=roadmap_id)
        .annotate(
            items=_state(RoadmapItem.objects.filter(roadmap=OuterRef("pk")), "roadmap"),
            milestones=_state(Milestone.objects.filter(roadmap=OuterRef("pk")), "roadmap"),
            releases=_state(Release.objects.filter(roadmap=OuterRef("pk")), "roadmap"),
            notes=_state(PlanNote.objects.filter(roadmap=OuterRef("pk")), "roadmap"),
            # What items here wait for may stand on another roadmap, and moves the dates here all the same.
            incoming=_state(
                Dependency.objects.filter(successor__roadmap=OuterRef("pk")),
                "successor__roadmap",
                ends=Sum("predecessor__version"),
            ),
            outgoing=_state(Dependency.objects.filter(predecessor__roadmap=OuterRef("pk")), "predecessor__roadmap"),
        )
        .values_list("version", "items", "milestones", "releases", "notes", "incoming", "outgoing")
        .first()
    )
    # Not for security: a short name for the state.
    return None if row is None else hashlib.blake2b(repr(row).encode(), digest_size=9).hexdigest()


def _state(rows: QuerySet[Any], group: str, **more: Any) -> Subquery:
    state = JSONObject(rows=Count("pk"), versions=Sum("version"), newest=Max("created_at"), **more)
    return Subquery(rows.order_by().values(place=F(group)).annotate(state=state).values("state"))
