"""Exchange rates as one reads them: the rate valid on a day, conversion over the pivot, what is missing."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import DomainError
from portfolio.models import ExchangeRate
from tenancy.actor import Actor

ONE = Decimal(1)


class RateMissingError(DomainError):
    """An amount cannot be converted, because no rate of its currency is valid on the day."""

    code = "rate_missing"


@dataclass(frozen=True)
class RateTable:
    """Rates of some currencies to the organization's currency `pivot`, by the days they are valid from."""

    pivot: str
    rates: Mapping[str, Sequence[tuple[date, Decimal]]]

    def find(self, currency: str, on: date) -> Decimal | None:
        """What one unit of the currency is worth in the pivot on the day; None when no rate is valid yet."""
        if currency == self.pivot:
            return ONE
        known = self.rates.get(currency, ())
        index = bisect_right(known, on, key=lambda row: row[0])
        return known[index - 1][1] if index else None

    def require(self, currency: str, on: date) -> Decimal:
        """As `find`; raises RateMissingError that names the currency, the day and the first rate there is."""
        rate = self.find(currency, on)
        if rate is None:
            raise RateMissingError(
                f"There is no exchange rate for {currency} on or before {on}{self._known(currency)}."
            )
        return rate

    def convert(self, amount: Decimal, source: str, target: str, on: date) -> Decimal:
        """The amount in another currency, by way of the pivot and unrounded; raises RateMissingError."""
        if source == target:
            return amount
        return amount * self.require(source, on) / self.require(target, on)

    def _known(self, currency: str) -> str:
        known = self.rates.get(currency)
        return f" (the first is from {known[0][0]})" if known else ""


def rate_table(actor: Actor, currencies: Iterable[str] | None = None) -> RateTable:
    """Every rate to the organization's present currency, or those of some currencies; one query."""
    pivot = actor.organization.currency
    rows = ExchangeRate.objects.filter(pivot_currency=pivot)
    if currencies is not None:
        rows = rows.filter(currency__in=set(currencies))
    rates = defaultdict(list)
    for currency, valid_on, rate in rows.order_by("valid_on").values_list("currency", "valid_on", "rate"):
        rates[currency].append((valid_on, rate))
    return RateTable(pivot, dict(rates))
