"""Guardrails around budgets: one of the organization, and those of portfolios that differ."""

from typing import Any

from django.db import transaction

from core.errors import NotPermittedError
from portfolio.models import Portfolio, SpendGuardrail
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"portfolio", "threshold"})
TAKEN = {"portfolio_spendguardrail_portfolio": ("portfolio", "There is already a guardrail for this; change it.")}


@transaction.atomic
def create_spend_guardrail(*, actor: Actor, **fields: Any) -> SpendGuardrail:
    """A guardrail of a portfolio, or without one of the organization."""
    actor.require("spend_guardrail.create")
    guardrail = SpendGuardrail()
    assign(guardrail, fields, editable=EDITABLE)
    _require_writable(guardrail, actor)
    named_action("spend_guardrail.created")
    return save_checked(guardrail, taken=TAKEN)


@transaction.atomic
def change_spend_guardrail(guardrail: SpendGuardrail, /, *, actor: Actor, **changes: Any) -> SpendGuardrail:
    """Change what it is for or how wide it is."""
    actor.require("spend_guardrail.change")
    locked = _locked(guardrail, actor, "change")
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        _require_writable(locked, actor)
        named_action("spend_guardrail.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def delete_spend_guardrail(guardrail: SpendGuardrail, *, actor: Actor) -> None:
    """Remove a guardrail; the organization's then counts, or 10 %."""
    actor.require("spend_guardrail.delete")
    locked = _locked(guardrail, actor, "delete")
    named_action("spend_guardrail.deleted")
    delete_checked(locked)


def _locked(guardrail: SpendGuardrail, actor: Actor, verb: str) -> SpendGuardrail:
    found = SpendGuardrail.objects.permitted(actor, verb).for_update().filter(pk=guardrail.pk).first()
    if found is None:
        raise NotPermittedError("Its portfolio is shared with you to view only.")
    locked: SpendGuardrail = found
    return locked


def _require_writable(guardrail: SpendGuardrail, actor: Actor) -> None:
    portfolio = guardrail.portfolio_id
    if portfolio and not Portfolio.objects.open_for_writing(actor).filter(pk=portfolio).exists():
        raise NotPermittedError("This portfolio is shared with you to view only.", pointer="portfolio")
