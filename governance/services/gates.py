"""Stage gates: defining them and evaluating them for a launch."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from core.errors import DomainError, InvalidInputError
from governance.calc.digest import content_digest
from governance.enums import Comparator, CriterionKind, CriterionSource, GateRunOccasion
from governance.models import ChecklistAnswer, GateCriterion, GateRun, Launch, StageGate
from governance.selectors.gates import CriterionResult, active_gate, evaluate, overall
from governance.selectors.people import membership_of
from portfolio.enums import Stage
from tenancy.actor import Actor
from tenancy.scope import named_action

GATE_FIELDS = (
    "name",
    "description",
    "approver_roles",
    "approver_functions",
    "approvals_required",
    "required_functions",
    "veto_functions",
    "approval_valid_days",
    "is_active",
)
CRITERION_FIELDS = (
    "position",
    "title",
    "guidance",
    "kind",
    "is_blocking",
    "is_active",
    "source",
    "kpi_name",
    "comparator",
    "threshold",
    "max_age_days",
)


class NoGateError(DomainError):
    """The stage has no active gate."""

    code = "no_gate"


def create_gate(*, to_stage: str, name: str, actor: Actor, **settings: Any) -> StageGate:
    """Define the gate of a stage; raises InvalidInputError when the stage has an active one."""
    actor.require("stage_gate.create")
    gate = StageGate(to_stage=to_stage, name=name)
    _apply(gate, settings, GATE_FIELDS)
    _validate_gate(gate)
    named_action("stage_gate.created")
    gate.save()
    return gate


def change_gate(gate: StageGate, *, actor: Actor, **changes: Any) -> StageGate:
    """Change a gate; requests under way keep the plan they were made with."""
    actor.require("stage_gate.change")
    locked = StageGate.objects.for_update().get(pk=gate.pk)
    _apply(locked, changes, GATE_FIELDS)
    _validate_gate(locked)
    named_action("stage_gate.changed")
    locked.save()
    locked.refresh_from_db(fields=["version"])
    return locked


def _validate_gate(gate: StageGate) -> None:
    gate.full_clean(exclude=["organization"])
    if not gate.approver_roles and not gate.approver_functions:
        raise InvalidInputError("Name at least one role or function that approves.", pointer="approver_roles")
    others = StageGate.objects.active().filter(to_stage=gate.to_stage).exclude(pk=gate.pk)
    if gate.is_active and others.exists():
        raise InvalidInputError(
            f"{gate.get_to_stage_display()} already has an active gate: retire that one first.",
            pointer="to_stage" if gate._state.adding else "is_active",
        )


def create_criterion(*, gate: StageGate, actor: Actor, **fields: Any) -> GateCriterion:
    """Add a criterion to a gate, at the end unless a position is given."""
    actor.require("gate_criterion.create")
    locked = StageGate.objects.for_update().get(pk=gate.pk)
    fields.setdefault("position", _next_position(locked))
    criterion = GateCriterion(gate=locked)
    _apply(criterion, fields, CRITERION_FIELDS)
    criterion.full_clean(exclude=["organization"])
    named_action("gate_criterion.created")
    criterion.save()
    _raise_version(locked)
    return criterion


def change_criterion(criterion: GateCriterion, *, actor: Actor, **changes: Any) -> GateCriterion:
    """Change a criterion; the gate counts this as a new version of itself."""
    actor.require("gate_criterion.change")
    gate = StageGate.objects.for_update().get(pk=criterion.gate_id)
    locked = GateCriterion.objects.for_update().get(pk=criterion.pk)
    _apply(locked, changes, CRITERION_FIELDS)
    locked.full_clean(exclude=["organization"])
    named_action("gate_criterion.changed")
    locked.save()
    locked.refresh_from_db(fields=["version"])
    _raise_version(gate)
    return locked


def delete_criterion(criterion: GateCriterion, *, actor: Actor) -> None:
    """Delete a criterion nobody has answered; an answered one is evidence and can only be switched off."""
    actor.require("gate_criterion.delete")
    gate = StageGate.objects.for_update().get(pk=criterion.gate_id)
    if ChecklistAnswer.objects.filter(criterion=criterion.pk).exists():
        raise DomainError("This criterion has been answered in a launch. Switch it off instead of deleting it.")
    named_action("gate_criterion.deleted")
    GateCriterion.objects.get(pk=criterion.pk).delete()
    _raise_version(gate)


def evaluate_launch(launch: Launch, *, actor: Actor, occasion: GateRunOccasion = GateRunOccasion.MANUAL) -> GateRun:
    """Evaluate the launch's gate now and keep the results as evidence; raises NoGateError without a gate."""
    actor.require("launch.evaluate")
    gate = active_gate(launch.target_stage)
    if gate is None:
        raise NoGateError(f"There is no active gate for {launch.get_target_stage_display()}.")
    at = timezone.now()
    results = evaluate(gate, launch.initiative, launch, at=at)
    named_action("gate.evaluated")
    return record_run(gate, launch, results, actor=actor, occasion=occasion)


