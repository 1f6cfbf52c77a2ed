"""Milestones: create, change, delete."""

from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction

from portfolio.models import Initiative
from roadmap.models import Milestone, Release, Roadmap
from roadmap.services.access import apply_changes, lock_permitted, save_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action


class MilestoneFields(TypedDict, total=False):
    """What can be said of a milestone besides its title and date."""

    initiative: Initiative | None
    kind: str
    release: Release | None


class MilestoneChanges(MilestoneFields, total=False):
    """Fields to change; absent ones stay."""

    roadmap: Roadmap
    title: str
    due_on: date


@transaction.atomic
def create_milestone(
    *, roadmap: Roadmap, title: str, due_on: date, actor: Actor, **fields: Unpack[MilestoneFields]
) -> Milestone:
    """Put a milestone on a roadmap."""
    actor.require("milestone.create")
    named_action("milestone.created")
    return save_permitted(Milestone(roadmap=roadmap, title=title, due_on=due_on, **fields), "create", actor=actor)


@transaction.atomic
def change_milestone(milestone: Milestone, *, actor: Actor, **changes: Unpack[MilestoneChanges]) -> Milestone:
    """Change a milestone."""
    locked = apply_changes(lock_permitted(milestone, "change", actor=actor), {**changes})
    named_action("milestone.changed")
    return save_permitted(locked, "change", actor=actor)


def delete_milestone(milestone: Milestone, *, actor: Actor) -> None:
    """Delete a milestone."""
    locked = lock_permitted(milestone, "delete", actor=actor)
    named_action("milestone.deleted")
    locked.delete()
