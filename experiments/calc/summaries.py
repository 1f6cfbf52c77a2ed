"""What one arm of an experiment is reduced to before it is compared: units, mean and variance of a metric."""

import math
from dataclasses import dataclass

from core.calc.checks import finite
from core.calc.errors import CalculationError


@dataclass(frozen=True)
class SampleSummary:
    """One metric in one arm. `units` are randomisation units, `variance` is that of a single unit's contribution.

    The variance of rounded or inconsistent sums may come out at or below zero; comparisons then say so.
    """

    units: int
    mean: float
    variance: float


def proportion_summary(units: int, successes: float) -> SampleSummary:
    """Summarise a conversion: mean p = successes / units, variance p (1 - p) without the n - 1 correction.

    Source: GrowthBook, Statistical Details (proportion metrics).
    """
    count, hits = _units(units), finite("successes", successes)
    if not 0.0 <= hits <= count:
        message = "successes must lie between 0 and the number of units."
        raise CalculationError(message, code="out_of_range", pointer="successes")
    share = hits / count
    return SampleSummary(count, share, share * (1.0 - share))


def mean_summary(units: int, mean: float, variance: float) -> SampleSummary:
    """Summarise a metric whose mean and sample variance (n - 1) are known."""
    return SampleSummary(_units(units), finite("mean", mean), finite("variance", variance))


def mean_summary_from_sums(units: int, total: float, sum_of_squares: float) -> SampleSummary:
    """Summarise a metric from its sum and sum of squares: variance (sum of squares - sum ** 2 / n) / (n - 1).

    A single unit has no variance and gets 0. Source: Welford's textbook form, see NIST/SEMATECH e-Handbook 1.3.5.6.
    """
    count = _units(units)
    mean = finite("total", total) / count
    variance = _comoment(count, total, total, finite("sum_of_squares", sum_of_squares))
    return SampleSummary(count, mean, variance)


def ratio_summary(
    units: int,
    *,
    numerator: tuple[float, float],
    denominator: tuple[float, float],
    sum_of_products: float,
) -> SampleSummary:
    """Summarise a ratio of two per-unit totals (revenue per order) by the delta method.

    `numerator` and `denominator` are (sum, sum of squares) over the units, `sum_of_products` the sum of numerator
    times denominator. Mean M / D; variance (var M - 2 (M / D) cov + (M / D) ** 2 var D) / D ** 2 with M, D the means.
    A denominator that adds up to zero raises. Source: Deng, Knoblich and Lu, Applying the Delta Method in Metric
    Analytics (KDD 2018).
    """
    count = _units(units)
    top, bottom = (finite("numerator", numerator[0]), finite("denominator", denominator[0]))
    if bottom == 0.0:
        raise CalculationError("The denominator adds up to zero.", code="no_denominator", pointer="denominator")
    ratio = top / bottom
    variance_top = _comoment(count, top, top, finite("numerator", numerator[1]))
    variance_bottom = _comoment(count, bottom, bottom, finite("denominator", denominator[1]))
    covariance = _comoment(count, top, bottom, finite("sum_of_products", sum_of_products))
    spread = math.fsum((variance_top, -2.0 * ratio * covariance, ratio**2 * variance_bottom))
    return SampleSummary(count, ratio, spread / (bottom / count) ** 2)


def _comoment(units: int, first: float, second: float, sum_of_products: float) -> float:
    return (sum_of_products - first * second / units) / (units - 1) if units > 1 else 0.0


def _units(units: int) -> int:
    count = finite("units", units)
    if count < 1.0 or count != int(count):
        raise CalculationError("units must be a whole number above zero.", code="too_few_units", pointer="units")
    return int(count)