def record_run(
    gate: StageGate, launch: Launch, results: list[CriterionResult], *, actor: Actor, occasion: GateRunOccasion
) -> GateRun:
    """Store what an evaluation came to, with the digest that later proves it unchanged."""
    stored = [result.as_json() for result in results]
    return GateRun.objects.create(
        launch=launch,
        gate=gate,
        gate_version=gate.version,
        occasion=occasion,
        outcome=overall(results),
        results=stored,
        subject_digest=launch.digest,
        digest=content_digest({"subject": launch.digest, "gate": gate.pk, "version": gate.version, "results": stored}),
        evaluated_at=timezone.now(),
        evaluated_by=membership_of(actor),
    )


def _apply(target: Any, values: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    unknown = sorted(set(values) - set(allowed))
    if unknown:
        raise ValidationError(dict.fromkeys(unknown, "This cannot be changed."))
    for field, value in values.items():
        setattr(target, field, value)


def _next_position(gate: StageGate) -> int:
    last = GateCriterion.objects.filter(gate=gate.pk).order_by("-position").values_list("position", flat=True).first()
    return 10 if last is None else last + 10


def _raise_version(gate: StageGate) -> None:
    gate.save(update_fields=["updated_at"])


_BETA_CHECKLIST = (
    ("Offline evaluation meets its thresholds", "Against the golden set and against the last released version."),
    ("Privacy and security review done", "Including prompt injection and data leakage where a model is involved."),
    ("Rollback rehearsed", "Somebody on call has switched it off and on again in a production-like environment."),
    ("Runbook and on-call named", "Who is called, what they look at first, when they escalate."),
)
_GA_CHECKLIST = (
    *_BETA_CHECKLIST,
    ("Support and go-to-market briefed", "Release notes, known limits and messages are written."),
    ("Cost per request within budget", "Forecast at the expected volume, with the alert that watches it."),
)


def ensure_default_gates(actor: Actor) -> list[StageGate]:
    """Create gates for beta and GA where the organization has none yet; returns those created."""
    actor.require("stage_gate.create")
    known = set(StageGate.objects.values_list("to_stage", flat=True))
    created = []
    for stage, name, checklist, task_success in (
        (Stage.BETA, "Beta readiness", _BETA_CHECKLIST, "0.70"),
        (Stage.GA, "GA readiness", _GA_CHECKLIST, "0.80"),
    ):
        if stage not in known:
            created.append(_create_default(stage, name, checklist, task_success, actor=actor))
    return created


def _create_default(
    stage: Stage, name: str, checklist: tuple[tuple[str, str], ...], task_success: str, *, actor: Actor
) -> StageGate:
    gate = create_gate(
        to_stage=stage,
        name=name,
        description=f"What must be true, and who must agree, before an initiative enters {stage.label}.",
        actor=actor,
    )
    for title, guidance in checklist:
        create_criterion(gate=gate, title=title, guidance=guidance, actor=actor)
    create_criterion(
        gate=gate,
        title="Task success",
        guidance="Share of tasks users complete with the feature, as a fraction.",
        kind=CriterionKind.LIVE,
        source=CriterionSource.KPI,
        kpi_name="Task success rate",
        comparator=Comparator.AT_LEAST,
        threshold=task_success,
        max_age_days=30,
        actor=actor,
    )
    if stage == Stage.GA:
        create_criterion(
            gate=gate,
            title="Experiment shows an uplift with guardrails intact",
            kind=CriterionKind.LIVE,
            source=CriterionSource.EXPERIMENT,
            max_age_days=90,
            actor=actor,
        )
    return gate
