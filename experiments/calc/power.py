"""Sample size, power and minimum detectable effect of fixed-horizon tests, and what a significant result is worth.

Two arms of equal size; tests are two-sided at level `alpha`. Lifts and rates are fractions.
"""

import math
from typing import Literal

from core.calc.checks import finite, open_fraction, positive
from core.calc.errors import CalculationError
from core.calc.lazy import load_when_used

stats = load_when_used("scipy.stats")


NullVariance = Literal["pooled", "baseline"]


def required_sample_size_for_proportions(
    baseline: float,
    difference: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    null_variance: NullVariance = "pooled",
) -> float:
    """Return the units per arm, before rounding up, that detect an absolute change of a conversion rate.

    (z(alpha / 2) sqrt(2 p (1 - p)) + z(power) sqrt(p1 (1 - p1) + p2 (1 - p2))) ** 2 / difference ** 2, where p is the
    mean of both rates ("pooled", as in R's power.prop.test) or the baseline ("baseline", as in Evan Miller's
    calculator). Source: Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, ch. 4.
    """
    first, second, null_rate = _rates(baseline, difference, null_variance)
    z_alpha, z_power = _normal_quantiles(alpha, power)
    null_part = z_alpha * math.sqrt(2.0 * null_rate * (1.0 - null_rate))
    alternative_part = z_power * math.sqrt(first * (1.0 - first) + second * (1.0 - second))
    return ((null_part + alternative_part) / difference) ** 2


def power_for_proportions(
    baseline: float,
    difference: float,
    units_per_arm: float,
    *,
    alpha: float = 0.05,
    null_variance: NullVariance = "pooled",
) -> float:
    """Return the probability of a significant result for an absolute change of a conversion rate.

    Counts significance in either direction, as Stata does; other conventions as in
    `required_sample_size_for_proportions`.
    """
    first, second, null_rate = _rates(baseline, difference, null_variance)
    units = positive("units_per_arm", units_per_arm)
    z_alpha = float(stats.norm.isf(open_fraction("alpha", alpha) / 2.0))
    null_deviation = math.sqrt(2.0 * null_rate * (1.0 - null_rate))
    deviation = math.sqrt(first * (1.0 - first) + second * (1.0 - second))
    shift, reach = abs(difference) * math.sqrt(units), z_alpha * null_deviation
    return float(stats.norm.cdf((shift - reach) / deviation) + stats.norm.cdf((-shift - reach) / deviation))


def required_sample_size_for_means(
    variance: float, difference: float, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Return the units per arm, before rounding up, that detect an absolute change of a mean.

    2 variance (z(alpha / 2) + z(power)) ** 2 / difference ** 2; for alpha 0.05 and power 0.8 about 16 variance /
    difference ** 2. Source: Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments, ch. 15.
    """
    z_alpha, z_power = _normal_quantiles(alpha, power)
    return 2.0 * positive("variance", variance) * ((z_alpha + z_power) / _not_zero("difference", difference)) ** 2


def rule_of_thumb_sample_size(variance: float, difference: float) -> float:
    """Return 16 variance / difference ** 2 units per arm: level 0.05 and power 0.8 in a formula one can remember.

    Two percent above `required_sample_size_for_means`. Source: van Belle, Statistical Rules of Thumb, ch. 2.
    """
    return 16.0 * positive("variance", variance) / _not_zero("difference", difference) ** 2


def power_for_effect_size(effect_size: float, units_per_arm: float, *, alpha: float = 0.05) -> float:
    """Return the power of the two-sided z-test for a difference in units of the standard deviation (Cohen's d).

    Source: Cohen, Statistical Power Analysis for the Behavioral Sciences, ch. 2 (normal approximation).
    """
    score = finite("effect_size", effect_size) * math.sqrt(positive("units_per_arm", units_per_arm) / 2.0)
    return _two_sided_power(score, open_fraction("alpha", alpha))


def power_for_relative_lift(
    mean: float, variance: float, lift: float, units_per_arm: float, *, alpha: float = 0.05
) -> float:
    """Return the two-sided power to find a relative lift of a metric with this mean and variance per unit.

    The variance of the estimated lift is taken at the lifted mean: variance (1 + (1 + lift) ** 2) / (n mean ** 2).
    A lift of zero gives `alpha`. Source: GrowthBook, Power calculation technical details.
    """
    spread = _relative_spread(mean, variance, units_per_arm)
    deviation = math.sqrt(spread * (1.0 + (1.0 + finite("lift", lift)) ** 2))
    return _two_sided_power(lift / deviation, open_fraction("alpha", alpha))


def minimum_detectable_lift(
    mean: float, variance: float, units_per_arm: float, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Return the smallest relative lift found with the wanted power, or None when no lift of any size would be.

    Root of lift = (z(alpha / 2) + z(power)) * deviation(lift), a quadratic that has one only when n exceeds
    variance (z + z) ** 2 / mean ** 2. Source: GrowthBook, Power calculation technical details.
    """
    z_alpha, z_power = _normal_quantiles(alpha, power)
    share = (z_alpha + z_power) ** 2 * _relative_spread(mean, variance, units_per_arm)
    if share >= 1.0:
        return None
    # (1 - s) x ** 2 - 2 s x - 2 s = 0
    return (share + math.sqrt(share**2 + 2.0 * share * (1.0 - share))) / (1.0 - share)


def false_positive_risk(prior_success_rate: float, *, alpha_one_tail: float = 0.025, power: float = 0.8) -> float:
    """Return the share of significant wins that are none, given how often ideas really win.

    alpha (1 - prior) / (alpha (1 - prior) + power prior), `alpha_one_tail` being half of a two-sided level.
    Source: Kohavi, Deng and Vermeer, A/B Testing Intuition Busters (KDD 2022).
    """
    prior = open_fraction("prior_success_rate", prior_success_rate)
    false_wins = open_fraction("alpha_one_tail", alpha_one_tail) * (1.0 - prior)
    return false_wins / (false_wins + open_fraction("power", power) * prior)


def _rates(baseline: float, difference: float, null_variance: NullVariance) -> tuple[float, float, float]:
    first = open_fraction("baseline", baseline)
    second = first + _not_zero("difference", difference)
    if not 0.0 <= second <= 1.0:
        message = "baseline plus difference must lie between 0 and 1."
        raise CalculationError(message, code="out_of_range", pointer="difference")
    if null_variance not in ("pooled", "baseline"):
        message = "null_variance must be 'pooled' or 'baseline'."
        raise CalculationError(message, code="unknown_convention", pointer="null_variance")
    return first, second, (first + second) / 2.0 if null_variance == "pooled" else first


def _not_zero(name: str, value: float) -> float:
    checked = finite(name, value)
    if checked == 0.0:
        raise CalculationError(f"{name} must not be zero.", code="zero", pointer=name)
    return checked


def _relative_spread(mean: float, variance: float, units_per_arm: float) -> float:
    baseline = _not_zero("mean", mean)
    return positive("variance", variance) / (positive("units_per_arm", units_per_arm) * baseline**2)


def _normal_quantiles(alpha: float, power: float) -> tuple[float, float]:
    z_alpha = float(stats.norm.isf(open_fraction("alpha", alpha) / 2.0))
    return z_alpha, float(stats.norm.ppf(open_fraction("power", power)))


def _two_sided_power(score: float, alpha: float) -> float:
    z_alpha = float(stats.norm.isf(alpha / 2.0))
    return float(stats.norm.sf(z_alpha - score) + stats.norm.cdf(-z_alpha - score))
