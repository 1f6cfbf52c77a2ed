"""The guard on stage changes: forward into a gated stage only on an approval, used up by this very change."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.functions import TransactionNow
from django.utils import timezone

from core.errors import DomainError
from governance.enums import ApprovalStatus, GateRunOccasion, LaunchStatus
from governance.models import ApprovalRequest, Launch
from governance.selectors.gates import active_gate, is_ahead
from governance.selectors.launches import open_launch
from governance.selectors.stage_changes import StageReview, review_stage_change
from governance.services.gates import record_run
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.scope import named_action


class GateClosedError(DomainError):
    """The stage has a gate, and not everything it asks for is there; `reasons` names all that is missing."""

    code = "gate_closed"

    def __init__(self, message: str, *, reasons: Sequence[str]) -> None:
        super().__init__(message, reasons=reasons)


def guard_stage_change(*, initiative: Initiative, to: str, actor: Actor, **facts: Any) -> None:
    """Refuse a change into a gated stage, or let it pass and use up its approval.

    Called by the portfolio inside its transaction with the initiative locked. Ways back are free: a
    rollback must never wait for an approval.
    """
    gate = active_gate(to)
    if gate is None or not is_ahead(initiative.stage, to):
        return
    launch = open_launch(initiative.pk, to, lock=True)
    if launch is not None:
        # Vetoes and decisions lock the launch first, so none can slip in between review and use.
        ApprovalRequest.objects.for_update().live().filter(launch=launch.pk).first()
    review = review_stage_change(gate, initiative, launch, at=timezone.now())
    is_approved = review.request is not None and review.request.status == ApprovalStatus.APPROVED
    if review.reasons or not is_approved or review.launch is None or review.request is None:
        raise GateClosedError(
            f"{initiative.key} cannot enter {gate.get_to_stage_display()} yet.", reasons=review.reasons
        )
    _use(review, review.launch, review.request, actor=actor)


def _use(review: StageReview, launch: Launch, request: ApprovalRequest, *, actor: Actor) -> None:
    named_action("approval.used")
    record_run(review.gate, launch, review.results, actor=actor, occasion=GateRunOccasion.EXECUTION)
    request.status = ApprovalStatus.CONSUMED
    # The transaction's own time: the database's guard on stages accepts no other.
    request.consumed_at = TransactionNow()
    request.save(update_fields=["status", "consumed_at", "updated_at"])


def mark_launched(*, initiative: Initiative, old_stage: str, actor: Actor, **facts: Any) -> None:
    """Close the launch the initiative has just made; going back to an earlier stage launches nothing."""
    if not is_ahead(old_stage, initiative.stage):
        return
    launch = open_launch(initiative.pk, initiative.stage, lock=True)
    if launch is None:
        return
    named_action("launch.launched")
    launch.status = LaunchStatus.LAUNCHED
    launch.launched_at = timezone.now()
    launch.save(update_fields=["status", "launched_at", "updated_at"])
