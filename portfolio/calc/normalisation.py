"""Makes factors of different scales comparable over one population, and keeps the figures it did it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from core.calc.checks import finite_sequence
from core.calc.errors import CalculationError
from portfolio.calc.ranking import average_ranks

METHODS = ("none", "min_max", "rank", "z")


@dataclass(frozen=True)
class Bounds:
    """What a population's values of one factor were: enough to normalise by anything but rank again."""

    count: int
    lowest: float
    highest: float
    mean: float
    deviation: float


def bounds_of(values: Sequence[float]) -> Bounds:
    """Lowest, highest, mean and population standard deviation of at least one value."""
    checked = finite_sequence("values", values)
    return Bounds(len(checked), min(checked), max(checked), fmean(checked), pstdev(checked))


def normalised(values: Sequence[float | None], method: str, *, is_lower_better: bool = False) -> list[float | None]:
    """Values of one factor over the population, made comparable and turned so that more is better.

    `none` leaves them as they are (negated when lower is better); `min_max` is (x - lowest) / (highest - lowest);
    `rank` is (average rank - 1) / (count - 1); `z` is (x - mean) / population standard deviation. Where all values
    are equal there is nothing to tell apart: min_max and rank give 0.5, z gives 0. None stays None.
    """
    if method not in METHODS:
        raise CalculationError(f"{method} is no way to normalise.", code="unknown_method", pointer="normalisation")
    known = [value for value in values if value is not None]
    if not known:
        return [None for _ in values]
    numbers = iter(_turned(_transformed(finite_sequence("values", known), method), method, is_lower_better))
    return [None if value is None else next(numbers) for value in values]


def _transformed(values: Sequence[float], method: str) -> list[float]:
    bounds = bounds_of(values)
    width = bounds.highest - bounds.lowest
    if method == "min_max":
        return [(value - bounds.lowest) / width if width else 0.5 for value in values]
    if method == "rank":
        last = len(values) - 1
        return [(rank - 1) / last if width else 0.5 for rank in average_ranks(values)]
    if method == "z":
        return [(value - bounds.mean) / bounds.deviation if width else 0.0 for value in values]
    return list(values)


def _turned(values: list[float], method: str, is_lower_better: bool) -> list[float]:
    if not is_lower_better:
        return values
    return [1.0 - value if method in ("min_max", "rank") else -value for value in values]
