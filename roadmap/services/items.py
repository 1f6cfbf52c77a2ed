"""Roadmap items: create, change, move, delete."""

from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction

from core.errors import InvalidInputError, StaleVersionError
from portfolio.models import Initiative
from roadmap.models import Roadmap, RoadmapItem
from roadmap.services.access import apply_changes, lock_permitted, save_permitted
from tenancy.actor import Actor
from tenancy.models import Team
from tenancy.scope import named_action


class ItemFields(TypedDict, total=False):
    """What can be said of an item besides its title and dates."""

    initiative: Initiative | None
    description: str
    lane: str
    owning_team: Team | None
    status: str
    confidence: Decimal | None
    position: int


class ItemChanges(ItemFields, total=False):
    """Fields to change; absent ones stay."""

    roadmap: Roadmap
    title: str
    start_on: date
    end_on: date


@transaction.atomic
def create_item(
    *, roadmap: Roadmap, title: str, start_on: date, end_on: date, actor: Actor, **fields: Unpack[ItemFields]
) -> RoadmapItem:
    """Put an item on a roadmap; both dates are days of work."""
    actor.require("roadmap_item.create")
    item = RoadmapItem(roadmap=roadmap, title=title, start_on=start_on, end_on=end_on, **fields)
    _require_order(item)
    named_action("roadmap_item.created")
    return save_permitted(item, "create", actor=actor)


@transaction.atomic
def change_item(item: RoadmapItem, *, actor: Actor, **changes: Unpack[ItemChanges]) -> RoadmapItem:
    """Change an item; a change of its dates alone is recorded as a move."""
    locked = apply_changes(lock_permitted(item, "change", actor=actor), {**changes})
    _require_order(locked)
    is_move = bool(changes) and set(changes) <= {"start_on", "end_on"}
    named_action("roadmap_item.moved" if is_move else "roadmap_item.changed")
    return save_permitted(locked, "change", actor=actor)


@transaction.atomic
def move_item(item: RoadmapItem, *, start_on: date, end_on: date, version: int, actor: Actor) -> RoadmapItem:
    """Give an item new dates, if it is still as the caller saw it.

    `version` is the one the caller read; raises StaleVersionError when somebody saved the item since.
    """
    locked = lock_permitted(item, "change", actor=actor)
    if locked.version != version:
        raise StaleVersionError("Somebody else changed this item meanwhile.")
    return change_item(locked, start_on=start_on, end_on=end_on, actor=actor)


def delete_item(item: RoadmapItem, *, actor: Actor) -> None:
    """Delete an item and the dependencies at both its ends."""
    locked = lock_permitted(item, "delete", actor=actor)
    named_action("roadmap_item.deleted")
    locked.delete()


def _require_order(item: RoadmapItem) -> None:
    if item.end_on < item.start_on:
        raise InvalidInputError("The end must not lie before the start.", pointer="end_on")
