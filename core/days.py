"""The days the platform knows: what lies outside is a slip of the hand, and arithmetic with it leaves the calendar."""

from datetime import date

from django.core.exceptions import ValidationError

EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2199, 12, 31)


def require_known_day(day: date) -> None:
    """Refuse a day outside the calendar; raises ValidationError, as fields of forms and serializers expect."""
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise ValidationError(
            f"This day lies outside the calendar, which runs from {EARLIEST_DAY.year} to {LATEST_DAY.year}.",
            code="outside_calendar",
        )
