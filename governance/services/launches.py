"""Launches: planning one, answering its checklist, cancelling it.

Whatever changes the content an approver decides on makes a live approval stale in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from core.errors import DomainError, InvalidInputError
from governance.enums import ApprovalStatus, CriterionKind, LaunchStatus
from governance.models import MATERIAL_FIELDS, ChecklistAnswer, GateCriterion, Launch
from governance.selectors.gates import active_gate, is_ahead
from governance.selectors.launches import open_launch, subject_digest
from governance.selectors.people import membership_of
from governance.services.approvals import end_live_request
from portfolio.enums import Stage
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.scope import named_action

EDITED = "The launch was edited."


class LaunchClosedError(DomainError):
    """The launch is out or cancelled."""

    code = "launch_closed"


@dataclass(frozen=True)
class Answer:
    """What somebody states about one checklist criterion."""

    criterion: GateCriterion
    is_done: bool
    note: str = ""


def create_launch(*, initiative: Initiative, target_stage: str, title: str, actor: Actor, **plan: Any) -> Launch:
    """Plan a launch; `plan` holds any of the material fields.

    Raises InvalidInputError for a stage without an active gate, not ahead of the initiative's, or with an open
    launch already.
    """
    actor.require("launch.create")
    _require_launchable(initiative, target_stage)
    membership = membership_of(actor)
    launch = Launch(initiative=initiative, target_stage=target_stage, created_by=membership, edited_by=membership)
    _set_content(launch, {"title": title, **plan})
    launch.full_clean(exclude=["organization", "digest"])
    launch.digest = subject_digest(launch)
    named_action("launch.created")
    launch.save(force_insert=True)
    return launch


def change_launch(launch: Launch, *, actor: Actor, **changes: Any) -> Launch:
    """Change material fields; a live approval becomes stale if anything differs afterwards."""
    actor.require("launch.change")
    locked = _lock_open(launch)
    _set_content(locked, changes)
    locked.full_clean(exclude=["organization", "digest"])
    named_action("launch.changed")
    return _save_content(locked, actor=actor)


def answer_checklist(launch: Launch, *, actor: Actor, answers: Iterable[Answer]) -> Launch:
    """Record answers to checklist criteria of the launch's gate; answers that say nothing new keep their author."""
    actor.require("checklist_answer.change")
    locked = _lock_open(launch)
    gate = active_gate(locked.target_stage)
    known = {answer.criterion_id: answer for answer in ChecklistAnswer.objects.for_update().filter(launch=locked.pk)}
    membership = membership_of(actor)
    named_action("launch.checklist_answered")
    for given in answers:
        criterion = given.criterion
        if gate is None or criterion.gate_id != gate.pk or criterion.kind != CriterionKind.CHECKLIST:
            raise InvalidInputError(f"“{criterion.title}” is not on this launch's checklist.", pointer="criterion")
        answer = known.get(criterion.pk) or ChecklistAnswer(launch=locked, criterion=criterion)
        if answer.pk in {row.pk for row in known.values()}:
            if (answer.is_done, answer.note) == (given.is_done, given.note):
                continue
        elif not given.is_done and not given.note:
            continue
        answer.is_done, answer.note, answer.answered_by = given.is_done, given.note, membership
        answer.save()
    return _save_content(locked, actor=actor)


def cancel_launch(launch: Launch, *, actor: Actor, reason: str = "") -> Launch:
    """Give a launch up; its live request is withdrawn, vetoes on the subject stand."""
    actor.require("launch.cancel")
    locked = _lock_open(launch)
    named_action("launch.cancelled", reason=reason)
    end_live_request(locked, status=ApprovalStatus.WITHDRAWN, reason="The launch was cancelled.")
    locked.status = LaunchStatus.CANCELLED
    locked.save(update_fields=["status", "updated_at"])
    return locked


def _require_launchable(initiative: Initiative, target_stage: str) -> None:
    if target_stage not in Stage.values:
        raise InvalidInputError(f"“{target_stage}” is not a stage.", pointer="target_stage")
    if active_gate(target_stage) is None:
        raise InvalidInputError(
            f"There is no active gate for {Stage(target_stage).label}, so nothing needs to be launched into it.",
            pointer="target_stage",
        )
    if not is_ahead(initiative.stage, target_stage):
        raise InvalidInputError(
            f"The initiative is in {Stage(initiative.stage).label} already.", pointer="target_stage"
        )
    if open_launch(initiative.pk, target_stage) is not None:
        raise InvalidInputError(
            f"This initiative already has an open launch for {Stage(target_stage).label}.", pointer="target_stage"
        )


def _lock_open(launch: Launch) -> Launch:
    locked = Launch.objects.for_update().get(pk=launch.pk)
    if not locked.is_open:
        raise LaunchClosedError(f"The launch is {locked.get_status_display().lower()} and can no longer be changed.")
    return locked


def _set_content(launch: Launch, values: dict[str, Any]) -> None:
    unknown = sorted(set(values) - set(MATERIAL_FIELDS))
    if unknown:
        raise ValidationError(dict.fromkeys(unknown, "This cannot be changed."))
    for field, value in values.items():
        setattr(launch, field, value)


def _save_content(launch: Launch, *, actor: Actor) -> Launch:
    """Save the locked launch; new content counts up its version, names its editor and ends a live request."""
    digest = subject_digest(launch)
    if digest != launch.digest:
        launch.digest = digest
        launch.content_version += 1
        launch.edited_by = membership_of(actor)
        launch.status = LaunchStatus.DRAFT
        end_live_request(launch, status=ApprovalStatus.STALE, reason=EDITED)
    launch.save()
    launch.refresh_from_db(fields=["version"])
    return launch
