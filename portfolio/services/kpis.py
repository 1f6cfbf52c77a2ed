"""KPIs: create, change, delete."""

from typing import Any

from django.db import transaction

from core.errors import InvalidInputError, NotPermittedError
from portfolio.models import Initiative, Kpi, Portfolio
from portfolio.services.kpi_rollups import request_rollup, touch_everything
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset(
    {
        "initiative",
        "key",
        "name",
        "definition",
        "definition_key",
        "unit",
        "direction",
        "aggregation",
        "frequency",
        "target",
    }
)
TAKEN = {"portfolio_kpi_key": ("key", "There is already a KPI with this key.")}


@transaction.atomic
def create_kpi(*, actor: Actor, **fields: Any) -> Kpi:
    """A new KPI, of an initiative or of the organization."""
    actor.require("kpi.create")
    kpi = Kpi()
    assign(kpi, fields, editable=EDITABLE)
    _require_writable_initiative(kpi, actor)
    named_action("kpi.created")
    return save_checked(kpi, taken=TAKEN)


@transaction.atomic
def change_kpi(kpi: Kpi, *, actor: Actor, **changes: Any) -> Kpi:
    """Change the KPI; another aggregation makes every period anew."""
    actor.require("kpi.change")
    locked = _locked(kpi, actor, "change")
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    if "initiative" in changed:
        _require_writable_initiative(locked, actor)
    named_action("kpi.changed")
    save_checked(locked, taken=TAKEN, update_fields=changed)
    if "aggregation" in changed:
        touch_everything(locked.pk, organization_id=actor.organization_id)
        request_rollup(actor=actor)
    return locked


@transaction.atomic
def delete_kpi(kpi: Kpi, *, actor: Actor) -> None:
    """Delete the KPI with its observations and rollups."""
    actor.require("kpi.delete")
    locked = _locked(kpi, actor, "delete")
    named_action("kpi.deleted")
    delete_checked(locked)


def _locked(kpi: Kpi, actor: Actor, verb: str) -> Kpi:
    found = Kpi.objects.permitted(actor, verb).for_update().filter(pk=kpi.pk).first()
    if found is None:
        raise NotPermittedError("Its portfolio is shared with you to view only.")
    return found


def _require_writable_initiative(kpi: Kpi, actor: Actor) -> None:
    if kpi.initiative_id is None:
        return
    initiative = Initiative.objects.permitted(actor).filter(pk=kpi.initiative_id).first()
    if initiative is None:
        raise InvalidInputError("There is no such record in this organization.", pointer="initiative")
    if not Portfolio.objects.open_for_writing(actor).filter(pk=initiative.portfolio_id).exists():
        raise NotPermittedError("Its portfolio is shared with you to view only.", pointer="initiative")
