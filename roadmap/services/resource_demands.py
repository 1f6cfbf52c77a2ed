"""What items need: demands for resources."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from core.errors import NotPermittedError
from roadmap.enums import DemandProfile, DemandSource
from roadmap.models import ResourceDemand, RoadmapItem
from roadmap.services.access import lock_permitted, save_permitted
from roadmap.validators import require_shares
from tenancy.actor import Actor
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
    demand = ResourceDemand()
    amounts = {"low": likely if low is None else low, "likely": likely, "high": likely if high is None else high}
    assign(demand, {**fields, **amounts}, editable=EDITABLE)
    require_open_item(demand.item, actor)
    named_action("resource_demand.created")
    return _save(demand, "create", actor)


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


def _save(demand: ResourceDemand, verb: str, actor: Actor) -> ResourceDemand:
    if demand.profile != DemandProfile.CUSTOM and demand._state.adding is False:
        # Leaving a spread of one's own forgets its shares.
        demand.custom_shares = []
    require_shares(demand.profile, demand.custom_shares)
    with refusing_taken(TAKEN):
        return save_permitted(demand, verb, actor=actor)
