"""The version of a plan: one short text that differs whenever anything the roadmap's dates hang on changed."""

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import TextField
from django.db.models.expressions import RawSQL

from roadmap.models import Roadmap
from tenancy.actor import Actor

# Fixed text: every open page asks it each moment, and building the same as querysets costs as much as running it.
_ON_ROADMAP = """(
    SELECT jsonb_build_array(count(*), sum(entry.version), max(entry.created_at)) FROM {table} entry
    WHERE entry.organization_id = roadmap_roadmap.organization_id AND entry.roadmap_id = roadmap_roadmap.id
)"""
# An initiative says which team delivers, hence by which calendar.
_ITEMS = """(
    SELECT jsonb_build_array(count(*), sum(item.version), max(item.created_at), sum(initiative.version))
    FROM roadmap_roadmapitem item
    LEFT JOIN portfolio_initiative initiative
        ON initiative.organization_id = item.organization_id AND initiative.id = item.initiative_id
    WHERE item.organization_id = roadmap_roadmap.organization_id AND item.roadmap_id = roadmap_roadmap.id
)"""
_GATES = """(
    SELECT jsonb_build_array(count(*), sum(gate.version), max(gate.created_at), sum(item.version))
    FROM roadmap_milestonegate gate
    JOIN roadmap_milestone milestone
        ON milestone.organization_id = gate.organization_id AND milestone.id = gate.milestone_id
    JOIN roadmap_roadmapitem item ON item.organization_id = gate.organization_id AND item.id = gate.item_id
    WHERE gate.organization_id = roadmap_roadmap.organization_id AND milestone.roadmap_id = roadmap_roadmap.id
)"""
# What items here wait for may stand on another roadmap, and moves the dates here all the same; what waits for them
# may be broken there. With the team of that other end.
_LINKS = """(
    SELECT jsonb_build_array(
        count(*), sum(link.version), max(link.created_at), sum(there.version), sum(initiative.version)
    )
    FROM roadmap_dependency link
    JOIN roadmap_roadmapitem here ON here.organization_id = link.organization_id AND here.id = link.{here}_id
    JOIN roadmap_roadmapitem there ON there.organization_id = link.organization_id AND there.id = link.{there}_id
    LEFT JOIN portfolio_initiative initiative
        ON initiative.organization_id = link.organization_id AND initiative.id = there.initiative_id
    WHERE link.organization_id = roadmap_roadmap.organization_id AND here.roadmap_id = roadmap_roadmap.id
)"""
_OF_ORGANIZATION = """(
    SELECT jsonb_build_array(count(*), sum(entry.version), max(entry.created_at)) FROM {table} entry
    WHERE entry.organization_id = roadmap_roadmap.organization_id
)"""
_PARTS = (
    "roadmap_roadmap.version",
    _ITEMS,
    _GATES,
    _LINKS.format(here="successor", there="predecessor"),
    _LINKS.format(here="predecessor", there="successor"),
    *(_ON_ROADMAP.format(table=f"roadmap_{name}") for name in ("milestone", "release", "plannote")),
    *(
        _OF_ORGANIZATION.format(table=f"roadmap_{name}")
        for name in ("workingcalendar", "calendarholiday", "teamcalendar")
    ),
)
_STATE: Any = RawSQL(f"jsonb_build_array({', '.join(_PARTS)})::text", [], output_field=TextField())  # noqa: S611 - fixed text, nobody's words are in it


def plan_version(roadmap_id: UUID, *, actor: Actor) -> str | None:
    """The version, the same for everybody; None when the actor may not see the roadmap. One query.

    A new row has the latest `created_at`, a deleted one lowers the count, and a changed one raises the sum of the
    row versions, which a trigger counts; so no two states of a plan that follow each other look the same.
    """
    rows = Roadmap.objects.permitted(actor).filter(pk=roadmap_id)
    state = rows.annotate(state=_STATE).values_list("state", flat=True).first()
    # Not for security: a short name for the state.
    return None if state is None else hashlib.blake2b(state.encode(), digest_size=9).hexdigest()
