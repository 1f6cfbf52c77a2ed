"""The result of comparing two arms, and how an estimate and its error become interval and p-value."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from core.calc.errors import CalculationError
from experiments.calc.summaries import SampleSummary

Alternative = Literal["two-sided", "greater", "less"]


class NotComputable(StrEnum):
    """Why a comparison has no result."""

    TOO_FEW_UNITS = "too_few_units"
    NO_VARIANCE = "no_variance"
    NO_BASELINE = "no_baseline"


class Distribution(Protocol):
    """The part of a frozen SciPy distribution that a test needs."""

    def sf(self, x: float) -> float: ...

    def isf(self, q: float) -> float: ...


@dataclass(frozen=True)
class Estimate:
    """One difference with its error, interval and p-value; a one-sided interval lacks the end that is not bounded."""

    value: float
    standard_error: float
    ci_low: float | None
    ci_high: float | None
    p_value: float


@dataclass(frozen=True)
class SignificanceResult:
    """Treatment minus control. `lift` is in the unit of the metric, everything relative is a fraction of |control|.

    `reason` says why the test could not be computed; then p-values, intervals and errors are None and nothing is
    significant. Relative figures alone are None when the control's mean is zero, and all but the lift when the
    relative error is (nobody converted in treatment). A one-sided interval lacks one end.
    `is_significant` means `p_value` < `alpha`; `relative_p_value` tests the relative lift, whose error also holds
    the uncertainty of the baseline. `degrees_of_freedom` is None for tests on the normal distribution.
    """

    lift: float
    relative_lift: float | None
    alpha: float
    is_significant: bool = False
    p_value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    relative_p_value: float | None = None
    relative_ci_low: float | None = None
    relative_ci_high: float | None = None
    relative_standard_error: float | None = None
    reason: NotComputable | None = None


def estimate(
    value: float, standard_error: float, distribution: Distribution, alpha: float, alternative: Alternative
) -> Estimate:
    """Return interval and p-value of a difference whose ratio to its error follows `distribution` around zero."""
    score = value / standard_error
    tail = alpha / 2.0 if alternative == "two-sided" else alpha
    reach = float(distribution.isf(tail)) * standard_error
    if alternative == "two-sided":
        p_value = 2.0 * float(distribution.sf(abs(score)))
        return Estimate(value, standard_error, value - reach, value + reach, min(p_value, 1.0))
    if alternative == "greater":
        return Estimate(value, standard_error, value - reach, None, float(distribution.sf(score)))
    if alternative == "less":
        return Estimate(value, standard_error, None, value + reach, float(distribution.sf(-score)))
    message = "alternative must be 'two-sided', 'greater' or 'less'."
    raise CalculationError(message, code="unknown_convention", pointer="alternative")


def relative_lift(control: SampleSummary, treatment: SampleSummary) -> float | None:
    """Return (T - C) / |C| as a fraction, so that its sign is that of the absolute lift.

    None when C is zero or so close to it that the quotient is beyond the range of floats.
    """
    if control.mean == 0.0:
        return None
    lift = (treatment.mean - control.mean) / abs(control.mean)
    return lift if math.isfinite(lift) else None


def relative_variance(control: SampleSummary, treatment: SampleSummary) -> float | None:
    """Return the delta-method variance vT / (nT C ** 2) + vC T ** 2 / (nC C ** 4); None where `relative_lift` is.

    Source: Deng, Knoblich and Lu, Applying the Delta Method in Metric Analytics (KDD 2018).
    """
    if control.mean == 0.0:
        return None
    error_treatment = treatment.variance / treatment.units / control.mean / control.mean
    ratio = treatment.mean / control.mean
    error_control = control.variance / control.units / control.mean / control.mean * ratio * ratio
    variance = error_treatment + error_control
    return variance if math.isfinite(variance) else None


def compare(
    control: SampleSummary,
    treatment: SampleSummary,
    absolute: Estimate,
    *,
    distribution: Distribution,
    alpha: float,
    alternative: Alternative,
    degrees_of_freedom: float | None = None,
) -> SignificanceResult:
    """Join the absolute estimate with the relative one into a result."""
    relative = None
    lift = relative_lift(control, treatment)
    variance = relative_variance(control, treatment)
    if lift is not None and variance:
        relative = estimate(lift, math.sqrt(variance), distribution, alpha, alternative)
    return SignificanceResult(
        lift=absolute.value,
        relative_lift=lift,
        alpha=alpha,
        is_significant=absolute.p_value < alpha,
        p_value=absolute.p_value,
        ci_low=absolute.ci_low,
        ci_high=absolute.ci_high,
        standard_error=absolute.standard_error,
        degrees_of_freedom=degrees_of_freedom,
        relative_p_value=relative.p_value if relative else None,
        relative_ci_low=relative.ci_low if relative else None,
        relative_ci_high=relative.ci_high if relative else None,
        relative_standard_error=relative.standard_error if relative else None,
    )


def not_computable(
    control: SampleSummary, treatment: SampleSummary, alpha: float, reason: NotComputable
) -> SignificanceResult:
    """Return the observed lifts without a verdict, and why there is none."""
    return SignificanceResult(
        lift=treatment.mean - control.mean, relative_lift=relative_lift(control, treatment), alpha=alpha, reason=reason
    )
