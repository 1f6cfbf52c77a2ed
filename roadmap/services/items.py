"""Roadmap items: create, change, move, delete."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from core.errors import InvalidInputError
from portfolio.models import Initiative
from roadmap.models import Release, Roadmap, RoadmapItem
from roadmap.services.access import apply_changes, create_permitted, lock_permitted, save_permitted
from roadmap.services.rescopes import promise_of, record_rescopes, require_no_promise
from roadmap.validators import require_schedule
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD, Team, TenantForeignKey
from tenancy.scope import named_action

_REFERENCES = [field for field in RoadmapItem._meta.concrete_fields if isinstance(field, TenantForeignKey)]


class ItemFields(TypedDict, total=False):
    """What can be said of an item besides its title and dates."""

    initiative: Initiative | None
    description: str
    lane: str
    owning_team: Team | None
    status: str
    confidence: Decimal | None
    position: int
    kind: str
    external_party: str
    date_precision: str
    scheduling: str
    duration_low: int | None
    duration_likely: int | None
    duration_high: int | None
    progress: Decimal
    release: Release | None
    is_committed: bool


class ItemChanges(ItemFields, total=False):
    """Fields to change; absent ones stay."""

    roadmap: Roadmap
    title: str
    start_on: date | None
    end_on: date | None


class NewItem(ItemFields, total=False):
    """One row of `create_items`; without dates the item is unscheduled."""

    roadmap: Required[Roadmap]
    title: Required[str]
    start_on: date | None
    end_on: date | None


@transaction.atomic
def create_item(
    *,
    roadmap: Roadmap,
    title: str,
    start_on: date | None = None,
    end_on: date | None = None,
    actor: Actor,
    **fields: Unpack[ItemFields],
) -> RoadmapItem:
    """Put an item on a roadmap; both dates are days of work, and without them it is unscheduled."""
    actor.require("roadmap_item.create")
    item = RoadmapItem(roadmap=roadmap, title=title, start_on=start_on, end_on=end_on, **fields)
    require_schedule(item.start_on, item.end_on)
    named_action("roadmap_item.created")
    return save_permitted(item, "create", actor=actor)


@transaction.atomic
def create_items(rows: Iterable[NewItem], *, actor: Actor) -> list[RoadmapItem]:
    """Put many items on roadmaps, in the order of the rows; all or none.

    Costs a handful of queries for any number of rows. Raises InvalidInputError whose `reasons` name every refused
    row, counted from 1, and whose pointer is that of the first ("2/end_on" is the third row's end).
    """
    actor.require("roadmap_item.create")
    items = [RoadmapItem(**row) for row in rows]
    faults = sorted([*_faults(items), *_unknown_references(items)])
    if faults:
        index, name, _ = faults[0]
        reasons = [f"Row {at + 1}: {reason}" for at, _, reason in faults]
        raise InvalidInputError(reasons[0], pointer=f"{index}/{name}", reasons=reasons)
    named_action("roadmap_item.created")
    return create_permitted(items, actor=actor)


@transaction.atomic
def change_item(
    item: RoadmapItem, *, actor: Actor, reason_code: str = "", rescope_note: str = "", **changes: Unpack[ItemChanges]
) -> RoadmapItem:
    """Change an item; a change of its dates alone is recorded as a move. Both dates None unschedule it.

    A change of what a committed item promises needs a `reason_code`, see `roadmap.services.rescopes`.
    """
    locked = lock_permitted(item, "change", actor=actor)
    promised = promise_of(locked)
    apply_changes(locked, {**changes})
    require_schedule(locked.start_on, locked.end_on)
    is_move = bool(changes) and set(changes) <= {"start_on", "end_on"}
    named_action("roadmap_item.moved" if is_move else "roadmap_item.changed")
    record_rescopes([(promised, locked)], reason_code=reason_code, note=rescope_note, actor=actor)
    return save_permitted(locked, "change", actor=actor)


def delete_item(item: RoadmapItem, *, actor: Actor) -> None:
    """Delete an item and the dependencies at both its ends; a committed one is not deleted."""
    locked = lock_permitted(item, "delete", actor=actor)
    require_no_promise(locked)
    named_action("roadmap_item.deleted")
    locked.delete()


def _faults(items: Sequence[RoadmapItem]) -> Iterator[tuple[int, str, str]]:
    """(index, field, reason) of what the rows' own values break; asks the database nothing."""
    for index, item in enumerate(items):
        try:
            item.clean_fields(exclude=["organization", *(field.name for field in _REFERENCES)])
            require_schedule(item.start_on, item.end_on)
        except ValidationError as error:
            yield from ((index, name, text) for name, texts in error.message_dict.items() for text in texts)
        except InvalidInputError as error:
            yield index, error.pointer or "", error.message


def _unknown_references(items: Sequence[RoadmapItem]) -> Iterator[tuple[int, str, str]]:
    """(index, field, reason) of references that lead out of the organization; one query a field."""
    for field in _REFERENCES:
        wanted: list[UUID | None] = [getattr(item, field.attname) for item in items]
        model: Any = field.remote_field.model
        known = set(model.objects.filter(pk__in={*wanted} - {None}).values_list("pk", flat=True))
        for index, key in enumerate(wanted):
            if key is not None and key not in known:
                yield index, field.name, NO_SUCH_RECORD
