"""What a scenario makes of the demands of an item: more, less, other spread, other team, none, or one more."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction

from core.errors import InvalidInputError
from core.ids import uuid7
from roadmap.calc.capacity import CUSTOM
from roadmap.calc.scenarios import AMOUNTS, DEMAND, DEMAND_AMOUNT, DEMAND_PARTS, SPREAD, Demand, demand_field
from roadmap.enums import DemandProfile
from roadmap.models import Resource, ResourceDemand, RoadmapItem, Scenario, ScenarioChange
from roadmap.models.scenario import LONGEST_REASON
from roadmap.selectors.people import membership_of
from roadmap.selectors.scenario_demands import PlannedDemand
from roadmap.selectors.scenarios import PlannedItem, plan_with
from roadmap.services.scenario_changes import Said, item_of, say
from roadmap.services.scenarios import lock_draft, require_short
from roadmap.validators import require_range, require_shares
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD, Team
from tenancy.scope import named_action

NEEDED = "is_needed"
_KNOWN = (NEEDED, "team", *AMOUNTS, *SPREAD, "note")
_THOUSANDTH, _MILLIONTH = Decimal("0.001"), Decimal("0.000001")


@transaction.atomic
def plan_demand(
    scenario: Scenario,
    item: RoadmapItem,
    *,
    values: Mapping[str, Any],
    actor: Actor,
    demand: UUID | None = None,
    resource: Resource | UUID | None = None,
    reason: str = "",
) -> list[ScenarioChange]:
    """Say in a draft what an item shall need; returns what the scenario now changes of this demand.

    `demand` is the key of one in the scenario's plan; without it one of `resource` is added. `values` may hold
    `likely`, `low` and `high` over the whole item, `team` (a row or id, None: the item's), `profile` with
    `custom_shares`, `note`, and `is_needed`, which False takes the demand away. A side that was certain follows the
    likely amount unless it is given. What the live plan says already takes the change back.
    """
    locked = lock_draft(scenario, actor=actor)
    require_short(reason, longest=LONGEST_REASON, pointer="reason")
    planned = item_of(plan_with(locked, actor=actor), item.pk)
    found = _added(resource) if demand is None else _demand_of(planned, demand)
    wanted = _wanted(found, values)
    _require_place(planned, found, wanted)
    named_action("scenario.changed", reason=reason)
    author = membership_of(actor)
    stored = {name: each.change for name, each in found.changes.items()}
    for name in _said_fields(found, wanted, values):
        new = _whole(found, wanted, values) if name == DEMAND else demand_field(name, wanted)
        said = Said(name, demand_field(name, found.live), new, found.key, found.resource)
        change = say(locked, planned.item, said, reason=reason, author=author, change=stored.pop(name, None))
        if change is not None:
            stored[name] = change
    for name in _outdated(stored, found, wanted):
        stored.pop(name).delete()
    return list(stored.values())


def _said_fields(found: PlannedDemand, wanted: Demand | None, values: Mapping[str, Any]) -> list[str]:
    """Which fields of the demand these values speak of."""
    if wanted is None or found.live is None:
        return [DEMAND]
    comes_back = found.value is None
    return [
        name
        for name, parts in DEMAND_PARTS.items()
        if values.keys() & set(parts) or (comes_back and name == DEMAND_AMOUNT)
    ]


def _whole(found: PlannedDemand, wanted: Demand | None, values: Mapping[str, Any]) -> Demand | None:
    """The demand as far as the draft speaks of it: of spread and note it may say nothing."""
    if wanted is None:
        return None
    before = found.changes.get(DEMAND)
    said = {*AMOUNTS, "team", *values, *((before and before.change.new_value) or ())}
    if said & set(SPREAD):
        said.update(SPREAD)
    return {name: value for name, value in wanted.items() if name in said}


def _outdated(stored: Mapping[str, Any], found: PlannedDemand, wanted: Demand | None) -> list[str]:
    """Changes a whole demand leaves nothing to say for, and the other way round."""
    is_whole = wanted is None or found.live is None
    return [name for name in stored if (name == DEMAND) != is_whole]


def _demand_of(planned: PlannedItem, key: UUID) -> PlannedDemand:
    for found in planned.demands:
        if found.key == key:
            return found
    raise InvalidInputError("The item has no such demand in this scenario.", pointer="demand")


def _added(resource: Resource | UUID | None) -> PlannedDemand:
    if resource is None:
        raise InvalidInputError("Say what is needed.", pointer="resource")
    key = resource.pk if isinstance(resource, Resource) else resource
    _require_known(Resource, key, "resource")
    return PlannedDemand(uuid7(), key, None, None)


def _wanted(found: PlannedDemand, values: Mapping[str, Any]) -> Demand | None:
    """The demand as it shall be; raises InvalidInputError at the value that cannot be."""
    unknown = sorted(values.keys() - set(_KNOWN))
    if unknown:
        raise InvalidInputError(f"A scenario cannot change “{unknown[0]}” of a demand.", pointer="values")
    is_needed = values.get(NEEDED, True)
    if not isinstance(is_needed, bool):
        raise InvalidInputError("Needed or not: true or false.", pointer=NEEDED)
    if not is_needed:
        return None
    before = found.value or found.live or {}
    team = _team(values["team"]) if "team" in values else before.get("team")
    note = _cleaned("note", values["note"]) if "note" in values else before.get("note", "")
    return {"team": team, **_amounts(before, values), **_spread(before, values), "note": note}


def _spread(before: Demand, values: Mapping[str, Any]) -> dict[str, Any]:
    profile = _cleaned("profile", values.get("profile", before.get("profile", DemandProfile.FLAT)))
    given = "custom_shares" in values
    # Leaving a spread of one's own forgets its shares.
    kept = before.get("custom_shares", []) if profile == CUSTOM else []
    shares = _shares(values["custom_shares"] if given else kept)
    require_shares(profile, shares)
    return {"profile": str(profile), "custom_shares": [str(share.quantize(_MILLIONTH)) for share in shares]}


def _amounts(before: Demand, values: Mapping[str, Any]) -> dict[str, str]:
    given = {name: _cleaned(name, values[name]) for name in AMOUNTS if values.get(name) is not None}
    known = {name: Decimal(before[name] or 0) for name in AMOUNTS if name in before}
    likely = given.get("likely", known.get("likely"))
    if likely is None:
        raise InvalidInputError("Say how much is needed.", pointer="likely")
    found = {"likely": likely}
    for name in ("low", "high"):
        # None says that the likely amount is certain on this side, and where it was so it stays so.
        is_certain = name in values or known.get(name) == known.get("likely")
        found[name] = given.get(name, likely if is_certain else known[name])
    require_range(found["low"], likely, found["high"])
    return {name: str(found[name].quantize(_THOUSANDTH)) for name in AMOUNTS}


def _cleaned(name: str, value: Any) -> Any:
    """The value as the demand's column takes it."""
    column: Any = ResourceDemand._meta.get_field(name)
    return _read(column, value, name)


def _shares(values: Any) -> list[Decimal]:
    name = "custom_shares"
    if not isinstance(values, list | tuple):
        raise InvalidInputError("Give a list of shares.", pointer=name)
    column: Any = ResourceDemand._meta.get_field(name)
    return [_read(column.base_field, each, name) for each in values]


def _read(column: Any, value: Any, name: str) -> Any:
    try:
        return column.clean(value, None)
    except (ValidationError, ValueError, TypeError) as error:
        texts = getattr(error, "messages", ["This value cannot be read."])
        raise InvalidInputError(" ".join(texts), pointer=name) from error


def _team(value: Any) -> str | None:
    if value is None:
        return None
    key = value.pk if isinstance(value, models.Model) else value
    _require_known(Team, key, "team")
    return str(key)


def _require_known(model: Any, key: Any, pointer: str) -> None:
    try:
        is_known = model.objects.filter(pk=key).exists()
    except (ValidationError, ValueError, TypeError):
        is_known = False
    if not is_known:
        raise InvalidInputError(NO_SUCH_RECORD, pointer=pointer)


def _require_place(planned: PlannedItem, found: PlannedDemand, wanted: Demand | None) -> None:
    """Refuse a second demand of the item for the same resource of the same team, in the live plan or the scenario."""
    if wanted is None:
        return
    for other in planned.demands:
        if other.key == found.key or other.resource != found.resource:
            continue
        if any(value is not None and value["team"] == wanted["team"] for value in (other.live, other.value)):
            pointer = "resource" if found.live is None else "team"
            raise InvalidInputError("The item needs this resource of this team already; change that.", pointer=pointer)
