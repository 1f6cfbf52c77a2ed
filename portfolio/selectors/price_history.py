"""A model's prices by kind: which is valid today, how they changed, and the steps for a chart."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portfolio.enums import PriceKind
from portfolio.models import ModelPrice, PricedModel
from tenancy.actor import Actor

WEEKS_SHOWN = 104


@dataclass(frozen=True)
class KindHistory:
    """One kind's prices, newest first, the one valid today (None without), and its price by week for a chart.

    The chart has no values (`series` is empty) when prices are in several currencies or for several
    quantities, because one axis cannot show them.
    """

    kind: PriceKind
    prices: Sequence[ModelPrice]
    current: ModelPrice | None
    unit: str
    series: list[tuple[str, list[tuple[str, Decimal | None]]]]


def histories(model: PricedModel, *, actor: Actor, today: date) -> list[KindHistory]:
    """Every kind that has a price, in the order of the price list; one query."""
    rows = ModelPrice.objects.permitted(actor).filter(priced_model=model).order_by("-valid_from")
    grouped: dict[str, list[ModelPrice]] = defaultdict(list)
    for price in rows:
        price.priced_model = model
        grouped[price.kind].append(price)
    return [_history(kind, grouped[kind], today) for kind in PriceKind if kind in grouped]


def valid_on(prices: Sequence[ModelPrice], day: date) -> ModelPrice | None:
    """Of one kind's prices, newest first, the one valid on the day."""
    begun = next((price for price in prices if price.valid_from <= day), None)
    if begun is None or (begun.valid_until is not None and begun.valid_until < day):
        return None
    return begun


def _history(kind: PriceKind, prices: list[ModelPrice], today: date) -> KindHistory:
    units = {(price.currency, price.unit_quantity) for price in prices}
    series, unit = [], ""
    if len(units) == 1:
        currency, quantity = units.pop()
        unit = f"{currency} per {quantity.normalize():,f}"
        days = [today - timedelta(weeks=weeks) for weeks in range(WEEKS_SHOWN, -1, -1)]
        points = [(f"{day:%d %b %y}", _amount(valid_on(prices, day))) for day in days]
        series = [(kind.label, points)]
    return KindHistory(kind, prices, valid_on(prices, today), unit, series)


def _amount(price: ModelPrice | None) -> Decimal | None:
    return None if price is None else price.amount
