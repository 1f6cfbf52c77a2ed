"""What a set of changes did, item by item, in words people read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.web.formatting import quantity
from roadmap.enums import DemandProfile
from roadmap.models import PlanChange, Release, Resource, RoadmapItem
from tenancy.actor import Actor
from tenancy.models import Team

GONE = "An item that is gone"
_FIELDS: dict[str, Any] = {field.name: field for field in RoadmapItem._meta.concrete_fields}
_REFERENCES: dict[str, Any] = {"owning_team": Team, "release": Release}
_DEMAND = "demand"


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
    by_item: dict[UUID, list[dict[str, Any]]] = {}
    for row in change.changes:
        by_item.setdefault(UUID(row["item"]), []).append(row)
    stored = RoadmapItem.objects.in_bulk(by_item)
    visible = RoadmapItem.objects.permitted(actor).in_bulk(by_item)
    names = _names(change)
    resources = _resources(change)
    return [
        ChangedItem(
            visible.get(key),
            visible[key].title if key in visible else GONE,
            [_of_demand(row, names, resources) if row["field"] == _DEMAND else _field(row, names) for row in rows],
        )
        for key, rows in by_item.items()
        if key in visible or key not in stored
    ]


def amounts_text(values: Mapping[str, Any], unit: str) -> str:
    """The likely amount, and between which it lies where that is not certain: `2 FTE-months (1 to 4)`."""
    text = quantity(values["likely"], unit)
    low, high = (quantity(values[name]) for name in ("low", "high"))
    return text if low == high else f"{text} ({low} to {high})"


def spread_text(values: Mapping[str, Any]) -> str:
    """How a demand is spread over its item: `more at the start`, `own shares 0.2, 0.8`."""
    label = str(DemandProfile(values["profile"]).label).lower()
    return f"{label} {', '.join(f'{Decimal(share).normalize():f}' for share in values['custom_shares'])}".strip()


def _names(change: PlanChange) -> dict[str, str]:
    """Names of the teams and releases the change speaks of, by id; one query for each kind there is."""
    found: dict[str, str] = {}
    ends = [(row["field"], row[end]) for row in change.changes for end in ("old", "new") if row[end] is not None]
    of_demands = {value.get("team") for field, value in ends if field == _DEMAND}
    for field, model in _REFERENCES.items():
        wanted = {value for name, value in ends if name == field} | (of_demands if model is Team else set())
        if wanted - {None}:
            found |= {str(row.pk): str(row) for row in model.objects.filter(pk__in=wanted - {None})}
    return found


def _resources(change: PlanChange) -> dict[str, Resource]:
    """What the changed demands are demands for, by id; one query, none without any."""
    wanted = {row["resource"] for row in change.changes if row["field"] == _DEMAND}
    return {str(row.pk): row for row in Resource.objects.filter(pk__in=wanted)} if wanted else {}


def _of_demand(row: dict[str, Any], names: dict[str, str], resources: dict[str, Resource]) -> ChangedField:
    resource = resources.get(row["resource"])
    unit = "" if resource is None else resource.total_unit
    is_whole = row["old"] is None or row["new"] is None
    old, new = (_staffing(row[end], names, unit, is_whole=is_whole) for end in ("old", "new"))
    return ChangedField("A resource that is gone" if resource is None else resource.name, old, new)


def _staffing(values: dict[str, Any] | None, names: dict[str, str], unit: str, *, is_whole: bool) -> str | None:
    """Amount, team, spread and note of a demand, as far as they changed; of a whole one what is out of the common."""
    if values is None:
        return None
    parts = [amounts_text(values, unit)] if "likely" in values else []
    if "team" in values:
        team = values["team"]
        parts.append("the item's team" if team is None else names.get(team, "a team that is gone"))
    if "profile" in values and not (is_whole and values["profile"] == DemandProfile.FLAT):
        parts.append(spread_text(values))
    if "note" in values and (values["note"] or not is_whole):
        parts.append(f"“{values['note']}”" if values["note"] else "no note")
    return ", ".join(parts)


def _field(row: dict[str, Any], names: dict[str, str]) -> ChangedField:
    column = _FIELDS[row["field"]]
    labels = {str(value): str(label) for value, label in column.flatchoices}
    old, new = (_word(row[end], names, labels) for end in ("old", "new"))
    return ChangedField(str(column.verbose_name).capitalize(), old, new)


def _word(value: str | None, names: dict[str, str], labels: dict[str, str]) -> str | None:
    if value is None or value == "":
        return None
    return names.get(value) or labels.get(value) or value
