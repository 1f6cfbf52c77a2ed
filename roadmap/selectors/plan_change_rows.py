"""What a set of changes did, item by item, in words people read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from roadmap.models import PlanChange, Release, RoadmapItem
from tenancy.actor import Actor
from tenancy.models import Team

GONE = "An item that is gone"
_FIELDS: dict[str, Any] = {field.name: field for field in RoadmapItem._meta.concrete_fields}
_REFERENCES: dict[str, Any] = {"owning_team": Team, "release": Release}


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field before and after; None where it had no value."""

    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """An item and what became of it; `item` is None when it was deleted since."""

    item: RoadmapItem | None
    title: str
    fields: Sequence[ChangedField]


def rows_of(change: PlanChange, *, actor: Actor) -> list[ChangedItem]:
    """The touched items in the order they were changed; those the actor may not see are left out."""
    keys = list(dict.fromkeys(UUID(row["item"]) for row in change.changes))
    stored = RoadmapItem.objects.in_bulk(keys)
    visible = RoadmapItem.objects.permitted(actor).in_bulk(keys)
    names = _names(change)
    return [
        ChangedItem(
            visible.get(key),
            visible[key].title if key in visible else GONE,
            [_field(row, names) for row in change.changes if row["item"] == str(key)],
        )
        for key in keys
        if key in visible or key not in stored
    ]


def _names(change: PlanChange) -> dict[str, str]:
    """Names of the teams and releases the change speaks of, by id; one query for each kind there is."""
    found: dict[str, str] = {}
    for field, model in _REFERENCES.items():
        wanted = {row[end] for row in change.changes for end in ("old", "new") if row["field"] == field} - {None}
        if wanted:
            found |= {str(row.pk): str(row) for row in model.objects.filter(pk__in=wanted)}
    return found


def _field(row: dict[str, Any], names: dict[str, str]) -> ChangedField:
    column = _FIELDS[row["field"]]
    labels = {str(value): str(label) for value, label in column.flatchoices}
    old, new = (_word(row[end], names, labels) for end in ("old", "new"))
    return ChangedField(str(column.verbose_name).capitalize(), old, new)


def _word(value: str | None, names: dict[str, str], labels: dict[str, str]) -> str | None:
    if value is None or value == "":
        return None
    return names.get(value) or labels.get(value) or value
