"""Whether a measured value meets a criterion, and what several criteria come to together."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from operator import ge, gt, le, lt

_COMPARISONS = {"at_least": ge, "at_most": le, "above": gt, "below": lt}

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"


def meets(value: Decimal, comparator: str, threshold: Decimal) -> bool:
    """Whether `value` stands to `threshold` as the comparator says; raises KeyError for an unknown comparator."""
    return bool(_COMPARISONS[comparator](value, threshold))


def is_fresh(measured_on: date, *, as_of: date, max_age_days: int) -> bool:
    """Whether a measurement is at most `max_age_days` days old; one from the future is not."""
    return 0 <= (as_of - measured_on).days <= max_age_days


def combined(outcomes: Iterable[str]) -> str:
    """The outcome of all blocking criteria: fail before unknown before pass; pass when there is none."""
    seen = set(outcomes)
    return next((outcome for outcome in (FAIL, UNKNOWN) if outcome in seen), PASS)
