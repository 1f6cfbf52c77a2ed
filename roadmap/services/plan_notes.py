"""Risks and decisions pinned to dates: create, change, delete."""

from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction

from core.errors import InvalidInputError
from roadmap.models import PlanNote, Roadmap, RoadmapItem
from roadmap.services.access import apply_changes, lock_permitted, save_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action


class NoteFields(TypedDict, total=False):
    """What can be said of a note besides its kind, title and date; `item` must lie on the same roadmap."""

    item: RoadmapItem | None
    body: str
    status: str


class NoteChanges(NoteFields, total=False):
    """Fields to change; absent ones stay."""

    kind: str
    title: str
    on: date


@transaction.atomic
def create_plan_note(
    *, roadmap: Roadmap, kind: str, title: str, on: date, actor: Actor, **fields: Unpack[NoteFields]
) -> PlanNote:
    """Pin a risk or a decision to a date of the roadmap."""
    actor.require("plan_note.create")
    note = PlanNote(roadmap=roadmap, kind=kind, title=title, on=on, **fields)
    _require_same_roadmap(note)
    named_action("plan_note.created")
    return save_permitted(note, "create", actor=actor)


@transaction.atomic
def change_plan_note(note: PlanNote, *, actor: Actor, **changes: Unpack[NoteChanges]) -> PlanNote:
    """Change a note."""
    locked = apply_changes(lock_permitted(note, "change", actor=actor), {**changes})
    _require_same_roadmap(locked)
    named_action("plan_note.changed")
    return save_permitted(locked, "change", actor=actor)


@transaction.atomic
def delete_plan_note(note: PlanNote, *, actor: Actor) -> None:
    """Delete a note."""
    locked = lock_permitted(note, "delete", actor=actor)
    named_action("plan_note.deleted")
    locked.delete()


def _require_same_roadmap(note: PlanNote) -> None:
    if note.item is not None and note.item.roadmap_id != note.roadmap_id:
        raise InvalidInputError("This item lies on another roadmap.", pointer="item")
