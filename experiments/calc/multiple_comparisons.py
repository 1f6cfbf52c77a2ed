"""Adjusting p-values for the number of metrics and arms looked at together."""

from collections.abc import Sequence

from core.calc.checks import finite, finite_sequence, open_fraction
from core.calc.errors import CalculationError
from core.calc.lazy import load_when_used

stats = load_when_used("scipy.stats")


def holm_adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted to keep the family-wise error rate, in the order given.

    Source: Holm (1979), Scandinavian Journal of Statistics 6.
    """
    values = _checked(p_values)
    adjusted = [0.0] * len(values)
    highest = 0.0
    for rank, index in enumerate(_ascending(values)):
        highest = max(highest, min(1.0, (len(values) - rank) * values[index]))
        adjusted[index] = highest
    return tuple(adjusted)


def benjamini_hochberg_adjusted(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted to keep the false discovery rate, in the order given.

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57.
    """
    values = _checked(p_values)
    adjusted = [0.0] * len(values)
    lowest = 1.0
    for rank, index in reversed(list(enumerate(_ascending(values), start=1))):
        lowest = min(lowest, values[index] * len(values) / rank)
        adjusted[index] = lowest
    return tuple(adjusted)


def interval_from_adjusted_p(estimate: float, adjusted_p: float, *, alpha: float = 0.05) -> tuple[float, float] | None:
    """Return the normal interval whose test would give the adjusted p-value.

    An ad hoc widening that keeps interval and verdict in agreement; None for an adjusted p of 0 or 1 or an estimate
    of zero, which imply no standard error. Source: GrowthBook, Multiple testing corrections.
    """
    value, p_value = finite("estimate", estimate), _checked((adjusted_p,))[0]
    if p_value in (0.0, 1.0) or value == 0.0:
        return None
    error = abs(value) / float(stats.norm.isf(p_value / 2.0))
    reach = float(stats.norm.isf(open_fraction("alpha", alpha) / 2.0)) * error
    return value - reach, value + reach


def _ascending(values: Sequence[float]) -> list[int]:
    return sorted(range(len(values)), key=values.__getitem__)


def _checked(p_values: Sequence[float]) -> tuple[float, ...]:
    values = finite_sequence("p_values", p_values)
    if min(values) < 0.0 or max(values) > 1.0:
        raise CalculationError("p-values must lie between 0 and 1.", code="out_of_range", pointer="p_values")
    return values
