"""Rules of the roadmap that services and forms share."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.errors import InvalidInputError
from roadmap.calc.capacity import CUSTOM, shares_add_up

MOST_SHARES = 60


def require_schedule(start_on: date | None, end_on: date | None) -> None:
    """Refuse one date without the other, and an end before the start; the error names the field."""
    if (start_on is None) != (end_on is None):
        missing, given = ("start", "end") if start_on is None else ("end", "start")
        raise InvalidInputError(
            f"The {missing} is missing: give it too, or take the {given} away.", pointer=f"{missing}_on"
        )
    if start_on is not None and end_on is not None and end_on < start_on:
        raise InvalidInputError("The end must not lie before the start.", pointer="end_on")


def require_shares(profile: str, shares: Sequence[Decimal]) -> None:
    """Refuse shares that do not add up to 1, and shares for a spread that has its own; names `custom_shares`."""
    if profile != CUSTOM:
        if shares:
            raise InvalidInputError("Shares belong to a spread of your own only.", pointer="custom_shares")
        return
    if not shares:
        raise InvalidInputError("Give the shares of a spread of your own, such as 0.2, 0.8.", pointer="custom_shares")
    if len(shares) > MOST_SHARES:
        raise InvalidInputError(f"Give at most {MOST_SHARES} shares.", pointer="custom_shares")
    if not all(share.is_finite() and 0 <= share <= 1 for share in shares):
        raise InvalidInputError("Every share is a fraction between 0 and 1.", pointer="custom_shares")
    if not shares_add_up([float(share) for share in shares]):
        raise InvalidInputError(f"The shares add up to {sum(shares):f}, not to 1.", pointer="custom_shares")


def require_first_of_month(month: date, pointer: str = "month") -> None:
    """Refuse a day that is not the first of its month."""
    if month.day != 1:
        raise InvalidInputError("Give the first day of the month, such as 2026-03-01.", pointer=pointer)


def require_quarter(quarter: date) -> None:
    """Refuse a day that is not the first of a quarter."""
    if quarter.day != 1 or quarter.month % 3 != 1:
        raise InvalidInputError("Give the first day of a quarter, such as 2026-04-01.", pointer="quarter")


def require_range(low: Decimal, likely: Decimal, high: Decimal) -> None:
    """Refuse amounts that do not rise in this order from zero, or need nothing at all."""
    if not 0 <= low <= likely <= high or high == 0:
        raise InvalidInputError("Low, likely and high must rise in this order from zero.", pointer="likely")
