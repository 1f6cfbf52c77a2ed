"""What items need: demands for resources."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.errors import InvalidInputError, NotPermittedError
from roadmap.enums import DemandProfile, DemandSource
from roadmap.models import Resource, ResourceDemand, RoadmapItem
from roadmap.services.access import create_permitted, lock_permitted, save_permitted
from roadmap.validators import require_range, require_shares
from tenancy.actor import Actor
from tenancy.models import Team
from tenancy.scope import named_action
from tenancy.services.saving import assign, refusing_taken

EDITABLE = frozenset({"item", "resource", "team", "low", "likely", "high", "profile", "custom_shares", "note"})
TAKEN = {
    "roadmap_resourcedemand_resource": ("resource", "The item needs this resource of this team already; change that.")
}


@transaction.atomic
def create_resource_demand(
    *, likely: Decimal, actor: Actor, low: Decimal | None = None, high: Decimal | None = None, **fields: Any
) -> ResourceDemand:
    """Say what an item needs; without `low` or `high` the likely amount is certain on that side."""
    actor.require("resource_demand.create")
    demand = _demand(likely=likely, low=low, high=high, **fields)
    require_open_item(demand.item, actor)
    named_action("resource_demand.created")
    return _save(demand, "create", actor)


@transaction.atomic
def create_resource_demands(rows: Sequence[Mapping[str, Any]], *, actor: Actor) -> list[ResourceDemand]:
    """Say what many items need, all or none, in a handful of statements; rows as for `create_resource_demand`.

    Raises InvalidInputError whose pointer `<index>/<field>` names the first value that does not fit.
    """
    actor.require("resource_demand.create")
    demands = [_demand(**row) for row in rows]
    for index, demand in enumerate(demands):
        try:
            demand.clean_fields(exclude=["organization", "item", "resource", "team"])
            require_range(demand.low, demand.likely, demand.high)
            require_shares(demand.profile, demand.custom_shares)
        except ValidationError as error:
            name, texts = next(iter(error.message_dict.items()))
            raise InvalidInputError(texts[0], pointer=f"{index}/{name}") from error
        except InvalidInputError as error:
            raise InvalidInputError(error.message, pointer=f"{index}/{error.pointer}") from error
    _require_known(demands, actor)
    named_action("resource_demand.created")
    with refusing_taken(TAKEN):
        return create_permitted(demands, actor=actor)


@transaction.atomic
def change_resource_demand(demand: ResourceDemand, *, actor: Actor, **changes: Any) -> ResourceDemand:
    """Change what an item needs; from then on the demand is one made by hand."""
    locked = lock_permitted(demand, "change", actor=actor)
    for name in ("low", "high"):
        if changes.get(name, locked.low) is None:
            changes[name] = changes.get("likely", locked.likely)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    if "item" in changed:
        require_open_item(locked.item, actor)
    locked.source = DemandSource.MANUAL
    named_action("resource_demand.changed")
    return _save(locked, "change", actor)


@transaction.atomic
def delete_resource_demand(demand: ResourceDemand, *, actor: Actor) -> None:
    """The item does not need it any more."""
    locked = lock_permitted(demand, "delete", actor=actor)
    named_action("resource_demand.deleted")
    locked.delete()


def require_open_item(item: RoadmapItem, actor: Actor) -> None:
    """Refuse an item in a portfolio the actor may not change."""
    if not RoadmapItem.objects.permitted(actor, "change").filter(pk=item.pk).exists():
        raise NotPermittedError("This item belongs to a portfolio you may not change.")


def _demand(
    *, likely: Decimal, low: Decimal | None = None, high: Decimal | None = None, **fields: Any
) -> ResourceDemand:
    demand = ResourceDemand()
    amounts = {"low": likely if low is None else low, "likely": likely, "high": likely if high is None else high}
    assign(demand, {**fields, **amounts}, editable=EDITABLE)
    return demand


def _require_known(demands: Sequence[ResourceDemand], actor: Actor) -> None:
    """Refuse items the actor may not change, and what is of no such organization."""
    items = {demand.item_id for demand in demands}
    if RoadmapItem.objects.permitted(actor, "change").filter(pk__in=items).count() < len(items):
        raise NotPermittedError("An item belongs to a portfolio you may not change.")
    resources = {demand.resource_id for demand in demands}
    teams = {demand.team_id for demand in demands} - {None}
    for name, model, keys in (("resource", Resource, resources), ("team", Team, teams)):
        if keys and model.objects.filter(pk__in=keys).count() < len(keys):
            raise InvalidInputError(f"There is no such {name} in this organization.", pointer=name)


def _save(demand: ResourceDemand, verb: str, actor: Actor) -> ResourceDemand:
    if demand.profile != DemandProfile.CUSTOM and demand._state.adding is False:
        # Leaving a spread of one's own forgets its shares.
        demand.custom_shares = []
    require_shares(demand.profile, demand.custom_shares)
    with refusing_taken(TAKEN):
        return save_permitted(demand, verb, actor=actor)
