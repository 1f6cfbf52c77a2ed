"""Roadmaps: create, change, delete."""

from typing import TypedDict, Unpack

from django.db import transaction

from core.errors import InvalidInputError
from portfolio.models import Portfolio
from roadmap.models import Roadmap
from roadmap.services.access import apply_changes, lock_permitted, save_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action


class RoadmapFields(TypedDict, total=False):
    """What can be said of a roadmap besides its name."""

    description: str
    portfolio: Portfolio | None
    cascade_policy: str


class RoadmapChanges(RoadmapFields, total=False):
    """Fields to change; absent ones stay."""

    name: str


@transaction.atomic
def create_roadmap(*, name: str, actor: Actor, **fields: Unpack[RoadmapFields]) -> Roadmap:
    """Create a roadmap; the name must be free in the organization."""
    actor.require("roadmap.create")
    roadmap = Roadmap(name=name, **fields)
    _require_free_name(roadmap)
    named_action("roadmap.created")
    return save_permitted(roadmap, "create", actor=actor)


@transaction.atomic
def change_roadmap(roadmap: Roadmap, *, actor: Actor, **changes: Unpack[RoadmapChanges]) -> Roadmap:
    """Rename, describe or move a roadmap to another portfolio."""
    locked = apply_changes(lock_permitted(roadmap, "change", actor=actor), {**changes})
    _require_free_name(locked)
    named_action("roadmap.changed")
    return save_permitted(locked, "change", actor=actor)


def delete_roadmap(roadmap: Roadmap, *, actor: Actor) -> None:
    """Delete a roadmap with its items, milestones and their dependencies."""
    locked = lock_permitted(roadmap, "delete", actor=actor)
    named_action("roadmap.deleted")
    locked.delete()


def _require_free_name(roadmap: Roadmap) -> None:
    if Roadmap.objects.filter(name=roadmap.name).exclude(pk=roadmap.pk).exists():
        raise InvalidInputError("Another roadmap has this name.", pointer="name")
