"""Writing experiments: the plan while it is a draft, then start, stop and decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from experiments.enums import ALLOWED_TRANSITIONS, ExperimentDecision, ExperimentStatus
from experiments.models import Experiment
from experiments.selectors import plan_of
from experiments.services.plans import TWO_ARMS, locked_draft, replace_metrics, replace_variants
from experiments.services.readouts import request_readout
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import delete_checked, save_checked

FIELDS = ("initiative", "key", "name", "hypothesis", "significance_level", "planned_units")

TAKEN = {"experiments_experiment_key": ("key", "Another experiment has this key.")}

Rows = Sequence[Mapping[str, Any]]


class TransitionNotAllowedError(DomainError):
    """The experiment's status does not lead where it was sent."""

    code = "transition_not_allowed"


@transaction.atomic
def create_experiment(
    *, actor: Actor, variants: Rows | None = None, metrics: Rows | None = None, **fields: Any
) -> Experiment:
    """Draft an experiment; without `variants` it gets a control and a treatment of one half each."""
    actor.require("experiment.create")
    experiment = Experiment(**{name: fields[name] for name in FIELDS if name in fields})
    _require_initiative(experiment.initiative, actor=actor)
    named_action("experiment.created")
    save_checked(experiment, taken=TAKEN)
    replace_variants(experiment, TWO_ARMS if variants is None else variants)
    replace_metrics(experiment, metrics or ())
    return experiment


@transaction.atomic
def change_experiment(
    experiment: Experiment,
    *,
    actor: Actor,
    variants: Rows | None = None,
    metrics: Rows | None = None,
    **changes: Any,
) -> Experiment:
    """Change a draft; `variants` and `metrics`, where given, replace the whole list."""
    actor.require("experiment.change")
    locked = locked_draft(experiment, actor=actor)
    for name in FIELDS:
        if name in changes:
            setattr(locked, name, changes[name])
    if "initiative" in changes:
        _require_initiative(locked.initiative, actor=actor)
    named_action("experiment.changed")
    save_checked(locked, taken=TAKEN)
    if variants is not None:
        replace_variants(locked, variants)
    if metrics is not None:
        replace_metrics(locked, metrics)
    return locked


@transaction.atomic
def delete_experiment(experiment: Experiment, *, actor: Actor) -> None:
    """Delete a draft; what has run stays as evidence."""
    actor.require("experiment.delete")
    locked = _locked(experiment, "delete", actor=actor)
    if locked.status != ExperimentStatus.DRAFT:
        raise DomainError("An experiment that has run is evidence and stays.")
    named_action("experiment.deleted")
    delete_checked(locked)


@transaction.atomic
def start_experiment(experiment: Experiment, *, actor: Actor, reason: str = "") -> Experiment:
    """Start a draft, which fixes its plan; raises DomainError with everything the plan lacks."""
    actor.require("experiment.start")
    locked = _locked(experiment, "start", actor=actor)
    _require_transition(locked, ExperimentStatus.RUNNING)
    _require_complete_plan(locked)
    locked.status = ExperimentStatus.RUNNING
    locked.started_on = timezone.now().date()
    return _save(locked, "experiment.started", reason, ["status", "started_on"])


@transaction.atomic
def stop_experiment(experiment: Experiment, *, actor: Actor, reason: str) -> Experiment:
    """Stop a running experiment; a readout of the final figures follows in the background."""
    actor.require("experiment.stop")
    if not reason.strip():
        raise InvalidInputError("Say why the experiment stops.", pointer="reason")
    locked = _locked(experiment, "stop", actor=actor)
    _require_transition(locked, ExperimentStatus.STOPPED)
    locked.status = ExperimentStatus.STOPPED
    locked.ended_on = timezone.now().date()
    stopped = _save(locked, "experiment.stopped", reason, ["status", "ended_on"])
    request_readout(stopped, actor=actor)
    return stopped


@transaction.atomic
def decide_experiment(
    experiment: Experiment, *, decision: ExperimentDecision | str, rationale: str, actor: Actor
) -> Experiment:
    """Record what people make of a stopped experiment; it may differ from the readout, hence the rationale."""
    actor.require("experiment.decide")
    if decision not in ExperimentDecision.values:
        raise InvalidInputError("Choose one of the decisions.", pointer="decision")
    if not rationale.strip():
        raise InvalidInputError("Say why; the next team will ask.", pointer="rationale")
    locked = _locked(experiment, "decide", actor=actor)
    _require_transition(locked, ExperimentStatus.DECIDED)
    locked.status = ExperimentStatus.DECIDED
    locked.decision = decision
    locked.rationale = rationale.strip()
    return _save(locked, "experiment.decided", locked.rationale, ["status", "decision", "rationale"])


def _locked(experiment: Experiment, verb: str, *, actor: Actor) -> Experiment:
    locked: Experiment | None = Experiment.objects.permitted(actor, verb).for_update().filter(pk=experiment.pk).first()
    if locked is None:
        raise NotPermittedError(f"You may see this experiment but not {verb} it.")
    return locked


def _require_transition(experiment: Experiment, to: ExperimentStatus) -> None:
    if to not in ALLOWED_TRANSITIONS[experiment.status]:
        raise TransitionNotAllowedError(
            f"The experiment is {experiment.get_status_display().lower()}; it cannot become {to.label.lower()}."
        )


def _require_complete_plan(experiment: Experiment) -> None:
    missing = plan_of(experiment).missing
    if missing:
        raise DomainError(f"The plan is not complete: {' '.join(missing)}", reasons=missing)


def _require_initiative(initiative: Initiative | None, *, actor: Actor) -> None:
    if initiative is not None and not Initiative.objects.permitted(actor).filter(pk=initiative.pk).exists():
        raise InvalidInputError("There is no such initiative.", pointer="initiative")


def _save(experiment: Experiment, action: str, reason: str, fields: list[str]) -> Experiment:
    named_action(action, reason=reason.strip())
    return save_checked(experiment, update_fields=fields)
