"""The fields a set of changes may touch, and how their values are read, compared and written down."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from core.errors import InvalidInputError
from roadmap.models import RoadmapItem
from tenancy.models import TenantForeignKey

CHANGEABLE = (
    "start_on",
    "end_on",
    "lane",
    "owning_team",
    "status",
    "confidence",
    "date_precision",
    "progress",
    "release",
    "scheduling",
)
_COLUMNS: dict[str, Any] = {field.name: field for field in RoadmapItem._meta.concrete_fields}
Value = date | Decimal | UUID | str | None


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One field of one item: what it is (`old`) and what it shall be (`new`).

    `field` is one of CHANGEABLE. Values are those of the model, references as ids; or the same as text, as JSON has
    them. `old` must be what is stored when the change is applied, so that nobody's work is overwritten unseen.
    """

    item_id: UUID
    field: str
    old: Any
    new: Any

    def as_json(self) -> dict[str, str | None]:
        """As a row of `PlanChange.changes` keeps it."""
        old, new = (None if value is None else _text(value) for value in (self.old, self.new))
        return {"item": str(self.item_id), "field": self.field, "old": old, "new": new}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "PlannedChange":
        """A stored row read back."""
        return cls(UUID(row["item"]), row["field"], row["old"], row["new"])

    def reversed(self) -> "PlannedChange":
        """The change that takes this one back."""
        return PlannedChange(self.item_id, self.field, self.new, self.old)


def read_changes(changes: Iterable[PlannedChange]) -> list[PlannedChange]:
    """The changes with values of their fields' own types, without those that change nothing.

    Raises InvalidInputError with every reason: a field that may not be touched, a value that cannot be read, the same
    field of an item twice.
    """
    found: list[PlannedChange] = []
    seen: set[tuple[UUID, str]] = set()
    reasons: list[str] = []
    for change in changes:
        if (change.item_id, change.field) in seen:
            reasons.append(f"{change.field} of one item is changed twice.")
            continue
        seen.add((change.item_id, change.field))
        try:
            old, new = read_value(change.field, change.old), read_value(change.field, change.new)
        except InvalidInputError as error:
            reasons.append(error.message)
            continue
        if old != new:
            found.append(PlannedChange(change.item_id, change.field, old, new))
    if reasons:
        raise InvalidInputError(reasons[0], pointer="changes", reasons=reasons)
    return found


def read_value(field: str, value: Any) -> Value:
    """The value in the type the field has; references as ids. Raises InvalidInputError."""
    if field not in CHANGEABLE:
        raise InvalidInputError(f"“{field}” cannot be changed this way.", pointer="field")
    if isinstance(value, models.Model):
        value = value.pk
    column = _COLUMNS[field]
    if value is None and not column.null:
        raise InvalidInputError(f"{column.verbose_name} must not be empty.", pointer=field)
    reader = column.target_field if isinstance(column, TenantForeignKey) else column
    try:
        read: Value = reader.to_python(value)
    except (ValidationError, ValueError, TypeError, OverflowError):
        raise InvalidInputError(f"{column.verbose_name}: this value cannot be read.", pointer=field) from None
    return read


def stored_value(item: RoadmapItem, field: str) -> Value:
    """What the item has; references as ids."""
    value: Value = getattr(item, _COLUMNS[field].attname)
    return value


def set_values(items: dict[UUID, RoadmapItem], changes: Sequence[PlannedChange]) -> list[str]:
    """Put the new values on the items and return the names of the touched fields, in the order of CHANGEABLE."""
    for change in changes:
        setattr(items[change.item_id], _COLUMNS[change.field].attname, change.new)
    touched = {change.field for change in changes}
    return [field for field in CHANGEABLE if field in touched]


def by_item(changes: Iterable[PlannedChange]) -> dict[UUID, list[PlannedChange]]:
    """The changes of each item."""
    found: dict[UUID, list[PlannedChange]] = defaultdict(list)
    for change in changes:
        found[change.item_id].append(change)
    return dict(found)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
