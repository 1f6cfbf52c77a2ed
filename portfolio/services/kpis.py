"""KPIs: create, change, delete."""

from typing import Any
from uuid import UUID

from django.db import transaction

from core.errors import InvalidInputError, NotPermittedError
from portfolio.models import Initiative, Kpi, Portfolio
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
    locked = _locked(kpi, actor, "change")
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
    locked = _locked(kpi, actor, "delete")
    named_action("kpi.deleted")
    delete_checked(locked)


def _locked(kpi: Kpi, actor: Actor, verb: str) -> Kpi:
    found = Kpi.objects.permitted(actor, verb).for_update().filter(pk=kpi.pk).first()
    if found is None:
        raise NotPermittedError("Its portfolio is shared with you to view only.")
    return found


def _require_writable_place(kpi: Kpi, actor: Actor) -> None:
    if kpi.initiative_id is not None and kpi.portfolio_id is not None:
        message = "A KPI is of an initiative or of a portfolio, not of both."
        raise InvalidInputError(message, pointer="portfolio")
    if kpi.initiative_id is not None:
        initiative = Initiative.objects.permitted(actor).filter(pk=kpi.initiative_id).first()
        _require_writable(initiative.portfolio_id if initiative else None, "initiative", actor)
    if kpi.portfolio_id is not None:
        portfolio = Portfolio.objects.permitted(actor).filter(pk=kpi.portfolio_id).first()
        _require_writable(portfolio.pk if portfolio else None, "portfolio", actor)


def _require_writable(portfolio_id: UUID | None, pointer: str, actor: Actor) -> None:
    """None stands for a place the actor does not see."""
    if portfolio_id is None:
        raise InvalidInputError("There is no such record in this organization.", pointer=pointer)
    if not Portfolio.objects.open_for_writing(actor).filter(pk=portfolio_id).exists():
        raise NotPermittedError("Its portfolio is shared with you to view only.", pointer=pointer)
