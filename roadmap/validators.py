"""Rules of the roadmap that services and forms share."""

from datetime import date

from core.errors import InvalidInputError


def require_schedule(start_on: date | None, end_on: date | None) -> None:
    """Refuse one date without the other, and an end before the start; the error names the field."""
    if (start_on is None) != (end_on is None):
        missing, given = ("start", "end") if start_on is None else ("end", "start")
        raise InvalidInputError(
            f"The {missing} is missing: give it too, or take the {given} away.", pointer=f"{missing}_on"
        )
    if start_on is not None and end_on is not None and end_on < start_on:
        raise InvalidInputError("The end must not lie before the start.", pointer="end_on")
