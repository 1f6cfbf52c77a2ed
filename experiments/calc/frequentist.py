"""Fixed-horizon tests of two arms: Welch's t, two proportions, guardrails; anytime-valid tests live elsewhere."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from core.calc.checks import finite, open_fraction
from core.calc.errors import CalculationError
from core.calc.lazy import load_when_used
from experiments.calc.significance import (
    Alternative,
    NotComputable,
    SignificanceResult,
    compare,
    estimate,
    not_computable,
)
from experiments.calc.summaries import SampleSummary, proportion_summary

stats = load_when_used("scipy.stats")


class NonInferiorityStatus(StrEnum):
    """What a guardrail metric has shown so far."""

    NON_INFERIOR = "non_inferior"
    INFERIOR = "inferior"
    UNDETERMINED = "undetermined"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True)
class NonInferiorityResult:
    """`benefit` is the lift in the good direction with one-sided bounds at level alpha; all None if not computable."""

    status: NonInferiorityStatus
    benefit: float | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None
    p_value: float | None = None
    reason: NotComputable | None = None


def welch_t_test(
    control: SampleSummary,
    treatment: SampleSummary,
    *,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> SignificanceResult:
    """Compare two arms by Welch's t-test with Satterthwaite's degrees of freedom.

    The variance of the lift is vT / nT + vC / nC; the relative lift uses the delta method and the same degrees of
    freedom. `alternative` "greater" asks whether treatment lies above control. Not computable with fewer than two
    units or without variance in either arm. Source: Welch (1947), Biometrika 34.
    """
    level = open_fraction("alpha", alpha)
    if min(control.units, treatment.units) < 2:
        return not_computable(control, treatment, level, NotComputable.TOO_FEW_UNITS)
    if min(control.variance, treatment.variance) <= 0.0:
        return not_computable(control, treatment, level, NotComputable.NO_VARIANCE)
    error_control, error_treatment = control.variance / control.units, treatment.variance / treatment.units
    total = error_control + error_treatment
    # Shares instead of squared errors: tiny variances must not underflow to 0 / 0.
    share_control, share_treatment = error_control / total, error_treatment / total
    freedom = 1.0 / (share_control**2 / (control.units - 1) + share_treatment**2 / (treatment.units - 1))
    distribution = stats.t(freedom)
    return compare(
        control,
        treatment,
        estimate(treatment.mean - control.mean, math.sqrt(total), distribution, level, alternative),
        distribution=distribution,
        alpha=level,
        alternative=alternative,
        degrees_of_freedom=freedom,
    )


def two_proportion_z_test(
    control: tuple[int, int],
    treatment: tuple[int, int],
    *,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> SignificanceResult:
    """Compare two conversion rates, each given as (conversions, units), by the z-test.

    The p-value uses the variance of the pooled rate, which is what holds if there is no difference; the interval and
    `standard_error` use the unpooled (Wald) variance. Not computable when everybody or nobody converted in both
    arms. Source: Agresti, An Introduction to Categorical Data Analysis, section 2.2.
    """
    level = open_fraction("alpha", alpha)
    arm_control = proportion_summary(control[1], control[0])
    arm_treatment = proportion_summary(treatment[1], treatment[0])
    pooled = (control[0] + treatment[0]) / (control[1] + treatment[1])
    if pooled in (0.0, 1.0):
        return not_computable(arm_control, arm_treatment, level, NotComputable.NO_VARIANCE)
    normal = stats.norm()
    lift = arm_treatment.mean - arm_control.mean
    unpooled_error = math.sqrt(arm_control.variance / control[1] + arm_treatment.variance / treatment[1])
    if unpooled_error == 0.0:
        # All against none: the Wald interval shrinks to a point, so there is no honest interval to give.
        return not_computable(arm_control, arm_treatment, level, NotComputable.NO_VARIANCE)
    pooled_error = math.sqrt(pooled * (1.0 - pooled) * (1.0 / control[1] + 1.0 / treatment[1]))
    interval = estimate(lift, unpooled_error, normal, level, alternative)
    test = estimate(lift, pooled_error, normal, level, alternative)
    return compare(
        arm_control,
        arm_treatment,
        replace(interval, p_value=test.p_value),
        distribution=normal,
        alpha=level,
        alternative=alternative,
    )


def check_non_inferiority(
    control: SampleSummary,
    treatment: SampleSummary,
    *,
    margin: float,
    higher_is_better: bool,
    alpha: float = 0.05,
    is_relative: bool = True,
) -> NonInferiorityResult:
    """Check that a guardrail metric is not worse than control by `margin` or more, one-sided at level `alpha`.

    `margin` is not negative: a fraction of |control| when `is_relative`, otherwise in the unit of the metric. The
    metric is non-inferior when the lower bound of the benefit lies above -margin, inferior when the upper bound lies
    below -margin, undetermined in between. `p_value` tests "worse by the margin or more".
    Source: European Medicines Agency, Guideline on the choice of the non-inferiority margin (2005).
    """
    allowed = finite("margin", margin)
    if allowed < 0.0:
        raise CalculationError("margin must not be negative.", code="negative", pointer="margin")
    result = welch_t_test(control, treatment, alpha=alpha)
    lift = result.relative_lift if is_relative else result.lift
    error = result.relative_standard_error if is_relative else result.standard_error
    if lift is None or error is None or result.degrees_of_freedom is None:
        reason = result.reason or NotComputable.NO_BASELINE
        return NonInferiorityResult(NonInferiorityStatus.NOT_COMPUTABLE, reason=reason)
    benefit = lift if higher_is_better else -lift
    distribution = stats.t(result.degrees_of_freedom)
    reach = float(distribution.isf(result.alpha)) * error
    status = NonInferiorityStatus.UNDETERMINED
    if benefit - reach > -allowed:
        status = NonInferiorityStatus.NON_INFERIOR
    elif benefit + reach < -allowed:
        status = NonInferiorityStatus.INFERIOR
    p_value = float(distribution.sf((benefit + allowed) / error))
    return NonInferiorityResult(status, benefit, benefit - reach, benefit + reach, p_value)
