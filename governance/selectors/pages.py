"""What the pages of launches and approvals show, for one reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.calc.plan import Filling
from governance.enums import ApprovalStatus, CriterionKind, Outcome
from governance.models import ApprovalRequest, ChecklistAnswer, Decision, Launch, StageGate
from governance.selectors import approvals as standing
from governance.selectors.gates import CriterionResult, active_gate, gated_next_stages, overall
from governance.selectors.launches import missing_texts, open_launch
from governance.selectors.people import as_approver, deciders, membership_of
from governance.selectors.stage_changes import latest_request, review_stage_change
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.enums import Function
from tenancy.models import Membership

FunctionChoice = tuple[str, str]


@dataclass(frozen=True)
class ApprovalView:
    """A request as one reader sees it: how far it is, what they may do, and why not more."""

    request: ApprovalRequest
    states: Sequence[standing.RequirementState]
    vetoes: Sequence[Decision]
    decisions: Sequence[Decision]
    is_expired: bool
    closed: str
    obstacles: Sequence[str]
    may_decide: bool
    may_withdraw: bool
    may_veto_for: Sequence[FunctionChoice]
    may_lift_for: Sequence[FunctionChoice]
    veto_functions: Sequence[str]


@dataclass(frozen=True)
class ChecklistRow:
    """A criterion's result, and for a checklist item the answer behind it."""

    result: CriterionResult
    answer: ChecklistAnswer | None

    @property
    def is_checklist(self) -> bool:
        return self.result.kind == CriterionKind.CHECKLIST


@dataclass(frozen=True)
class LaunchView:
    """A launch as one reader sees it; `gate` is None when its stage has none any more."""

    launch: Launch
    gate: StageGate | None
    outcome: Outcome
    rows: Sequence[ChecklistRow]
    reasons: Sequence[str]
    gaps: Sequence[str]
    approval: ApprovalView | None
    may_answer: bool
    may_request: bool
    may_evaluate: bool
    may_cancel: bool
    passed: int

    @property
    def is_clear(self) -> bool:
        """Whether the stage change would go through now."""
        return self.launch.is_open and self.gate is not None and not self.reasons

    @property
    def is_ready(self) -> bool:
        """Whether the reader can ask for approval now, as far as the launch itself goes."""
        has_veto = self.approval is not None and bool(self.approval.vetoes)
        return self.may_request and self.outcome == Outcome.PASS and not self.gaps and not has_veto


def approval_view(request: ApprovalRequest, *, actor: Actor, at: datetime) -> ApprovalView:
    """`request.launch` must be loaded."""
    launch, me = request.launch, membership_of(actor)
    decisions = list(request.decisions.select_related("actor__user"))
    vetoes = standing.vetoes_on(launch.initiative_id, launch.target_stage)
    closed = standing.closed_text(request, at=at)
    obstacles = _obstacles(request, me, decisions, actor)
    return ApprovalView(
        request=request,
        states=standing.requirement_states(request, decisions),
        vetoes=vetoes if request.status != ApprovalStatus.CONSUMED else [],
        decisions=decisions,
        is_expired=request.is_live and request.expires_at <= at,
        closed=closed,
        obstacles=obstacles,
        may_decide=not closed and not obstacles,
        may_withdraw=request.is_live and actor.can("approval_request.withdraw"),
        may_veto_for=_may_veto_for(request, me, vetoes, actor),
        may_lift_for=_may_lift_for(request, me, vetoes, actor),
        veto_functions=[standing.function_label(code) for code in request.plan["veto_functions"]],
    )


def _obstacles(
    request: ApprovalRequest, me: Membership | None, decisions: Sequence[Decision], actor: Actor
) -> list[str]:
    found = standing.personal_obstacles(request, me, decisions)
    return found if found or actor.can("approval_request.decide") else ["Your role does not decide on approvals."]


def _named(codes: Sequence[str]) -> list[FunctionChoice]:
    return [(code, str(Function(code).label)) for code in codes]


def _may_veto_for(
    request: ApprovalRequest, me: Membership | None, vetoes: Sequence[Decision], actor: Actor
) -> list[FunctionChoice]:
    if not request.is_live or not actor.can("approval_request.veto"):
        return []
    raised = {veto.function for veto in vetoes}
    return _named([code for code in standing.veto_functions_of(request, me) if code not in raised])


