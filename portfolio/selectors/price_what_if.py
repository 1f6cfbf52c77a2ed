"""What a month would cost if a price changed tomorrow, on the use of the last days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Sum

from portfolio.calc.savings import DAYS_A_MONTH
from portfolio.enums import PriceKind
from portfolio.models import ModelPrice, PricedModel, UsageRecord
from portfolio.selectors.exchange_rates import RateTable, rate_table
from portfolio.validators import CENT
from tenancy.actor import Actor

MAX_DAYS = 366
_COLUMNS = {
    PriceKind.INPUT: ("input_tokens", False),
    PriceKind.BATCH_INPUT: ("input_tokens", True),
    PriceKind.CACHED_INPUT: ("cached_input_tokens", None),
    PriceKind.OUTPUT: ("output_tokens", False),
    PriceKind.BATCH_OUTPUT: ("output_tokens", True),
    PriceKind.IMAGE: ("images", None),
    PriceKind.GPU_HOUR: ("gpu_hours", None),
}


@dataclass(frozen=True)
class NewPrice:
    """A price as it may become."""

    kind: str
    amount: Decimal
    currency: str
    unit_quantity: Decimal = Decimal(1_000_000)


@dataclass(frozen=True)
class InitiativeEffect:
    """Use a month and what it costs before and after; None where a price or a rate is missing."""

    initiative_id: UUID
    initiative: str
    quantity: Decimal
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class PriceEffect:
    """Cost a month in `currency`, in total and by initiative, dearest first; `reasons` say what is unknown and why."""

    currency: str
    days: int
    before: Decimal | None
    after: Decimal | None
    reasons: Sequence[str]
    initiatives: Sequence[InitiativeEffect]

    @property
    def difference(self) -> Decimal | None:
        """What a month would cost more; negative when it becomes cheaper."""
        return None if self.before is None or self.after is None else self.after - self.before


def effect_of_price(model: PricedModel, new: NewPrice, *, days: int, today: date, actor: Actor) -> PriceEffect:
    """Use of the last whole `days` before today, made a month of 30.44 days, at today's price and at the new one."""
    current = price_on(model, new.kind, today)
    table = rate_table(actor, {new.currency, current.currency if current else new.currency})
    reasons: list[str] = []
    old_unit = None
    if current is None:
        reasons.append(f"No price of {model} for {PriceKind(new.kind).label.lower()} is valid today.")
    else:
        old_unit = _unit_cost(current.amount, current.unit_quantity, current.currency, today, table, reasons)
    new_unit = _unit_cost(new.amount, new.unit_quantity, new.currency, today, table, reasons)
    rows = [
        InitiativeEffect(
            initiative_id=pk,
            initiative=f"{key} {title}",
            quantity=round(quantity * DAYS_A_MONTH / days, 4),
            before=_monthly(quantity, old_unit, days),
            after=_monthly(quantity, new_unit, days),
        )
        for pk, key, title, quantity in _use(model, new.kind, days, today, actor)
    ]
    total = sum((row.quantity for row in rows), Decimal(0))
    return PriceEffect(
        currency=table.pivot,
        days=days,
        before=None if old_unit is None else (total * old_unit).quantize(CENT),
        after=None if new_unit is None else (total * new_unit).quantize(CENT),
        reasons=reasons,
        initiatives=rows,
    )


def price_on(model: PricedModel, kind: str, day: date) -> ModelPrice | None:
    """The price valid on the day; None before the first one and after an offer has ended."""
    prices = ModelPrice.objects.filter(priced_model=model, kind=kind, valid_from__lte=day)
    newest = prices.order_by("-valid_from").first()
    if newest is None or (newest.valid_until is not None and newest.valid_until < day):
        return None
    return newest


def _use(model: PricedModel, kind: str, days: int, today: date, actor: Actor) -> list[tuple[UUID, str, str, Decimal]]:
    column, is_batch = _COLUMNS[PriceKind(kind)]
    rows = UsageRecord.objects.permitted(actor).filter(
        priced_model=model, used_on__gte=today - timedelta(days=days), used_on__lt=today
    )
    if is_batch is not None:
        rows = rows.filter(is_batch=is_batch)
    summed = (
        rows.order_by()
        .values(pk=F("initiative_id"), key=F("initiative__key"), title=F("initiative__title"))
        .annotate(quantity=Sum(column))
        .filter(quantity__gt=0)
        .order_by("-quantity", "key")
    )
    return [(row["pk"], row["key"], row["title"], Decimal(row["quantity"])) for row in summed]


def _unit_cost(
    amount: Decimal, quantity: Decimal, currency: str, today: date, table: RateTable, reasons: list[str]
) -> Decimal | None:
    rate = table.find(currency, today)
    if rate is None:
        reason = f"There is no exchange rate for {currency} on or before {today}."
        if reason not in reasons:
            reasons.append(reason)
        return None
    return amount / quantity * rate


def _monthly(quantity: Decimal, unit_cost: Decimal | None, days: int) -> Decimal | None:
    return None if unit_cost is None else (quantity * DAYS_A_MONTH / days * unit_cost).quantize(CENT)
