"""The price book: enter, change, remove and load prices; on any day at most one price of a kind is valid."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from core.errors import InvalidInputError
from core.ids import uuid7
from portfolio.models import ModelPrice, PricedModel
from portfolio.services.usage_touching import touch_days_of_model
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"kind", "valid_from", "valid_until", "unit_quantity", "amount", "currency", "source"})
TAKEN = {
    "portfolio_modelprice_valid_from": (
        "valid_from",
        "There is already a price of this kind from this day; change it or give another day.",
    )
}
MAX_NAMES = {"provider": 80, "model": 120}
_ADD_MODELS = """
INSERT INTO portfolio_pricedmodel (id, organization_id, created_at, updated_at, version, provider, name)
SELECT id, %(organization)s, now(), now(), 1, provider, name
FROM unnest(%(ids)s::uuid[], %(providers)s::text[], %(names)s::text[]) AS m (id, provider, name)
ON CONFLICT DO NOTHING
"""


class PriceOverlapError(InvalidInputError):
    """Two prices of one kind would be valid on the same day."""

    code = "price_overlap"
    status = 409


@dataclass(frozen=True)
class PriceInput:
    """One price as a price list gives it; `amount` in `currency` for `unit_quantity` units."""

    provider: str
    model: str
    kind: str
    valid_from: date
    amount: Decimal
    currency: str
    unit_quantity: Decimal = Decimal(1_000_000)
    valid_until: date | None = None
    source: str = ""


def spelled(text: str) -> str:
    """A name without the spaces around it and with single ones inside."""
    return " ".join(text.split())


def named_models(names: Iterable[tuple[str, str]], *, actor: Actor) -> dict[tuple[str, str], UUID]:
    """Ids of models by (provider, name) in capitals; those nobody named before are added.

    Names differ only by more than capitals and spaces, so that one model cannot have two histories.
    """
    wanted = {(provider.upper(), name.upper()): (provider, name) for provider, name in names}
    known = _known_models()
    missing = [wanted[key] for key in sorted(wanted) if key not in known]
    if missing:
        arguments: dict[str, Any] = {
            "organization": actor.organization_id,
            "ids": [uuid7() for _ in missing],
            "providers": [provider for provider, _ in missing],
            "names": [name for _, name in missing],
        }
        with connection.cursor() as cursor:
            cursor.execute(_ADD_MODELS, arguments)
        known = _known_models()
    return {key: known[key] for key in wanted}


def _known_models() -> dict[tuple[str, str], UUID]:
    rows = PricedModel.objects.values_list("provider", "name", "pk")
    return {(provider.upper(), name.upper()): pk for provider, name, pk in rows}


@transaction.atomic
def create_model_price(*, provider: str, model: str, actor: Actor, **fields: Any) -> ModelPrice:
    """A price of a model from a day on; raises PriceOverlapError when another one covers the same days."""
    actor.require("model_price.create")
    named_action("model_price.created")
    price = ModelPrice(priced_model=_model_named(provider, model, actor))
    assign(price, fields, editable=EDITABLE)
    _require_unambiguous(price)
    save_checked(price, taken=TAKEN)
    touch_days_of_model(price.priced_model_id, price.kind, since=price.valid_from, actor=actor)
    return price


@transaction.atomic
def change_model_price(price: ModelPrice, *, actor: Actor, **changes: Any) -> ModelPrice:
    """Correct a price; the model stays. Costs of the days it is or was valid on are computed again."""
    actor.require("model_price.change")
    PricedModel.objects.for_update().get(pk=price.priced_model_id)
    locked = ModelPrice.objects.for_update().get(pk=price.pk)
    before = (locked.kind, locked.valid_from)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    _require_unambiguous(locked)
    named_action("model_price.changed")
    save_checked(locked, taken=TAKEN, update_fields=changed)
    for kind, since in sorted({before, (locked.kind, locked.valid_from)}):
        touch_days_of_model(locked.priced_model_id, kind, since=since, actor=actor)
    return locked


@transaction.atomic
def delete_model_price(price: ModelPrice, *, actor: Actor) -> None:
    """Remove a price; the one before it is then valid longer, unless its offer has ended."""
    actor.require("model_price.delete")
    locked = ModelPrice.objects.for_update().get(pk=price.pk)
    model_id, kind, since = locked.priced_model_id, locked.kind, locked.valid_from
    named_action("model_price.deleted")
    delete_checked(locked)
    touch_days_of_model(model_id, kind, since=since, actor=actor)


@transaction.atomic
def load_model_prices(rows: Sequence[PriceInput], *, actor: Actor) -> int:
    """Store the prices of a list, each refused by itself through InvalidInputError; returns how many were new.

    A price that is there already with the same figures is passed over; with other figures it is refused,
    because a list that says something else than the book is to be looked at. All rows or none.
    """
    created = 0
    for row in rows:
        fields = asdict(row)
        provider, model = fields.pop("provider"), fields.pop("model")
        if not _is_known(row, actor):
            create_model_price(provider=provider, model=model, actor=actor, **fields)
            created += 1
    return created


def _is_known(row: PriceInput, actor: Actor) -> bool:
    actor.require("model_price.create")
    return ModelPrice.objects.filter(
        priced_model__provider__iexact=spelled(row.provider),
        priced_model__name__iexact=spelled(row.model),
        kind=row.kind,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        amount=row.amount,
        unit_quantity=row.unit_quantity,
        currency=row.currency,
    ).exists()


def _model_named(provider: str, model: str, actor: Actor) -> PricedModel:
    """The model, locked, so that two prices of it are checked one after the other."""
    provider, model = spelled(provider), spelled(model)
    for pointer, text in (("provider", provider), ("model", model)):
        if not text or len(text) > MAX_NAMES[pointer]:
            raise InvalidInputError(f"Give a name of at most {MAX_NAMES[pointer]} characters.", pointer=pointer)
    found = named_models([(provider, model)], actor=actor)
    return PricedModel.objects.for_update().get(pk=next(iter(found.values())))


def _require_unambiguous(price: ModelPrice) -> None:
    """Refuse a price whose stated end reaches into a later one, or whose start lies within an offer that ends later."""
    others = ModelPrice.objects.filter(priced_model=price.priced_model_id, kind=price.kind).exclude(pk=price.pk)
    before = others.filter(valid_from__lt=price.valid_from, valid_until__gte=price.valid_from).first()
    if before is not None:
        message = f"Another price of this kind is valid from {before.valid_from} through {before.valid_until}."
        raise PriceOverlapError(message, pointer="valid_from")
    if price.valid_until is None:
        return
    inside = Q(valid_from__gt=price.valid_from, valid_from__lte=price.valid_until)
    after = others.filter(inside).order_by("valid_from").first()
    if after is not None:
        message = f"A later price of this kind begins on {after.valid_from}, before this one ends."
        raise PriceOverlapError(message, pointer="valid_until")
