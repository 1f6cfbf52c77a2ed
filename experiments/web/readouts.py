"""A readout as people read it: rows with words, figures and the geometry of their intervals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.web.charts import nice_ticks
from core.web.formatting import number
from experiments.enums import MetricRole, Recommendation
from experiments.models import Readout

WIDTH, HEIGHT, PAD = 280, 32, 14
# Wider intervals are cut off and marked, so that one noisy metric does not flatten all others.
LARGEST_LIFT = 1.0
UNKNOWN = "\N{EM DASH}"

_VERDICTS = {
    "better": ("Better", "success"),
    "worse": ("Worse", "danger"),
    "undecided": ("No difference shown", "neutral"),
    "unknown": ("No result yet", "neutral"),
}
_GUARDRAILS = {
    "non_inferior": ("Within margin", "success"),
    "inferior": ("Worse than margin", "danger"),
    "undetermined": ("Not yet shown", "warning"),
    "not_computable": ("No result yet", "neutral"),
}
_REASONS = {
    "too_few_units": "Too few units to compare.",
    "no_variance": "No variation in an arm, so there is nothing to test.",
    "no_baseline": "Control's value is zero, so there is no relative lift.",
}
_ADVICE = {
    Recommendation.SHIP: ("The figures speak for shipping", "success", "rocket"),
    Recommendation.STOP: ("The figures speak for stopping", "danger", "player-stop"),
    Recommendation.CONTINUE: ("Keep it running", "info", "clock"),
    Recommendation.INCONCLUSIVE: ("The figures decide nothing", "warning", "scale"),
}


@dataclass(frozen=True)
class Tick:
    """A mark of the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Interval:
    """A confidence interval on the shared axis; `margin` is where a guardrail's margin lies, or None."""

    x: float
    width: float
    middle: float
    margin: float | None
    is_cut_low: bool
    is_cut_high: bool

    @property
    def end(self) -> float:
        return self.x + self.width


@dataclass(frozen=True)
class Figure:
    """A value with the units it was measured on."""

    value: str
    units: str


@dataclass(frozen=True)
class ReadoutRow:
    """One treatment in one metric."""

    variant: str
    control: Figure
    treatment: Figure
    lift: str
    lift_tone: str
    interval_text: str
    p_value: str
    p_note: str
    interval: Interval | None
    verdict: str
    tone: str
    note: str


@dataclass(frozen=True)
class MetricRows:
    """A metric with a row for each treatment."""

    metric: str
    role: str
    role_label: str
    goal: str
    rows: Sequence[ReadoutRow]


@dataclass(frozen=True)
class ArmShare:
    """How many units an arm got and how many the plan promised."""

    name: str
    units: str
    expected: str


@dataclass(frozen=True)
class ReadoutView:
    """Everything the readout's template shows."""

    headline: str
    tone: str
    icon: str
    reasons: Sequence[str]
    metrics: Sequence[MetricRows]
    ticks: Sequence[Tick]
    zero: float
    level: str
    shares: Sequence[ArmShare]
    split_p_value: str
    is_mismatch: bool
    units: int | None
    smallest_arm: int | None
    is_at_horizon: bool
    treatments: int
    control_name: str
    treatment_name: str


def readout_view(readout: Readout, *, names: Mapping[str, str]) -> ReadoutView:
    """Shape a stored readout; `names` are the variants' names by key."""
    results = readout.results
    low, high = _domain(results["metrics"])
    ticks = nice_ticks(low, high)
    scale = (ticks[0], ticks[-1])
    headline, tone, icon = _ADVICE[Recommendation(readout.recommendation)]
    primary = _primary(results["metrics"])
    units = [arm["units"] for arm in primary["arms"]]
    is_known = all(count is not None for count in units)
    ratio = results["sample_ratio"]
    control, *treatments = _arm_names(primary["arms"], names)
    return ReadoutView(
        headline=headline,
        tone=tone,
        icon=icon,
        reasons=readout.reasons,
        metrics=[_metric_rows(metric, scale, names) for metric in results["metrics"]],
        ticks=[Tick(_x(value, scale), _percent(value, 0)) for value in ticks],
        zero=_x(0.0, scale),
        level=_percent(1 - results["alpha"], None, signed=False),
        shares=_shares(primary["arms"], ratio["expected"], names),
        split_p_value=_p(ratio["p_value"]),
        is_mismatch=ratio["is_mismatch"],
        units=sum(units) if is_known else None,
        smallest_arm=min(units) if is_known else None,
        is_at_horizon=results["is_at_horizon"],
        treatments=len(primary["comparisons"]),
        control_name=control,
        treatment_name=treatments[0] if len(treatments) == 1 else "Treatment",
    )


def _arm_names(arms: Sequence[dict[str, Any]], names: Mapping[str, str]) -> list[str]:
    """The variants' names, control first."""
    return [names.get(arm["variant"], arm["variant"]) for arm in sorted(arms, key=lambda arm: not arm["is_control"])]


