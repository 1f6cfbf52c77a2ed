"""Initiatives: create, change, move, delete, and the guarded change of stage."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from collaboration.services.documents import require_no_documents
from core.errors import DomainError, NotPermittedError
from portfolio.enums import ALLOWED_TRANSITIONS, Stage
from portfolio.hooks import after_stage_change, before_stage_change
from portfolio.models import Initiative
from portfolio.services.access import VIEW_ONLY, lock_permitted
from portfolio.services.initiative_batches import InitiativeRow, Refusal, write_initiatives
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import delete_checked


class TransitionNotAllowedError(DomainError):
    """The stage cannot be reached from the present one; `allowed` holds the stages that can."""

    code = "transition_not_allowed"

    def __init__(self, initiative: Initiative, to: str) -> None:
        self.allowed = [stage for stage in Stage if stage in ALLOWED_TRANSITIONS[initiative.stage]]
        labels = [str(stage.label) for stage in self.allowed]
        targets = f"only to {', '.join(labels)}" if labels else "nowhere: it is over"
        message = f"From {Stage(initiative.stage).label} an initiative can go {targets}; not to {Stage(to).label}."
        super().__init__(message, pointer="to", reasons=[f"Allowed: {label}." for label in labels])


def create_initiative(*, actor: Actor, stage: str = Stage.IDEA, **fields: Any) -> Initiative:
    """A new initiative, by default an idea.

    An empty key is generated from the portfolio's prefix. Another `stage` is for records that come
    from elsewhere with a past, and needs the right to change stages.
    """
    actor.require("initiative.create")
    return _accepted(write_initiatives([InitiativeRow(fields, stage=stage)], actor=actor))


def change_initiative(initiative: Initiative, *, actor: Actor, **changes: Any) -> Initiative:
    """Change anything but the stage; a new parent or portfolio moves it in the tree."""
    actor.require("initiative.change")
    return _accepted(write_initiatives([InitiativeRow(changes, initiative)], actor=actor))


@transaction.atomic
def delete_initiative(initiative: Initiative, *, actor: Actor) -> None:
    """Delete an initiative nothing hangs on: no children, business cases, KPIs or documents."""
    actor.require("initiative.delete")
    locked = lock_permitted(initiative, "delete", actor=actor)
    require_no_documents(locked)
    named_action("initiative.deleted")
    delete_checked(locked)


def change_stage(initiative: Initiative, *, to: str, actor: Actor, reason: str = "") -> Initiative:
    """Move the initiative to another stage, unless the table of transitions or a guard refuses."""
    actor.require("initiative.change_stage")
    return _accepted(change_stages([(initiative, to)], actor=actor, reason=reason))


@transaction.atomic
def change_stages(
    moves: Sequence[tuple[Initiative, str]], *, actor: Actor, reason: str = ""
) -> list[Initiative | DomainError]:
    """Move many initiatives, each once, to other stages; the answer holds each, or why it stays where it is.

    Reads and writes all at once; beyond that only a move the table allows costs queries, those of its guards.
    """
    actor.require("initiative.change_stage")
    permitted = Initiative.objects.permitted(actor, "change_stage").for_update()
    wanted = [initiative.pk for initiative, _ in moves]
    locked = {found.pk: found for found in permitted.filter(pk__in=wanted).order_by("pk")}
    results = [_guarded(locked.get(initiative.pk), to, actor) for initiative, to in moves]
    moved = [(each, to) for each, (_, to) in zip(results, moves, strict=True) if isinstance(each, Initiative)]
    old_stages = [each.stage for each, _ in moved]
    now = timezone.now()
    for each, to in moved:
        each.stage, each.stage_changed_at, each.updated_at = to, now, now
    if moved:
        named_action("initiative.stage_changed", reason=reason)
        Initiative.objects.bulk_update([each for each, _ in moved], ["stage", "stage_changed_at", "updated_at"])
    for (each, _), old_stage in zip(moved, old_stages, strict=True):
        after_stage_change.run(initiative=each, old_stage=old_stage, actor=actor)
    return results


def _guarded(initiative: Initiative | None, to: str, actor: Actor) -> Initiative | DomainError:
    """The locked initiative when it may move, otherwise why not; a refused guard leaves nothing behind."""
    if initiative is None:
        return NotPermittedError(VIEW_ONLY)
    if to not in ALLOWED_TRANSITIONS[initiative.stage]:
        return TransitionNotAllowedError(initiative, to)
    try:
        with transaction.atomic():
            before_stage_change.run(initiative=initiative, to=to, actor=actor)
    except DomainError as refusal:
        return refusal
    return initiative


def _accepted(results: Sequence[Initiative | Refusal]) -> Initiative:
    """What a batch of one wrote; raises its refusal."""
    (result,) = results
    if isinstance(result, Initiative):
        return result
    raise result
