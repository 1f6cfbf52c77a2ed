"""Guardrails around budgets: one of the organization, and those of portfolios that differ."""

from typing import Any

from django.db import transaction

from core.errors import NotPermittedError
from portfolio.models import Portfolio, SpendGuardrail
from portfolio.services.access import PORTFOLIO_VIEW_ONLY, lock_permitted
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
    locked = lock_permitted(guardrail, "change", actor=actor)
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        _require_writable(locked, actor)
        named_action("spend_guardrail.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def delete_spend_guardrail(guardrail: SpendGuardrail, *, actor: Actor) -> None:
    """Remove a guardrail; the organization's then counts, or 10%."""
    actor.require("spend_guardrail.delete")
    locked = lock_permitted(guardrail, "delete", actor=actor)
    named_action("spend_guardrail.deleted")
    delete_checked(locked)


def _require_writable(guardrail: SpendGuardrail, actor: Actor) -> None:
    portfolio = guardrail.portfolio_id
    if portfolio and not Portfolio.objects.open_for_writing(actor).filter(pk=portfolio).exists():
        raise NotPermittedError(PORTFOLIO_VIEW_ONLY, pointer="portfolio")
