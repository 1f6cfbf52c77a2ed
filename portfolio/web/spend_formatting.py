"""How unit costs and prices are shown: with as many digits as small amounts need."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html

from core.web.formatting import money, number
from portfolio.enums import SpendStatus
from portfolio.models import ModelPrice, UnitCostMonth

SPEND_TONES = {
    SpendStatus.WITHIN: "success",
    SpendStatus.OVER: "danger",
    SpendStatus.UNDER: "warning",
    SpendStatus.UNKNOWN: "neutral",
}
_MOST_DECIMALS = 8


def unit_cost(value: Decimal | None, currency: str) -> str:
    """A cost of one unit: two decimals from 1 on, three significant digits below; None is unknown."""
    decimals = None if not value or abs(value) >= 1 else min(2 - value.adjusted(), _MOST_DECIMALS)
    return money(value, currency, decimals=decimals)


def price_amount(price: ModelPrice) -> str:
    """The amount with as many decimals as it has, two at least."""
    exponent = price.amount.normalize().as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    return money(price.amount, price.currency, decimals=decimals)


def price_text(price: ModelPrice) -> str:
    """`$3.00 per 1,000,000`."""
    return format_html("{} per {}", price_amount(price), number(price.unit_quantity))


@dataclass(frozen=True)
class ShownMonth:
    """A month with its unit costs as text."""

    month: UnitCostMonth
    per_user: str
    per_request: str
    per_actions: str


def shown_month(month: UnitCostMonth) -> ShownMonth:
    """The month for a template."""
    return ShownMonth(
        month,
        unit_cost(month.cost_per_active_user, month.currency),
        unit_cost(month.cost_per_request, month.currency),
        unit_cost(month.cost_per_thousand_actions, month.currency),
    )
