"""The days the platform knows: what lies outside is a slip of the hand, and arithmetic with it leaves the calendar."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date

from core.errors import InvalidInputError

EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2199, 12, 31)


def require_known_day(day: date) -> None:
    """Refuse a day outside the calendar; raises ValidationError, as fields of forms and serializers expect."""
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise ValidationError(
            f"This day lies outside the calendar, which runs from {EARLIEST_DAY.year} to {LATEST_DAY.year}.",
            code="outside_calendar",
        )


def day_or_none(text: str | None) -> date | None:
    """The day a query string asks for; what is none counts as not given."""
    try:
        return parse_date(text or "")
    except ValueError:
        return None


def written_day(text: str, *, pointer: str) -> date:
    """The known day a cell of a file holds as YYYY-MM-DD; raises InvalidInputError at the pointer for all else."""
    try:
        day = date.fromisoformat(text.strip())
        require_known_day(day)
    except ValueError:
        raise InvalidInputError("Give a day as YYYY-MM-DD.", pointer=pointer) from None
    except ValidationError as error:
        raise InvalidInputError(str(error.message), pointer=pointer) from None
    return day
