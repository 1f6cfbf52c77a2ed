"""Input checks shared by calc modules: each returns the checked value as plain floats or raises CalculationError."""

import math
from collections.abc import Iterable, Sequence
from typing import SupportsFloat

from core.calc.errors import CalculationError


def finite(name: str, value: SupportsFloat) -> float:
    """Return `value` as a float; refuse NaN and infinity, booleans and anything that is not a number."""
    if isinstance(value, bool | str | bytes) or not isinstance(value, SupportsFloat):
        raise CalculationError(f"{name} must be a number.", code="not_a_number", pointer=name)
    try:
        number = float(value)
    except OverflowError as error:
        raise CalculationError(f"{name} is too large to compute with.", code="not_finite", pointer=name) from error
    if not math.isfinite(number):
        raise CalculationError(f"{name} must be a finite number.", code="not_finite", pointer=name)
    return number


def finite_sequence(name: str, values: Iterable[SupportsFloat], *, min_length: int = 1) -> tuple[float, ...]:
    """Return `values` as a tuple of floats; refuse fewer than `min_length` of them and any that is not finite."""
    checked = tuple(finite(name, value) for value in values)
    if len(checked) < min_length:
        raise CalculationError(f"{name} needs at least {min_length} value(s).", code="too_few_values", pointer=name)
    return checked


def same_length(first_name: str, first: Sequence[object], second_name: str, second: Sequence[object]) -> None:
    """Refuse two sequences of different lengths."""
    if len(first) != len(second):
        message = f"{first_name} has {len(first)} values, but {second_name} has {len(second)}."
        raise CalculationError(message, code="length_mismatch", pointer=second_name)


def rate_above_minus_one(name: str, rate: SupportsFloat) -> float:
    """Return a rate as a float; refuse -100% and below, where discounting divides by zero or changes sign."""
    checked = finite(name, rate)
    if checked <= -1.0:
        raise CalculationError(f"{name} must be greater than -1.", code="rate_out_of_range", pointer=name)
    return checked


def positive(name: str, value: SupportsFloat) -> float:
    """Return a number greater than zero as a float."""
    checked = finite(name, value)
    if checked <= 0.0:
        raise CalculationError(f"{name} must be greater than zero.", code="not_positive", pointer=name)
    return checked


def open_fraction(name: str, value: SupportsFloat) -> float:
    """Return a number strictly between 0 and 1 as a float (significance levels, power, baseline rates)."""
    checked = finite(name, value)
    if not 0.0 < checked < 1.0:
        raise CalculationError(f"{name} must lie between 0 and 1.", code="not_a_fraction", pointer=name)
    return checked
