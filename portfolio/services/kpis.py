"""KPIs: create, change, delete."""

from typing import Any

from django.db import transaction

from core.errors import InvalidInputError
from portfolio.models import Kpi
from portfolio.services.access import lock_permitted, require_writable_initiative, require_writable_portfolio
from portfolio.services.kpi_rollups import request_rollup, touch_everything
from portfolio.services.kpi_standings import lock_standings, refresh_standing
from portfolio.services.kpi_targets import GOAL, require_same_kind, set_target
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = (
    "initiative",
    "portfolio",
    "key",
    "name",
    "definition",
    "why",
    "definition_key",
    "unit",
    "direction",
    "aggregation",
    "frequency",
    "source",
    "owner",
    "owner_role",
)
# What the stored standing of a KPI follows from.
_JUDGED_BY = frozenset({"direction", "aggregation", "frequency"})
TAKEN = {"portfolio_kpi_key": ("key", "There is already a KPI with this key.")}


@transaction.atomic
def create_kpi(*, actor: Actor, **fields: Any) -> Kpi:
    """A new KPI, of an initiative, of a portfolio or of the organization; with its first target where one is given."""
    actor.require("kpi.create")
    lock_standings(actor)
    goal = {name: fields.pop(name) for name in GOAL & fields.keys()}
    kpi = Kpi()
    assign(kpi, fields, editable=EDITABLE)
    _require_writable_place(kpi, actor)
    named_action("kpi.created")
    save_checked(kpi, taken=TAKEN)
    if any(value is not None for value in goal.values()):
        set_target(kpi, actor=actor, reason="First target.", **goal)
    else:
        refresh_standing(kpi.pk, actor=actor)
    return kpi


@transaction.atomic
def change_kpi(kpi: Kpi, *, actor: Actor, **changes: Any) -> Kpi:
    """Change the KPI; another aggregation makes every period anew."""
    actor.require("kpi.change")
    for name in sorted(GOAL & changes.keys()):
        raise InvalidInputError("A target is changed as a record of its own, with a reason.", pointer=name)
    lock_standings(actor)
    locked = lock_permitted(kpi, "change", actor=actor)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    if {"initiative", "portfolio"} & set(changed):
        _require_writable_place(locked, actor)
    if "direction" in changed:
        require_same_kind(locked)
    named_action("kpi.changed")
    save_checked(locked, taken=TAKEN, update_fields=changed)
    if "aggregation" in changed:
        touch_everything(locked.pk, organization_id=actor.organization_id)
        request_rollup(actor=actor)
    if _JUDGED_BY & set(changed):
        refresh_standing(locked.pk, actor=actor)
    return locked


@transaction.atomic
def delete_kpi(kpi: Kpi, *, actor: Actor) -> None:
    """Delete the KPI with its observations and rollups."""
    actor.require("kpi.delete")
    locked = lock_permitted(kpi, "delete", actor=actor)
    named_action("kpi.deleted")
    delete_checked(locked)


def _require_writable_place(kpi: Kpi, actor: Actor) -> None:
    if kpi.initiative_id is not None and kpi.portfolio_id is not None:
        message = "A KPI is of an initiative or of a portfolio, not of both."
        raise InvalidInputError(message, pointer="portfolio")
    if kpi.initiative_id is not None:
        require_writable_initiative(kpi.initiative_id, actor=actor)
    if kpi.portfolio_id is not None:
        require_writable_portfolio(kpi.portfolio_id, actor=actor)
