"""Gates and what their criteria come to for a launch."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from core.web.formatting import day_text, quantity
from governance.calc.criteria import combined, is_fresh, meets
from governance.enums import CriterionKind, CriterionSource, Outcome
from governance.models import ChecklistAnswer, GateCriterion, Launch, StageGate
from governance.selectors.evidence import Measurement, measure_experiment, measure_kpi
from portfolio.enums import ALLOWED_TRANSITIONS, Stage
from portfolio.models import Initiative

_ORDER = {str(stage): number for number, stage in enumerate(Stage)}


@dataclass(frozen=True)
class CriterionResult:
    """What one criterion came to; `value`, `threshold` and `measured_at` are texts, None when there is none."""

    criterion: str
    title: str
    kind: str
    is_blocking: bool
    outcome: str
    explanation: str
    value: str | None = None
    comparator: str = ""
    threshold: str | None = None
    max_age_days: int | None = None
    measured_at: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def blocks(self) -> bool:
        """Whether this result alone keeps the gate closed."""
        return self.is_blocking and self.outcome != Outcome.PASS


def is_ahead(current: str, target: str) -> bool:
    """Whether a stage lies further on than another one; ways back are never gated, so that a rollback is free."""
    return _ORDER[target] > _ORDER[current]


def active_gate(stage: str) -> StageGate | None:
    """The gate in force for a stage; None when the stage is free."""
    return StageGate.objects.active().filter(to_stage=stage).first()


def gated_next_stages(initiative: Initiative) -> list[StageGate]:
    """Active gates of the stages the initiative could enter next, nearest first."""
    ahead = [stage for stage in ALLOWED_TRANSITIONS[initiative.stage] if is_ahead(initiative.stage, stage)]
    gates = StageGate.objects.active().filter(to_stage__in=ahead)
    return sorted(gates, key=lambda gate: _ORDER[gate.to_stage])


def evaluate(gate: StageGate, initiative: Initiative, launch: Launch | None, *, at: datetime) -> list[CriterionResult]:
    """What every active criterion of the gate comes to now; without a launch no checklist item is confirmed."""
    answers: dict[UUID, ChecklistAnswer] = {}
    if launch is not None:
        answered = ChecklistAnswer.objects.filter(launch=launch.pk).select_related("answered_by__user")
        answers = {answer.criterion_id: answer for answer in answered}
    criteria = GateCriterion.objects.active().filter(gate=gate.pk)
    return [
        _checklist_result(criterion, answers.get(criterion.pk))
        if criterion.kind == CriterionKind.CHECKLIST
        else _live_result(criterion, initiative, at=at)
        for criterion in criteria
    ]


def overall(results: Sequence[CriterionResult]) -> Outcome:
    """The gate's outcome: that of its blocking criteria."""
    return Outcome(combined(result.outcome for result in results if result.is_blocking))


def blocking_reasons(results: Sequence[CriterionResult]) -> list[str]:
    """One sentence for each criterion that keeps the gate closed."""
    return [f"{result.title}: {result.explanation}" for result in results if result.blocks]


def _checklist_result(criterion: GateCriterion, answer: ChecklistAnswer | None) -> CriterionResult:
    if answer is None or not answer.is_done:
        return _result(criterion, Outcome.FAIL, "not confirmed yet.")
    person = answer.answered_by.user.name if answer.answered_by else "Fairlead"
    return _result(
        criterion,
        Outcome.PASS,
        f"confirmed by {person}.",
        measured_at=answer.updated_at.isoformat(),
        evidence={"answer": str(answer.pk), "version": answer.version, "note": answer.note},
    )


def _live_result(criterion: GateCriterion, initiative: Initiative, *, at: datetime) -> CriterionResult:
    if criterion.source == CriterionSource.KPI:
        measurement = measure_kpi(criterion.kpi_name, initiative, at=at)
    else:
        measurement = measure_experiment(initiative, at=at)
    outcome, explanation = _judge(criterion, measurement, at=at)
    return _result(
        criterion,
        outcome,
        explanation,
        value=measurement.shown_value,
        comparator=criterion.comparator,
        threshold=None if criterion.threshold is None else f"{criterion.threshold.normalize():f}",
        max_age_days=criterion.max_age_days,
        measured_at=measurement.measured_at.isoformat() if measurement.measured_at else None,
        evidence=measurement.evidence,
    )


def _judge(criterion: GateCriterion, measurement: Measurement, *, at: datetime) -> tuple[Outcome, str]:
    """No data and old data are unknown, whatever the value would have said."""
    if measurement.measured_at is None or measurement.is_missing:
        return Outcome.UNKNOWN, measurement.note
    measured_on, max_age_days = measurement.measured_at.date(), criterion.max_age_days or 0
    if not is_fresh(measured_on, as_of=at.date(), max_age_days=max_age_days):
        return Outcome.UNKNOWN, f"the newest data is of {day_text(measured_on)}, older than {max_age_days} days."
    if measurement.value is None or criterion.threshold is None:
        return (Outcome.PASS if measurement.is_positive else Outcome.FAIL), measurement.note
    unit = measurement.evidence.get("unit", "")
    measured = quantity(measurement.value, unit, is_exact=True)
    wanted = f"{criterion.get_comparator_display()} {quantity(criterion.threshold, unit, is_exact=True)}"
    if meets(measurement.value, criterion.comparator, criterion.threshold):
        return Outcome.PASS, f"{measured} is {wanted}."
    return Outcome.FAIL, f"{measured} is not {wanted}."


def _result(criterion: GateCriterion, outcome: Outcome, explanation: str, **facts: Any) -> CriterionResult:
    return CriterionResult(
        criterion=str(criterion.pk),
        title=criterion.title,
        kind=criterion.kind,
        is_blocking=criterion.is_blocking,
        outcome=outcome.value,
        explanation=explanation,
        **facts,
    )
