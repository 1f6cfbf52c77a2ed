"""A readout: every planned metric compared per treatment, the split checked, and what the figures suggest.

Fixed-horizon tests: the primary metric is judged only at the horizon (the planned units are reached or the
experiment is stopped), because looking earlier and more often raises false alarms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from experiments.calc.frequentist import (
    NonInferiorityResult,
    NonInferiorityStatus,
    check_non_inferiority,
    two_proportion_z_test,
    welch_t_test,
)
from experiments.calc.multiple_comparisons import holm_adjusted
from experiments.calc.sample_ratio import SampleRatioResult, sample_ratio_mismatch
from experiments.calc.significance import SignificanceResult
from experiments.calc.summaries import SampleSummary, mean_summary_from_sums, proportion_summary

ENGINE_VERSION = "fixed-horizon-1"

Role = Literal["primary", "secondary", "guardrail"]


class Recommendation(StrEnum):
    """What the figures alone suggest; people decide."""

    SHIP = "ship"
    STOP = "stop"
    CONTINUE = "continue"
    INCONCLUSIVE = "inconclusive"


class Verdict(StrEnum):
    """How a treatment did in one metric, in the metric's good direction."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ArmPlan:
    """A variant as planned; `allocation` is its fraction of the units."""

    key: str
    name: str
    is_control: bool
    allocation: float


@dataclass(frozen=True)
class MetricPlan:
    """A metric as planned; `margin` (a fraction of |control|) belongs to guardrails and is None otherwise."""

    key: str
    name: str
    role: Role
    is_proportion: bool
    higher_is_better: bool
    unit: str = ""
    margin: float | None = None


@dataclass(frozen=True)
class ExperimentPlan:
    """What was settled before the start. `planned_units` per arm is None when nobody planned a size."""

    arms: tuple[ArmPlan, ...]
    metrics: tuple[MetricPlan, ...]
    alpha: float
    planned_units: int | None
    is_stopped: bool


@dataclass(frozen=True)
class Aggregate:
    """Totals of one metric in one arm: `conversions` of a proportion, the sums of a mean."""

    units: int
    conversions: int | None = None
    total: float | None = None
    sum_of_squares: float | None = None


@dataclass(frozen=True)
class ArmFigures:
    """One arm in one metric; `units` and `value` (share or mean per unit) are None without data."""

    variant: str
    is_control: bool
    units: int | None
    value: float | None


@dataclass(frozen=True)
class Comparison:
    """One treatment against control in one metric; the parts that could not be computed are None.

    `adjusted_p_value` is Holm's over the treatments, of the primary metric only.
    """

    variant: str
    verdict: Verdict
    significance: SignificanceResult | None = None
    guardrail: NonInferiorityResult | None = None
    adjusted_p_value: float | None = None


