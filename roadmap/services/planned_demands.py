"""Demands among the changes of a plan: made, changed and taken away with everything else, and undone with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.errors import InvalidInputError
from roadmap.enums import DemandSource
from roadmap.models import Resource, ResourceDemand
from roadmap.services.access import create_permitted
from roadmap.services.resource_demands import TAKEN
from roadmap.validators import require_range, require_shares
from tenancy.actor import Actor
from tenancy.models import Team
from tenancy.services.saving import refusing_taken

FIELD = "demand"
_COLUMNS = {"team": "team_id"}
_CHANGEABLE = ("team", "low", "likely", "high", "profile", "custom_shares", "note", "source")
_REFERENCES: dict[str, Any] = {"resource": Resource, "team": Team}

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DemandChange:
    """What becomes of a demand of an item: values by column as JSON has them, before and after; None: there is none.

    A change names the same columns on both sides: `team`, `low`, `likely`, `high`, `profile`, `custom_shares`, `note`
    or `source`. What comes names at least its amounts; what goes is kept whole, so that it can come back.
    """

    item_id: UUID
    demand_id: UUID
    resource_id: UUID
    old: State | None
    new: State | None

    def as_json(self) -> dict[str, Any]:
        """As a row of `PlanChange.changes` keeps it."""
        return {
            "item": str(self.item_id),
            "field": FIELD,
            "demand": str(self.demand_id),
            "resource": str(self.resource_id),
            "old": self.old,
            "new": self.new,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "DemandChange":
        """A stored row read back."""
        return cls(UUID(row["item"]), UUID(row["demand"]), UUID(row["resource"]), row["old"], row["new"])

    def reversed(self) -> "DemandChange":
        """The change that takes this one back."""
        return replace(self, old=self.new, new=self.old)

    @property
    def verb(self) -> str:
        """The right it needs."""
        if self.old is None:
            return "create"
        return "delete" if self.new is None else "change"

    def is_as_expected(self, demand: ResourceDemand | None) -> bool:
        """Whether the demand is stored as `old` says."""
        if demand is None or self.old is None:
            return demand is None and self.old is None
        return demand.item_id == self.item_id and all(_stored(demand, name) == old for name, old in self.old.items())


def lock_demands(changes: Sequence[DemandChange], *, actor: Actor) -> dict[UUID, ResourceDemand]:
    """Those of the demands that are there, by id, locked in one order; refuses without the rights to change them.

    The caller has made sure of the items: whoever may change an item may change what it needs.
    """
    for verb in sorted({change.verb for change in changes}):
        actor.require(f"resource_demand.{verb}")
    if not changes:
        return {}
    keys = [change.demand_id for change in changes]
    return {row.pk: row for row in ResourceDemand.objects.filter(pk__in=keys).order_by("pk").for_update()}


def unexpected(changes: Sequence[DemandChange], stored: Mapping[UUID, ResourceDemand]) -> list[DemandChange]:
    """Those whose demand is not as they expect it."""
    return [change for change in changes if not change.is_as_expected(stored.get(change.demand_id))]


def write_demands(
    changes: Sequence[DemandChange], stored: Mapping[UUID, ResourceDemand], *, actor: Actor
) -> list[DemandChange]:
    """Write the changes and return them as they are to be kept.

    What goes makes room before anything comes. Changed amounts are amounts set by hand, unless the change says whose
    they are. Raises InvalidInputError for values no demand may have, and for teams and resources that are gone;
    DuplicateError where the item needs the resource of the team already.
    """
    if not changes:
        return []
    kept = [_completed(change, stored.get(change.demand_id)) for change in changes]
    gone = [change.demand_id for change in kept if change.new is None]
    made = [_made(change) for change in kept if change.old is None]
    changed = [_changed(change, stored[change.demand_id]) for change in kept if change.verb == "change"]
    _require_sound([*made, *changed])
    if gone:
        ResourceDemand.objects.filter(pk__in=gone).delete()
    with refusing_taken(TAKEN):
        if changed:
            columns = [*_CHANGEABLE, "updated_at"]
            ResourceDemand.objects.bulk_update(changed, columns, batch_size=500)
        create_permitted(made, actor=actor)
    return kept


def _completed(change: DemandChange, demand: ResourceDemand | None) -> DemandChange:
    """With everything of what goes, and with who says how much of what changes."""
    if change.new is None and demand is not None:
        return replace(change, old={name: _stored(demand, name) for name in _CHANGEABLE})
    if change.old is not None and change.new is not None and demand is not None and "source" not in change.new:
        old, new = {**change.old, "source": demand.source}, {**change.new, "source": str(DemandSource.MANUAL)}
        return replace(change, old=old, new=new)
    return change


def _made(change: DemandChange) -> ResourceDemand:
    demand = ResourceDemand(pk=change.demand_id, item_id=change.item_id, resource_id=change.resource_id)
    _set(demand, change.new or {})
    return demand


def _changed(change: DemandChange, demand: ResourceDemand) -> ResourceDemand:
    _set(demand, change.new or {})
    demand.updated_at = timezone.now()
    return demand


def _set(demand: ResourceDemand, values: State) -> None:
    for name, value in values.items():
        if name not in _CHANGEABLE:
            raise InvalidInputError(f"“{name}” of a demand cannot be changed this way.", pointer="changes")
        column: Any = ResourceDemand._meta.get_field(name)
        try:
            read = _read(column, value)
        except (ValidationError, ValueError, TypeError, OverflowError):
            message = f"{column.verbose_name}: this value cannot be read."
            raise InvalidInputError(message, pointer="changes") from None
        setattr(demand, _COLUMNS.get(name, name), read)


def _read(column: Any, value: Any) -> Any:
    if isinstance(column, ArrayField):
        return [column.base_field.to_python(each) for each in value]
    return getattr(column, "target_field", column).to_python(value)


def _require_sound(demands: Sequence[ResourceDemand]) -> None:
    """Refuse values no demand may have; the references cost one query a field."""
    for demand in demands:
        try:
            demand.clean_fields(exclude=["organization", "item", "resource", "team"])
        except ValidationError as error:
            raise InvalidInputError(" ".join(error.messages), pointer="changes") from error
        require_range(demand.low, demand.likely, demand.high)
        require_shares(demand.profile, demand.custom_shares)
    for name, model in _REFERENCES.items():
        keys = {getattr(demand, f"{name}_id") for demand in demands} - {None}
        if keys and model.objects.filter(pk__in=keys).count() < len(keys):
            raise InvalidInputError(f"The {name} of a demand is not there any more.", pointer="changes")


def _stored(demand: ResourceDemand, name: str) -> Any:
    """The value of the column as JSON has it."""
    value = getattr(demand, _COLUMNS.get(name, name))
    if isinstance(value, list):
        return [str(each) for each in value]
    return str(value) if isinstance(value, Decimal | UUID) else value
