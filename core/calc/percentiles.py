"""Percentiles of a sample; distributions and simulations live elsewhere."""

from collections.abc import Iterable, Sequence

from core.calc.checks import finite, finite_sequence
from core.calc.errors import CalculationError


def percentiles(values: Iterable[float], percents: Sequence[float]) -> tuple[float, ...]:
    """Return the given percentiles (0 to 100) of a sample, in the order asked for, in the unit of the sample.

    Linear interpolation between order statistics: position h = (n - 1) p / 100, value x[floor h] + (h - floor h) *
    (x[floor h + 1] - x[floor h]); the median of two values is their mean. An empty sample raises, never None.
    Source: Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), type 7, the default of R and NumPy.
    """
    ordered = sorted(finite_sequence("values", values))
    return tuple(_interpolated(ordered, percent) for percent in percents)


def percentile(values: Iterable[float], percent: float) -> float:
    """Return one percentile (0 to 100) of a sample; conventions as in `percentiles`."""
    return percentiles(values, (percent,))[0]


def _interpolated(ordered: Sequence[float], percent: float) -> float:
    share = finite("percent", percent) / 100.0
    if not 0.0 <= share <= 1.0:
        raise CalculationError("percent must lie between 0 and 100.", code="percent_out_of_range", pointer="percent")
    position = (len(ordered) - 1) * share
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    weight = position - below
    # The two-product form cannot overflow where the difference of two huge values would.
    return ordered[below] * (1.0 - weight) + ordered[above] * weight