@dataclass(frozen=True)
class MetricReadout:
    """A metric with all its arms and comparisons."""

    metric: MetricPlan
    arms: tuple[ArmFigures, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class ReadoutResult:
    """The whole readout; `is_at_horizon` says whether the primary metric was judged."""

    engine_version: str
    alpha: float
    is_at_horizon: bool
    metrics: tuple[MetricReadout, ...]
    sample_ratio: SampleRatioResult
    recommendation: Recommendation
    reasons: tuple[str, ...]


Aggregates = Mapping[tuple[str, str], Aggregate]


def compute_readout(plan: ExperimentPlan, aggregates: Aggregates) -> ReadoutResult:
    """Compare every treatment with control in every metric and say what follows.

    `aggregates` is keyed by (arm key, metric key); a missing one is unknown, not zero. The split is checked on the
    primary metric's units. Recommended is: with a sample ratio mismatch nothing (inconclusive); stop when every
    treatment is inferior in a guardrail or, at the horizon, worse in the primary metric; ship when at the horizon a
    treatment is better in the primary metric and non-inferior in all guardrails; otherwise keep running, or after
    the stop inconclusive.
    """
    metrics = tuple(_read_metric(metric, plan, aggregates) for metric in plan.metrics)
    primary = next(metric for metric in metrics if metric.metric.role == "primary")
    units = [arm.units or 0 for arm in primary.arms]
    sample_ratio = sample_ratio_mismatch(units, [arm.allocation for arm in plan.arms])
    is_at_horizon = plan.is_stopped or _has_planned_units(plan, primary)
    recommendation, reasons = _recommend(plan, metrics, sample_ratio, is_at_horizon=is_at_horizon)
    return ReadoutResult(
        ENGINE_VERSION, plan.alpha, is_at_horizon, metrics, sample_ratio, recommendation, tuple(reasons)
    )


def _has_planned_units(plan: ExperimentPlan, primary: MetricReadout) -> bool:
    planned = plan.planned_units
    return planned is not None and all(arm.units is not None and arm.units >= planned for arm in primary.arms)


def _read_metric(metric: MetricPlan, plan: ExperimentPlan, aggregates: Aggregates) -> MetricReadout:
    found = {arm.key: aggregates.get((arm.key, metric.key)) for arm in plan.arms}
    summaries = {key: _summary(aggregate, metric) for key, aggregate in found.items()}
    arms = tuple(_figures(arm, found[arm.key], summaries[arm.key]) for arm in plan.arms)
    control = next(arm.key for arm in plan.arms if arm.is_control)
    treatments = [arm.key for arm in plan.arms if not arm.is_control]
    pair = {key: (found[control], found[key]) for key in treatments}
    tests = {key: _significance(metric, *pair[key], alpha=plan.alpha) for key in treatments}
    adjusted = _adjusted(tests) if metric.role == "primary" else {}
    comparisons = []
    for key in treatments:
        guardrail = _guardrail(metric, summaries[control], summaries[key], alpha=plan.alpha)
        verdict = _verdict(metric, tests[key], adjusted.get(key), alpha=plan.alpha)
        comparisons.append(Comparison(key, verdict, tests[key], guardrail, adjusted.get(key)))
    return MetricReadout(metric, arms, tuple(comparisons))


def _summary(aggregate: Aggregate | None, metric: MetricPlan) -> SampleSummary | None:
    """None without data, which includes an arm that no unit has reached."""
    if aggregate is None or aggregate.units == 0:
        return None
    if metric.is_proportion:
        return proportion_summary(aggregate.units, aggregate.conversions or 0)
    return mean_summary_from_sums(aggregate.units, aggregate.total or 0.0, aggregate.sum_of_squares or 0.0)


def _figures(arm: ArmPlan, aggregate: Aggregate | None, summary: SampleSummary | None) -> ArmFigures:
    units = aggregate.units if aggregate else None
    return ArmFigures(arm.key, arm.is_control, units, summary.mean if summary else None)


def _significance(
    metric: MetricPlan, control: Aggregate | None, treatment: Aggregate | None, *, alpha: float
) -> SignificanceResult | None:
    first, second = _summary(control, metric), _summary(treatment, metric)
    if control is None or treatment is None or first is None or second is None:
        return None
    if not metric.is_proportion:
        return welch_t_test(first, second, alpha=alpha)
    pairs = ((control.conversions or 0, control.units), (treatment.conversions or 0, treatment.units))
    return two_proportion_z_test(*pairs, alpha=alpha)


def _guardrail(
    metric: MetricPlan, control: SampleSummary | None, treatment: SampleSummary | None, *, alpha: float
) -> NonInferiorityResult | None:
    if metric.margin is None or control is None or treatment is None:
        return None
    return check_non_inferiority(
        control, treatment, margin=metric.margin, higher_is_better=metric.higher_is_better, alpha=alpha
    )


def _adjusted(tests: Mapping[str, SignificanceResult | None]) -> dict[str, float]:
    known = {key: test.p_value for key, test in tests.items() if test is not None and test.p_value is not None}
    return dict(zip(known, holm_adjusted(tuple(known.values())), strict=True)) if known else {}


def _verdict(metric: MetricPlan, test: SignificanceResult | None, adjusted: float | None, *, alpha: float) -> Verdict:
    p_value = adjusted if adjusted is not None else (test.p_value if test else None)
    if test is None or p_value is None:
        return Verdict.UNKNOWN
    if p_value >= alpha:
        return Verdict.UNDECIDED
    return Verdict.BETTER if (test.lift > 0) == metric.higher_is_better else Verdict.WORSE


def _recommend(
    plan: ExperimentPlan,
    metrics: Sequence[MetricReadout],
    sample_ratio: SampleRatioResult,
    *,
    is_at_horizon: bool,
) -> tuple[Recommendation, list[str]]:
    if sample_ratio.is_mismatch:
        return Recommendation.INCONCLUSIVE, [
            "The split between the variants is not the planned one, so no figure below can be trusted."
        ]
    open_end = Recommendation.INCONCLUSIVE if plan.is_stopped else Recommendation.CONTINUE
    judged = {arm.key: _judge(arm.key, metrics, is_at_horizon=is_at_horizon) for arm in plan.arms if not arm.is_control}
    names = {arm.key: arm.name for arm in plan.arms}
    reasons = [f"{names[key]}: {reason}" for key, (_, found) in judged.items() for reason in found]
    outcomes = [outcome for outcome, _ in judged.values()]
    if Recommendation.SHIP in outcomes:
        return Recommendation.SHIP, reasons
    if all(outcome is Recommendation.STOP for outcome in outcomes):
        return Recommendation.STOP, reasons
    if not is_at_horizon:
        reasons.append(_horizon_reason(plan))
    elif open_end is Recommendation.CONTINUE and Recommendation.CONTINUE not in outcomes:
        open_end = Recommendation.INCONCLUSIVE
    return open_end, reasons


def _judge(key: str, metrics: Sequence[MetricReadout], *, is_at_horizon: bool) -> tuple[Recommendation, list[str]]:
    """One treatment: SHIP, STOP, INCONCLUSIVE (no difference found), or CONTINUE while something is unknown."""
    harmed, waiting = [], []
    for metric, comparison in _of(key, metrics, "guardrail"):
        status = comparison.guardrail.status if comparison.guardrail else None
        if status is NonInferiorityStatus.INFERIOR:
            harmed.append(f"{metric.name} is worse than its margin allows.")
        elif status is not NonInferiorityStatus.NON_INFERIOR:
            waiting.append(f"{metric.name} is not yet shown to stay within its margin.")
    if harmed:
        return Recommendation.STOP, harmed
    ((primary, comparison),) = _of(key, metrics, "primary")
    if comparison.verdict is Verdict.UNKNOWN:
        return Recommendation.CONTINUE, [f"{primary.name} cannot be compared yet.", *waiting]
    if not is_at_horizon:
        return Recommendation.CONTINUE, waiting
    if comparison.verdict is Verdict.WORSE:
        return Recommendation.STOP, [f"{primary.name} is significantly worse than control."]
    if comparison.verdict is Verdict.UNDECIDED:
        return Recommendation.INCONCLUSIVE, [f"{primary.name} shows no significant difference from control."]
    won = f"{primary.name} is significantly better than control"
    if waiting:
        return Recommendation.CONTINUE, [f"{won}.", *waiting]
    return Recommendation.SHIP, [f"{won}, and every guardrail stays within its margin."]


def _of(key: str, metrics: Sequence[MetricReadout], role: Role) -> list[tuple[MetricPlan, Comparison]]:
    return [
        (entry.metric, comparison)
        for entry in metrics
        if entry.metric.role == role
        for comparison in entry.comparisons
        if comparison.variant == key
    ]


def _horizon_reason(plan: ExperimentPlan) -> str:
    if plan.planned_units is None:
        return "No sample size was planned, so the primary metric is judged when the experiment is stopped."
    return f"The primary metric is judged when every variant has {plan.planned_units:,} units."
