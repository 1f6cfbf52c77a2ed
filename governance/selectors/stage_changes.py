"""What stands between an initiative and a gated stage, all of it at once."""

from dataclasses import dataclass, field
from datetime import datetime

from governance.models import ApprovalRequest, Launch, StageGate
from governance.selectors.approvals import approval_problems, veto_text, vetoes_on
from governance.selectors.gates import CriterionResult, blocking_reasons, evaluate
from governance.selectors.launches import subject_digest
from portfolio.models import Initiative


@dataclass(frozen=True)
class StageReview:
    """The launch and approval a stage change would rest on, the gate's results, and every reason against."""

    gate: StageGate
    launch: Launch | None
    request: ApprovalRequest | None
    results: list[CriterionResult] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def latest_request(launch: Launch) -> ApprovalRequest | None:
    """The launch's newest approval request, whatever its state."""
    return (
        ApprovalRequest.objects.filter(launch=launch.pk).select_related("launch").order_by("-created_at", "-id").first()
    )


def review_stage_change(gate: StageGate, initiative: Initiative, launch: Launch | None, *, at: datetime) -> StageReview:
    """Every reason why the initiative cannot enter the gate's stage now; none when it can.

    The digest is computed again from the rows, so that content changed past the services counts too.
    """
    results = evaluate(gate, initiative, launch, at=at)
    vetoes = [veto_text(veto) for veto in vetoes_on(initiative.pk, gate.to_stage)]
    if launch is None:
        missing = f"There is no launch for {gate.get_to_stage_display()}: prepare one and ask for its approval."
        return StageReview(gate, None, None, results, [*vetoes, missing, *blocking_reasons(results)])
    request = latest_request(launch)
    problems = approval_problems(request, at=at)
    if not problems and request is not None and subject_digest(launch) != request.subject_digest:
        problems = ["The launch's content differs from what was approved: the approval is stale."]
    return StageReview(gate, launch, request, results, [*vetoes, *problems, *blocking_reasons(results)])
