"""Rules of experiments that hold wherever the values come from."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.errors import InvalidInputError
from experiments.enums import MetricKind, MetricRole

# Beyond these a double loses the figures that variance is made of.
SMALLEST_SUM, LARGEST_SUM = 1e-12, 1e18
LARGEST_UNITS = 10**12
CLOCK_TOLERANCE = timedelta(minutes=5)
_ROUNDING = 1e-9


def check_aggregate(
    *, kind: str, units: int, conversions: int | None, total: float | None, sum_of_squares: float | None
) -> None:
    """Refuse totals that no data can have; raises InvalidInputError at the offending field."""
    if not 0 <= units <= LARGEST_UNITS:
        raise InvalidInputError(f"Units must lie between 0 and {LARGEST_UNITS:,}.", pointer="units")
    if kind == MetricKind.PROPORTION:
        _refuse_given("proportion", sum=total, sum_of_squares=sum_of_squares)
        _check_conversions(units, conversions)
    else:
        _refuse_given("mean", conversions=conversions)
        _check_sums(units, total, sum_of_squares)


def check_period(as_of: datetime, *, started_on: date | None, now: datetime) -> None:
    """Refuse an aggregate from the future or from before the experiment's first day (UTC)."""
    if as_of > now + CLOCK_TOLERANCE:
        raise InvalidInputError("The time of the aggregate lies in the future.", pointer="as_of")
    if started_on is not None and as_of.date() < started_on:
        raise InvalidInputError(f"The experiment started only on {started_on}.", pointer="as_of")


def missing_for_start(
    *,
    hypothesis: str,
    controls: int,
    treatments: int,
    allocations: Sequence[Decimal],
    roles: Sequence[str],
) -> list[str]:
    """What a plan lacks before it may start, one sentence each; empty when it is complete."""
    missing = []
    if not hypothesis.strip():
        missing.append("Write down the hypothesis.")
    if controls != 1:
        missing.append("Name exactly one variant as the control.")
    if treatments < 1:
        missing.append("Add at least one treatment.")
    total = sum(allocations, Decimal(0))
    if allocations and total != 1:
        missing.append(f"Allocations must add up to 1; they add up to {total.normalize():f}.")
    if any(allocation <= 0 for allocation in allocations):
        missing.append("Give every variant an allocation above 0.")
    if roles.count(MetricRole.PRIMARY) != 1:
        missing.append("Choose exactly one primary metric.")
    if MetricRole.GUARDRAIL not in roles:
        missing.append("Choose at least one guardrail metric.")
    return missing


def _refuse_given(kind: str, **fields: float | None) -> None:
    for name, value in fields.items():
        if value is not None:
            raise InvalidInputError(f"A {kind} has no {name.replace('_', ' ')}.", pointer=name)


def _check_conversions(units: int, conversions: int | None) -> None:
    if conversions is None:
        raise InvalidInputError("A proportion needs its conversions.", pointer="conversions")
    if conversions < 0:
        raise InvalidInputError("Conversions cannot be negative.", pointer="conversions")
    if conversions > units:
        raise InvalidInputError(
            f"There cannot be {conversions:,} conversions of {units:,} units.", pointer="conversions"
        )


def _check_sums(units: int, total: float | None, sum_of_squares: float | None) -> None:
    for name, value, limit in (("sum", total, LARGEST_SUM), ("sum_of_squares", sum_of_squares, LARGEST_SUM**2)):
        if value is None:
            raise InvalidInputError("A mean needs its sum and its sum of squares.", pointer=name)
        if not math.isfinite(value) or abs(value) > limit:
            raise InvalidInputError(f"The {name.replace('_', ' ')} is out of range.", pointer=name)
    if total is None or sum_of_squares is None:
        return
    if 0 < abs(total) < SMALLEST_SUM:
        raise InvalidInputError("The sum is too small to compute with; use a smaller unit.", pointer="sum")
    if units == 0 and (total or sum_of_squares):
        raise InvalidInputError("Without units there is nothing to sum.", pointer="sum")
    # Cauchy and Schwarz: n times the sum of squares is never below the square of the sum.
    if sum_of_squares < 0 or units * sum_of_squares < total**2 * (1 - _ROUNDING):
        raise InvalidInputError("The sum of squares is too small for this sum.", pointer="sum_of_squares")