def _may_lift_for(
    request: ApprovalRequest, me: Membership | None, vetoes: Sequence[Decision], actor: Actor
) -> list[FunctionChoice]:
    if me is None or not actor.can("approval_request.veto") or request.status == ApprovalStatus.CONSUMED:
        return []
    if me.pk in (request.requested_by_id, request.launch.created_by_id):
        return []
    raised = {veto.function for veto in vetoes}
    return _named([code for code in standing.veto_functions_of(request, me) if code in raised])


def launch_view(launch: Launch, *, actor: Actor, at: datetime) -> LaunchView:
    """Everything the launch's page shows; `launch.initiative` must be loaded."""
    gate = active_gate(launch.target_stage)
    request = latest_request(launch)
    approval = None
    if request is not None:
        request.launch = launch
        approval = approval_view(request, actor=actor, at=at)
    review = review_stage_change(gate, launch.initiative, launch, at=at) if gate and launch.is_open else None
    results = review.results if review else []
    answers = {str(answer.criterion_id): answer for answer in ChecklistAnswer.objects.filter(launch=launch.pk)}
    is_live = request is not None and request.is_live and request.expires_at > at
    return LaunchView(
        launch=launch,
        gate=gate,
        outcome=overall(results),
        rows=[ChecklistRow(result, answers.get(result.criterion)) for result in results],
        reasons=review.reasons if review else [],
        gaps=missing_texts(launch) if launch.is_open else [],
        approval=approval,
        may_answer=launch.is_open and actor.can("checklist_answer.change"),
        may_request=launch.is_open and not is_live and actor.can("launch.request_approval"),
        may_evaluate=launch.is_open and gate is not None and actor.can("launch.evaluate"),
        may_cancel=launch.is_open and actor.can("launch.cancel"),
        passed=sum(result.outcome == Outcome.PASS for result in results),
    )


@dataclass(frozen=True)
class Inbox:
    """What waits for one person: to decide, to review with a veto in hand, and what they asked for themselves."""

    to_decide: Sequence[ApprovalRequest]
    to_watch: Sequence[ApprovalRequest]
    asked: Sequence[ApprovalRequest]


def _requests(actor: Actor) -> Any:
    return (
        ApprovalRequest.objects.permitted(actor)
        .select_related("launch__initiative", "requested_by__user", "gate")
        .prefetch_related("decisions")
    )


def waiting_to_decide(actor: Actor, *, at: datetime) -> list[ApprovalRequest]:
    """Pending requests this person could approve or refuse now, those that expire first at the top."""
    me = membership_of(actor)
    if me is None or not actor.can("approval_request.decide"):
        return []
    pending = _requests(actor).undecided_by(me.pk, at=at).current().order_by("expires_at", "id")
    return [
        request for request in pending if not standing.personal_obstacles(request, me, list(request.decisions.all()))
    ]


def inbox_of(actor: Actor, *, at: datetime) -> Inbox:
    """The approvals page of one person."""
    me = membership_of(actor)
    if me is None:
        return Inbox([], [], [])
    deciding = waiting_to_decide(actor, at=at)
    seen = {request.pk for request in deciding}
    live = list(_requests(actor).live().filter(expires_at__gt=at).order_by("expires_at", "id"))
    may_veto = actor.can("approval_request.veto")
    return Inbox(
        to_decide=deciding,
        to_watch=[
            request
            for request in live
            if may_veto and request.pk not in seen and standing.veto_functions_of(request, me)
        ],
        asked=[request for request in live if request.requested_by_id == me.pk],
    )


@dataclass(frozen=True)
class StageOutlook:
    """A gated stage ahead of an initiative: its launch, if there is one, and all that stands in the way."""

    gate: StageGate
    launch: Launch | None
    reasons: Sequence[str]


def stage_outlooks(initiative: Initiative, *, at: datetime) -> list[StageOutlook]:
    """The gated stages the initiative could enter next, nearest first."""
    outlooks = []
    for gate in gated_next_stages(initiative):
        launch = open_launch(initiative.pk, gate.to_stage)
        review = review_stage_change(gate, initiative, launch, at=at)
        outlooks.append(StageOutlook(gate, launch, review.reasons))
    return outlooks


def launches_of(initiative: Initiative) -> Any:
    """All launches of an initiative, newest first."""
    return Launch.objects.filter(initiative=initiative.pk).order_by("-created_at", "-id")


def people_for(gate: StageGate) -> list[standing.RequirementState]:
    """Who could approve under the gate as it is now, requirement by requirement."""
    members = deciders()
    return [
        standing.RequirementState(
            filling=Filling(requirement, ()),
            approvals=[],
            candidates=[member for member in members if as_approver(member).fits(requirement)],
        )
        for requirement in standing.requirements_of(gate)
    ]
