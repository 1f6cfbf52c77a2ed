"""Exchange rates: enter, change, remove and load them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from portfolio.models import ExchangeRate
from portfolio.services.usage_touching import touch_days_of_currency
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"currency", "valid_on", "rate", "source"})
TAKEN = {
    "portfolio_exchangerate_valid_on": (
        "valid_on",
        "There is already a rate of this currency from this day; change it.",
    )
}


@dataclass(frozen=True)
class RateInput:
    """One rate as a list of rates gives it."""

    currency: str
    valid_on: date
    rate: Decimal
    source: str = ""


@transaction.atomic
def create_exchange_rate(*, actor: Actor, **fields: Any) -> ExchangeRate:
    """A rate to the organization's currency from a day on."""
    actor.require("exchange_rate.create")
    rate = ExchangeRate(pivot_currency=actor.organization.currency)
    assign(rate, fields, editable=EDITABLE)
    named_action("exchange_rate.created")
    save_checked(rate, taken=TAKEN)
    touch_days_of_currency(rate.currency, since=rate.valid_on, actor=actor)
    return rate


@transaction.atomic
def change_exchange_rate(rate: ExchangeRate, /, *, actor: Actor, **changes: Any) -> ExchangeRate:
    """Correct a rate; costs of the days it is or was valid on are computed again."""
    actor.require("exchange_rate.change")
    locked = ExchangeRate.objects.for_update().get(pk=rate.pk)
    before = (locked.currency, locked.valid_on)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    named_action("exchange_rate.changed")
    save_checked(locked, taken=TAKEN, update_fields=changed)
    for currency, since in {before, (locked.currency, locked.valid_on)}:
        touch_days_of_currency(currency, since=since, actor=actor)
    return locked


@transaction.atomic
def delete_exchange_rate(rate: ExchangeRate, *, actor: Actor) -> None:
    """Remove a rate; until the next one the rate before it counts again, or none."""
    actor.require("exchange_rate.delete")
    locked = ExchangeRate.objects.for_update().get(pk=rate.pk)
    currency, since = locked.currency, locked.valid_on
    named_action("exchange_rate.deleted")
    delete_checked(locked)
    touch_days_of_currency(currency, since=since, actor=actor)


@transaction.atomic
def load_exchange_rates(rows: Sequence[RateInput], *, actor: Actor) -> int:
    """Store all rates of a list or, on the first refusal, none; known ones are corrected. Returns how many differed."""
    actor.require("exchange_rate.create")
    pivot = actor.organization.currency
    named_action("exchange_rate.loaded")
    known = {
        (rate.currency, rate.valid_on): rate
        for rate in ExchangeRate.objects.for_update().filter(
            pivot_currency=pivot, currency__in={row.currency for row in rows}
        )
    }
    changed: dict[str, date] = {}
    for row in rows:
        rate = known.get((row.currency, row.valid_on)) or ExchangeRate(
            currency=row.currency, valid_on=row.valid_on, pivot_currency=pivot
        )
        if assign(rate, {"rate": row.rate, "source": row.source}, editable=EDITABLE):
            save_checked(rate, taken=TAKEN)
            known[row.currency, row.valid_on] = rate
            changed[row.currency] = min(row.valid_on, changed.get(row.currency, row.valid_on))
    for currency, since in changed.items():
        touch_days_of_currency(currency, since=since, actor=actor)
    return len(changed)
