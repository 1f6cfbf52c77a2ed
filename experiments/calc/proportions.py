"""Chi-square test and intervals for conversion rates; the two-arm test with lift lives in frequentist."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.calc.checks import open_fraction, same_length
from core.calc.lazy import load_when_used
from experiments.calc.summaries import proportion_summary

stats = load_when_used("scipy.stats")


@dataclass(frozen=True)
class ChiSquareResult:
    """Statistic, degrees of freedom and p-value of a chi-square test."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


def proportions_chi_square(
    successes: Sequence[int], trials: Sequence[int], *, has_continuity_correction: bool = False
) -> ChiSquareResult | None:
    """Test whether all arms share one conversion rate (Pearson's chi-square, arms - 1 degrees of freedom).

    Yates' continuity correction applies to two arms only. None with fewer than two arms or when everybody or nobody
    converted. Source: Agresti, An Introduction to Categorical Data Analysis, section 2.4.
    """
    same_length("successes", successes, "trials", trials)
    arms = [proportion_summary(count, hits) for count, hits in zip(trials, successes, strict=True)]
    share = sum(successes) / sum(trials) if arms else 0.0
    if len(arms) < 2 or share in (0.0, 1.0):
        return None
    correction = 0.5 if has_continuity_correction and len(arms) == 2 else 0.0
    # Successes and failures deviate from expectation by the same amount, so one term serves both cells.
    statistic = math.fsum(
        max(abs(hits - count * share) - correction, 0.0) ** 2 / (count * share * (1.0 - share))
        for count, hits in zip(trials, successes, strict=True)
    )
    freedom = len(arms) - 1
    return ChiSquareResult(statistic, freedom, float(stats.chi2.sf(statistic, freedom)))


def wilson_interval(successes: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a rate, as fractions within [0, 1].

    Source: Wilson (1927), Journal of the American Statistical Association 22; Newcombe (1998), method 3.
    """
    arm = proportion_summary(trials, successes)
    z = float(stats.norm.isf((1.0 - open_fraction("level", level)) / 2.0))
    shrunk = 1.0 + z**2 / trials
    middle = (arm.mean + z**2 / (2.0 * trials)) / shrunk
    reach = z * math.sqrt(arm.variance / trials + z**2 / (4.0 * trials**2)) / shrunk
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def clopper_pearson_interval(successes: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (conservative) interval of a rate from quantiles of the beta distribution.

    Never covers less often than `level`; use it for rare failures. Source: Clopper and Pearson (1934), Biometrika 26.
    """
    proportion_summary(trials, successes)
    tail = (1.0 - open_fraction("level", level)) / 2.0
    low = float(stats.beta.ppf(tail, successes, trials - successes + 1)) if successes > 0 else 0.0
    high = float(stats.beta.isf(tail, successes + 1, trials - successes)) if successes < trials else 1.0
    return low, high


def wald_difference_interval(
    control: tuple[int, int], treatment: tuple[int, int], *, level: float = 0.95
) -> tuple[float, float]:
    """Return the Wald interval of treatment minus control, each given as (conversions, units).

    It shrinks to a point when nobody or everybody converted in both arms; prefer Newcombe's there.
    Source: Agresti, An Introduction to Categorical Data Analysis, section 2.2.
    """
    arm_control = proportion_summary(control[1], control[0])
    arm_treatment = proportion_summary(treatment[1], treatment[0])
    z = float(stats.norm.isf((1.0 - open_fraction("level", level)) / 2.0))
    reach = z * math.sqrt(arm_control.variance / control[1] + arm_treatment.variance / treatment[1])
    lift = arm_treatment.mean - arm_control.mean
    return lift - reach, lift + reach


def newcombe_difference_interval(
    control: tuple[int, int], treatment: tuple[int, int], *, level: float = 0.95
) -> tuple[float, float]:
    """Return Newcombe's score interval of treatment minus control, each given as (conversions, units).

    It stays sensible for rates near 0 and 1 and small arms. Source: Newcombe (1998), Statistics in Medicine 17,
    pages 873 to 890, method 10.
    """
    low_control, high_control = wilson_interval(*control, level=level)
    low_treatment, high_treatment = wilson_interval(*treatment, level=level)
    rate_control, rate_treatment = control[0] / control[1], treatment[0] / treatment[1]
    lift = rate_treatment - rate_control
    below = math.hypot(rate_treatment - low_treatment, high_control - rate_control)
    above = math.hypot(high_treatment - rate_treatment, rate_control - low_control)
    return lift - below, lift + above


def agresti_caffo_difference_interval(
    control: tuple[int, int], treatment: tuple[int, int], *, level: float = 0.95
) -> tuple[float, float]:
    """Return the Wald interval after adding one success and one failure to each arm; close to Newcombe's.

    Source: Agresti and Caffo (2000), The American Statistician 54.
    """
    return wald_difference_interval((control[0] + 1, control[1] + 2), (treatment[0] + 1, treatment[1] + 2), level=level)
