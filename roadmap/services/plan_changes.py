"""Sets of changes to a plan: applied in one transaction and undone as one, whoever moves several items."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError, StaleVersionError
from roadmap.enums import PlanChangeKind
from roadmap.models import PlanChange, Release, ResourceDemand, Roadmap, RoadmapItem
from roadmap.selectors.people import membership_of
from roadmap.services.access import GoneError
from roadmap.services.planned_changes import PlannedChange, by_item, read_changes, set_values, stored_value
from roadmap.services.planned_demands import FIELD, DemandChange, lock_demands, unexpected, write_demands
from roadmap.services.rescopes import promise_of, record_rescopes
from roadmap.validators import require_schedule
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD, Team
from tenancy.scope import named_action

_REFERENCES: dict[str, Any] = {"owning_team": Team, "release": Release}
_LONGEST_SUMMARY = 500
_BATCH = 500


class UndoRefusedError(DomainError):
    """The changes cannot be taken back any more; `reasons` says why for each item."""

    code = "undo_refused"


@transaction.atomic
def apply_changes_to_plan(
    roadmap: Roadmap,
    changes: Sequence[PlannedChange],
    *,
    kind: str,
    summary: str,
    actor: Actor,
    reason_code: str = "",
    versions: Mapping[UUID, int] | None = None,
    demands: Sequence[DemandChange] = (),
) -> PlanChange:
    """Apply all changes or none, of items and of what they need, and keep them as one PlanChange of the roadmap.

    Items may lie on other roadmaps too. `versions` holds, per item, the version the caller read. Raises
    StaleVersionError naming the items when a version or an `old` value is not the stored one any more, GoneError when
    an item was deleted meanwhile, NotPermittedError when the actor may not change one of them, InvalidInputError with
    every reason for values that cannot be, DuplicateError where an item needs a resource of a team already,
    RescopeReasonRequiredError when a committed item would move without a `reason_code`.
    """
    return _apply(
        roadmap,
        changes,
        demands,
        kind=kind,
        summary=summary,
        actor=actor,
        reason_code=reason_code,
        versions=versions or {},
    )


@transaction.atomic
def undo(plan_change: PlanChange, *, actor: Actor) -> PlanChange:
    """Give every touched field its value from before; refused when one of them was changed since."""
    actor.require("roadmap_item.change")
    locked = (
        PlanChange.objects.permitted(actor).for_update().select_related("roadmap").filter(pk=plan_change.pk).first()
    )
    if locked is None:
        raise GoneError("Somebody deleted this meanwhile.")
    if locked.undone_at is not None:
        raise UndoRefusedError("This was undone already.")
    changes = [PlannedChange.from_json(row).reversed() for row in locked.changes if row["field"] != FIELD]
    demands = [DemandChange.from_json(row).reversed() for row in locked.changes if row["field"] == FIELD]
    _require_untouched(changes, demands, actor=actor)
    undone = _apply(
        locked.roadmap,
        changes,
        demands,
        kind=PlanChangeKind.UNDO,
        summary=f"Undo: {locked.summary}",
        actor=actor,
        reason_code=locked.reason_code,
        versions={},
        undoes=locked,
    )
    locked.undone_at = timezone.now()
    locked.save(update_fields=["undone_at", "updated_at"])
    return undone


def _apply(
    roadmap: Roadmap,
    changes: Sequence[PlannedChange],
    demands: Sequence[DemandChange],
    *,
    kind: str,
    summary: str,
    actor: Actor,
    reason_code: str,
    versions: Mapping[UUID, int],
    undoes: PlanChange | None = None,
) -> PlanChange:
    actor.require("roadmap_item.change")
    if not Roadmap.objects.permitted(actor).filter(pk=roadmap.pk).exists():
        raise GoneError("Somebody deleted this roadmap meanwhile.")
    wanted = read_changes(changes)
    if not wanted and not demands:
        raise InvalidInputError("Nothing would change.", pointer="changes")
    items = _lock_items(set(_items_of(wanted, demands)), actor=actor)
    needed = lock_demands(demands, actor=actor)
    _require_fresh(items, wanted, versions, stale={each.item_id for each in unexpected(demands, needed)})
    promised = {key: promise_of(item) for key, item in items.items()}
    fields = set_values(items, wanted)
    _require_sound(items, wanted)
    named_action("plan_change.undone" if undoes else "plan_change.applied", reason=reason_code)
    record_rescopes([(promised[key], item) for key, item in items.items()], reason_code=reason_code, actor=actor)
    if wanted:
        _save({key: items[key] for key in by_item(wanted)}, fields)
    kept = write_demands(demands, needed, actor=actor)
    return PlanChange.objects.create(
        roadmap=roadmap,
        kind=kind,
        summary=summary[:_LONGEST_SUMMARY],
        reason_code=reason_code,
        changes=[*(change.as_json() for change in wanted), *(change.as_json() for change in kept)],
        made_by=membership_of(actor),
        undoes=undoes,
        portfolio_keys=_portfolios_of(items),
    )


def _items_of(changes: Sequence[PlannedChange], demands: Sequence[DemandChange]) -> list[UUID]:
    return [*(change.item_id for change in changes), *(change.item_id for change in demands)]


def _portfolios_of(items: Mapping[UUID, RoadmapItem]) -> list[UUID]:
    pairs = RoadmapItem.objects.filter(pk__in=items).order_by()
    keys = pairs.values_list("roadmap__portfolio_id", "initiative__portfolio_id")
    return sorted({key for pair in keys for key in pair if key is not None})


def _lock_items(ids: set[UUID], *, actor: Actor) -> dict[UUID, RoadmapItem]:
    """The items by id, locked in one order so that two sets of changes cannot wait for each other for ever."""
    rows = RoadmapItem.objects.filter(pk__in=ids).order_by("pk").for_update()
    items = {item.pk: item for item in rows}
    if len(items) < len(ids):
        missing = len(ids) - len(items)
        raise GoneError(
            "Somebody deleted an item of this plan meanwhile."
            if missing == 1
            else f"Somebody deleted {missing} items of this plan meanwhile."
        )
    writable = set(RoadmapItem.objects.permitted(actor, "change").filter(pk__in=ids).values_list("pk", flat=True))
    if len(writable) < len(ids):
        raise NotPermittedError("This would move items of a portfolio you may not change.")
    return items


def _require_fresh(
    items: Mapping[UUID, RoadmapItem],
    changes: Sequence[PlannedChange],
    versions: Mapping[UUID, int],
    *,
    stale: set[UUID],
) -> None:
    """Refuse what is not as it was read; `stale` are items of which that is known already."""
    stale |= {key for key, version in versions.items() if key in items and items[key].version != version}
    stale |= {each.item_id for each in changes if stored_value(items[each.item_id], each.field) != each.old}
    if stale:
        names = sorted(f"“{items[key].title}” was changed meanwhile." for key in stale)
        raise StaleVersionError("Somebody else changed this plan meanwhile.", reasons=names)


def _require_untouched(changes: Sequence[PlannedChange], demands: Sequence[DemandChange], *, actor: Actor) -> None:
    """Refuse with a reason for every item that is gone, or that needs or is what the changes did not leave."""
    keys = _items_of(changes, demands)
    items = RoadmapItem.objects.in_bulk(keys)
    visible = set(RoadmapItem.objects.permitted(actor).filter(pk__in=items).values_list("pk", flat=True))
    stored = ResourceDemand.objects.in_bulk([change.demand_id for change in demands])
    touched = {each.item_id for each in unexpected(demands, stored)}
    of_item = by_item(read_changes(changes))
    reasons: list[str] = []
    for key in dict.fromkeys(keys):
        item = items.get(key)
        if item is None:
            reasons.append("An item was deleted since.")
        elif key in touched or any(stored_value(item, change.field) != change.old for change in of_item.get(key, ())):
            name = f"“{item.title}”" if key in visible else "An item you cannot see"
            reasons.append(f"{name} was changed since.")
    if reasons:
        raise UndoRefusedError("This cannot be undone any more.", reasons=sorted(reasons))


def _require_sound(items: Mapping[UUID, RoadmapItem], changes: Sequence[PlannedChange]) -> None:
    """Refuse values no item may have, all of them at once; the references cost one query a field."""
    reasons: list[str] = []
    for key, rows in by_item(changes).items():
        item, touched = items[key], {change.field for change in rows} - _REFERENCES.keys()
        try:
            item.clean_fields(exclude=[each.name for each in item._meta.fields if each.name not in touched])
            require_schedule(item.start_on, item.end_on)
        except ValidationError as error:
            reasons.append(f"“{item.title}”: {' '.join(error.messages)}")
        except InvalidInputError as error:
            reasons.append(f"“{item.title}”: {error.message}")
    for field, model in _REFERENCES.items():
        wanted = {change.new for change in changes if change.field == field} - {None}
        if wanted and model.objects.filter(pk__in=wanted).count() < len(wanted):
            reasons.append(f"{field}: {NO_SUCH_RECORD}")
    if reasons:
        raise InvalidInputError(reasons[0], pointer="changes", reasons=reasons)


def _save(items: Mapping[UUID, RoadmapItem], fields: Sequence[str]) -> None:
    now = timezone.now()
    for item in items.values():
        item.updated_at = now
    RoadmapItem.objects.bulk_update(items.values(), [*fields, "updated_at"], batch_size=_BATCH)
    for key, version in RoadmapItem.objects.filter(pk__in=items).values_list("pk", "version"):
        items[key].version = version
