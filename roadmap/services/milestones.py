"""Milestones: create, change, delete."""

from dataclasses import replace
from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction

from core.errors import NotPermittedError
from portfolio.models import Initiative
from roadmap.models import Milestone, Release, Roadmap
from roadmap.selectors.schedule import MilestoneOutlook, gate_ends, outlooks
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


def preview_milestone_move(milestone: Milestone, *, due_on: date, actor: Actor) -> list[MilestoneOutlook]:
    """The milestone, when it would be due earlier than now and before what it waits for ends; else nothing."""
    actor.require("milestone.change")
    if not Milestone.objects.permitted(actor, "change").filter(pk=milestone.pk).exists():
        raise NotPermittedError("This belongs to a portfolio you may not change.")
    if due_on >= milestone.due_on:
        return []
    moved = [replace(each, due_on=due_on) for each in gate_ends(actor=actor, milestone_ids=[milestone.pk])]
    return [each for each in outlooks(moved) if each.days_late]


def delete_milestone(milestone: Milestone, *, actor: Actor) -> None:
    """Delete a milestone."""
    locked = lock_permitted(milestone, "delete", actor=actor)
    named_action("milestone.deleted")
    locked.delete()