def _primary(metrics: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return next(metric for metric in metrics if metric["metric"]["role"] == MetricRole.PRIMARY)


def _shares(arms: Sequence[dict[str, Any]], expected: Sequence[float], names: Mapping[str, str]) -> list[ArmShare]:
    return [
        ArmShare(names.get(arm["variant"], arm["variant"]), number(arm["units"]), number(planned, 0))
        for arm, planned in zip(arms, expected, strict=True)
    ]


def _bounds(metrics: Sequence[dict[str, Any]]) -> Iterator[float]:
    for metric in metrics:
        for comparison in metric["comparisons"]:
            test = comparison["significance"]
            if test and test["relative_ci_low"] is not None:
                yield from (test["relative_ci_low"], test["relative_ci_high"])
        margin = metric["metric"]["margin"]
        if margin:
            yield -margin if metric["metric"]["higher_is_better"] else margin


def _domain(metrics: Sequence[dict[str, Any]]) -> tuple[float, float]:
    values = [max(-LARGEST_LIFT, min(LARGEST_LIFT, value)) for value in _bounds(metrics)]
    low, high = min([0.0, *values]), max([0.0, *values])
    # Zero never sits on the edge: what is missing on one side should be seen to be missing.
    reach = (high - low) or 0.1
    return min(low, -0.15 * reach), max(high, 0.15 * reach)


def _metric_rows(metric: dict[str, Any], scale: tuple[float, float], names: Mapping[str, str]) -> MetricRows:
    plan = metric["metric"]
    return MetricRows(
        metric=plan["name"],
        role=plan["role"],
        role_label=MetricRole(plan["role"]).label,
        goal="Higher is better" if plan["higher_is_better"] else "Lower is better",
        rows=list(_rows(metric, scale, names)),
    )


def _rows(metric: dict[str, Any], scale: tuple[float, float], names: Mapping[str, str]) -> Iterator[ReadoutRow]:
    plan = metric["metric"]
    arms = {arm["variant"]: arm for arm in metric["arms"]}
    control = next(arm for arm in metric["arms"] if arm["is_control"])
    for comparison in metric["comparisons"]:
        test = comparison["significance"] or {}
        verdict, tone = _judgement(plan, comparison)
        p_value, p_note = _p_of(comparison, len(metric["comparisons"]))
        yield ReadoutRow(
            variant=names.get(comparison["variant"], comparison["variant"]),
            control=_figure(control, plan),
            treatment=_figure(arms[comparison["variant"]], plan),
            lift=_percent(test.get("relative_lift"), 1),
            lift_tone=_VERDICTS[comparison["verdict"]][1],
            interval_text=_interval_text(test),
            p_value=p_value,
            p_note=p_note,
            interval=_interval(test, plan, scale),
            verdict=verdict,
            tone=tone,
            note=_REASONS.get(test.get("reason") or "", ""),
        )


def _judgement(plan: dict[str, Any], comparison: dict[str, Any]) -> tuple[str, str]:
    if plan["role"] != MetricRole.GUARDRAIL:
        return _VERDICTS[comparison["verdict"]]
    status = comparison["guardrail"]["status"] if comparison["guardrail"] else "not_computable"
    return _GUARDRAILS[status]


def _p_of(comparison: dict[str, Any], treatments: int) -> tuple[str, str]:
    guardrail, adjusted = comparison["guardrail"], comparison["adjusted_p_value"]
    if guardrail is not None:
        return _p(guardrail["p_value"]), "non-inferiority"
    if adjusted is not None and treatments > 1:
        return _p(adjusted), "Holm-adjusted"
    test = comparison["significance"]
    return _p(test["p_value"] if test else None), ""


def _figure(arm: dict[str, Any], plan: dict[str, Any]) -> Figure:
    units = "" if arm["units"] is None else f"{arm['units']:,} units"
    if arm["value"] is None:
        return Figure(UNKNOWN, units)
    if plan["is_proportion"]:
        return Figure(_percent(arm["value"], 2, signed=False), units)
    shown = number(float(f"{arm['value']:.4g}"))
    return Figure(f"{shown} {plan['unit']}".strip(), units)


def _interval_text(test: Mapping[str, Any]) -> str:
    if test.get("relative_ci_low") is None:
        return ""
    return f"{_percent(test['relative_ci_low'], 1)} to {_percent(test['relative_ci_high'], 1)}"


def _interval(test: Mapping[str, Any], plan: dict[str, Any], scale: tuple[float, float]) -> Interval | None:
    if test.get("relative_ci_low") is None:
        return None
    low, high = test["relative_ci_low"], test["relative_ci_high"]
    left, right = _x(low, scale), _x(high, scale)
    margin = plan["margin"]
    edge = None if margin is None else _x(-margin if plan["higher_is_better"] else margin, scale)
    middle = _x(test["relative_lift"], scale)
    return Interval(left, round(max(right - left, 2.0), 2), middle, edge, low < scale[0], high > scale[1])


def _x(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    inside = max(low, min(high, value))
    return round(PAD + (inside - low) / (high - low) * (WIDTH - 2 * PAD), 2)


def _percent(value: float | None, decimals: int | None, *, signed: bool = True) -> str:
    """A fraction as text: +12.5%; None is unknown."""
    if value is None:
        return UNKNOWN
    digits = number(round(abs(value) * 100, 10), decimals)
    sign = ""
    if signed and digits.strip("0.,"):
        sign = "+" if value > 0 else "\N{MINUS SIGN}"
    return f"{sign}{digits}%"


def _p(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return "<0.001" if value < 0.001 else f"{value:.3f}"
