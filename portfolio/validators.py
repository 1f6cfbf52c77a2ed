"""Rules of the portfolio that services, forms and serializers share."""

from datetime import date
from decimal import Decimal

from core.errors import InvalidInputError
from portfolio.enums import InitiativeLevel

# Programs hold initiatives, initiatives hold features; a level may also hold its own kind.
_RANKS = {level: rank for rank, level in enumerate((*InitiativeLevel,))}
MAX_DEPTH = 50
LAST_YEAR = 9998
MAX_AMOUNT = Decimal("9999999999999999.99")
CENT = Decimal("0.01")


def require_date_order(start_on: date | None, end_on: date | None) -> None:
    """Refuse an end before its start; either may be unknown."""
    if start_on and end_on and end_on < start_on:
        raise InvalidInputError("The end must not lie before the start.", pointer="end_on")


def require_nesting(*, parent_level: str, child_level: str, pointer: str = "parent") -> None:
    """Refuse a child that stands above its parent, such as a program below a feature."""
    if _RANKS[InitiativeLevel(child_level)] < _RANKS[InitiativeLevel(parent_level)]:
        parent, child = InitiativeLevel(parent_level).label.lower(), InitiativeLevel(child_level).label.lower()
        article = "An" if parent[0] in "aeiou" else "A"
        below = "an" if child[0] in "aeiou" else "a"
        raise InvalidInputError(f"{article} {parent} cannot hold {below} {child}.", pointer=pointer)


def first_of_month(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months after the month of `month`."""
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)


def require_calendar(start_month: date, horizon_months: int) -> None:
    """Refuse a horizon that ends after the last year a date can have."""
    if (start_month.year - 1) * 12 + start_month.month + horizon_months > LAST_YEAR * 12:
        raise InvalidInputError(f"The horizon must end before the year {LAST_YEAR + 1}.", pointer="horizon_months")


def checked_amount(amount: Decimal, pointer: str) -> Decimal:
    """The amount in cents; refuses what is no positive amount of money or has fractions of a cent."""
    if not amount.is_finite() or amount < 0:
        message = "An amount must not be negative; the side says whether it is paid or gained."
        raise InvalidInputError(message, pointer=pointer)
    if amount > MAX_AMOUNT:
        raise InvalidInputError(f"An amount is at most {MAX_AMOUNT}.", pointer=pointer)
    if amount != amount.quantize(CENT):
        raise InvalidInputError("An amount has at most two decimal places.", pointer=pointer)
    return amount.quantize(CENT)


def months_between(first: date, last: date) -> int:
    """Whole calendar months from one month to another; negative when `last` is earlier."""
    return (last.year - first.year) * 12 + last.month - first.month
