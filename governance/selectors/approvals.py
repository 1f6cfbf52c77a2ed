"""Where an approval stands: who is still missing, who stopped it, and why somebody cannot decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from governance.calc.plan import Approver, Filling, Requirement, fill, is_filled
from governance.enums import ApprovalStatus, Verdict
from governance.models import ApprovalRequest, ChecklistAnswer, Decision, Launch, StageGate
from governance.selectors.people import as_approver, deciders
from tenancy.enums import Function
from tenancy.models import Membership

ENDED = {
    ApprovalStatus.REFUSED: "The approval was refused.",
    ApprovalStatus.STALE: "The launch was edited after the approval was requested: the approval is stale.",
    ApprovalStatus.WITHDRAWN: "The approval request was withdrawn.",
    ApprovalStatus.EXPIRED: "The approval has expired.",
    ApprovalStatus.CONSUMED: "The approval has been used already.",
}


PARTS = {
    "requester": "You asked for this approval.",
    "creator": "You created it.",
    "editor": "You made the last change to it.",
    "evidence": "You confirmed an item of its checklist.",
}


@dataclass(frozen=True)
class RequirementState:
    """One requirement of a plan with the people counted for it and those who could still fill it."""

    filling: Filling
    approvals: Sequence[Decision]
    candidates: Sequence[Membership]

    @property
    def label(self) -> str:
        return self.filling.requirement.label

    @property
    def quorum(self) -> int:
        return self.filling.requirement.quorum

    @property
    def missing(self) -> int:
        return self.filling.missing


def function_label(function: str) -> str:
    return str(Function(function).label)


def requirements_of(gate: StageGate) -> list[Requirement]:
    """The approvals a gate asks for now: senior people, and one of each required function."""
    people = Requirement(
        label="Director-level approval",
        roles=frozenset(gate.approver_roles),
        functions=frozenset(gate.approver_functions),
        quorum=gate.approvals_required,
    )
    functions = [
        Requirement(label=f"{function_label(code)} approval", roles=frozenset(), functions=frozenset({code}))
        for code in gate.required_functions
    ]
    return [people, *functions]


def planned_requirements(request: ApprovalRequest) -> list[Requirement]:
    """The requirements as frozen in the request."""
    return [Requirement.from_json(stored) for stored in request.plan["requirements"]]


def excluded_people(launch: Launch, requester: Membership) -> dict[str, str]:
    """Membership id to the part this person had in the launch, for everybody kept from approving it."""
    answers = ChecklistAnswer.objects.filter(launch=launch.pk, answered_by__isnull=False)
    excluded = {str(author): "evidence" for author in answers.values_list("answered_by", flat=True)}
    for membership_id, part in (
        (launch.edited_by_id, "editor"),
        (launch.created_by_id, "creator"),
        (requester.pk, "requester"),
    ):
        if membership_id is not None:
            excluded[str(membership_id)] = part
    return excluded


def unfillable(requirements: Sequence[Requirement], excluded: Mapping[str, str]) -> list[str]:
    """One sentence for each requirement that nobody, or too few people, could fill."""
    able = [as_approver(member) for member in deciders() if str(member.pk) not in excluded]
    return [
        f"{filling.requirement.label}: {filling.missing} more eligible"
        f" {'person is' if filling.missing == 1 else 'people are'} needed who had no hand in this launch."
        for filling in fill(requirements, able)
        if filling.missing > 0
    ]


def as_decided(decision: Decision) -> Approver:
    """The author of a decision with what they held when they decided."""
    return Approver(key=str(decision.actor_id), role=decision.role, functions=frozenset(decision.functions))


def fillings_of(request: ApprovalRequest, decisions: Iterable[Decision]) -> list[Filling]:
    """How far the approvals given fill the request's plan."""
    given = sorted((d for d in decisions if d.verdict == Verdict.APPROVE), key=lambda d: (d.at, str(d.pk)))
    return fill(planned_requirements(request), [as_decided(decision) for decision in given])


def active_vetoes(decisions: Iterable[Decision]) -> list[Decision]:
    """Vetoes that stand: per function the last word, where that is a veto."""
    last: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda d: (d.at, str(d.pk))):
        if decision.verdict in (Verdict.VETO, Verdict.LIFT_VETO):
            last[decision.function] = decision
    return [decision for decision in last.values() if decision.verdict == Verdict.VETO]


def vetoes_on(initiative_id: UUID, stage: str) -> list[Decision]:
    """Vetoes that stand on bringing the initiative to the stage, whichever request they were raised on."""
    decisions = Decision.objects.on_subject(initiative_id, stage).about_vetoes()
    return active_vetoes(decisions.select_related("actor__user"))


def veto_text(veto: Decision) -> str:
    """What a veto says, as a reason for a refusal."""
    function = function_label(veto.function)
    return f"{function} has vetoed this launch ({veto.actor.user.name}: {veto.reason}). Only {function} can lift it."


def computed_status(request: ApprovalRequest, decisions: Sequence[Decision]) -> ApprovalStatus:
    """The state of a live request as its decisions say: veto before refusal before approval."""
    if active_vetoes(decisions):
        return ApprovalStatus.VETOED
    if any(decision.verdict == Verdict.REFUSE for decision in decisions):
        return ApprovalStatus.REFUSED
    return ApprovalStatus.APPROVED if is_filled(fillings_of(request, decisions)) else ApprovalStatus.PENDING


def requirement_states(request: ApprovalRequest, decisions: Sequence[Decision]) -> list[RequirementState]:
    """Each requirement with who approved and, for open places, who could."""
    by_actor = {str(d.actor_id): d for d in decisions if d.verdict == Verdict.APPROVE}
    decided = {str(d.actor_id) for d in decisions if d.verdict in (Verdict.APPROVE, Verdict.REFUSE)}
    barred = decided | set(request.plan["excluded"])
    able = [member for member in deciders() if str(member.pk) not in barred] if request.is_live else []
    return [
        RequirementState(
            filling=filling,
            approvals=[by_actor[key] for key in filling.keys],
            candidates=[member for member in able if as_approver(member).fits(filling.requirement)],
        )
        for filling in fillings_of(request, decisions)
    ]


def is_content_changed(request: ApprovalRequest) -> bool:
    """Whether the launch is no longer what the request was made for; `launch` must be loaded."""
    return bool(request.subject_digest != request.launch.digest)


def approval_problems(request: ApprovalRequest | None, *, at: datetime) -> list[str]:
    """Why an approval cannot be used now; empty when it can. Vetoes are told by `vetoes_on`."""
    if request is None:
        return ["No approval has been requested."]
    if request.status in ENDED:
        return [ENDED[ApprovalStatus(request.status)]]
    if is_content_changed(request):
        return [ENDED[ApprovalStatus.STALE]]
    if request.expires_at <= at:
        return [ENDED[ApprovalStatus.EXPIRED]]
    if request.status == ApprovalStatus.APPROVED:
        return []
    decisions = list(request.decisions.all())
    return [
        f"{filling.requirement.label} is missing"
        + (f" ({filling.missing} of {filling.requirement.quorum})." if filling.requirement.quorum > 1 else ".")
        for filling in fillings_of(request, decisions)
        if filling.missing > 0
    ]


def closed_text(request: ApprovalRequest, *, at: datetime) -> str:
    """Why nobody can approve or refuse this request any more; empty while somebody can."""
    if request.status in ENDED:
        return ENDED[ApprovalStatus(request.status)]
    if is_content_changed(request):
        return ENDED[ApprovalStatus.STALE]
    if request.expires_at <= at:
        return ENDED[ApprovalStatus.EXPIRED]
    if request.status == ApprovalStatus.VETOED:
        return "A veto stands: nobody can approve until it is lifted."
    return "" if request.status == ApprovalStatus.PENDING else "The approval is complete."


def personal_obstacles(
    request: ApprovalRequest, membership: Membership | None, decisions: Sequence[Decision]
) -> list[str]:
    """Why this person must not approve, whatever the state of the request; empty when they may."""
    if membership is None:
        return ["Only an active member of the organization can approve."]
    obstacles = []
    if part := request.plan["excluded"].get(str(membership.pk)):
        obstacles.append(f"{PARTS[part]} Somebody else has to approve it.")
    verdicts = (Verdict.APPROVE, Verdict.REFUSE)
    if any(d.actor_id == membership.pk and d.verdict in verdicts for d in decisions):
        obstacles.append("You have already decided on this request.")
    if not may_fill(request, membership):
        wanted = ", ".join(requirement.label for requirement in planned_requirements(request))
        obstacles.append(f"The plan asks for: {wanted}. Your role and functions are none of these.")
    return obstacles


def may_fill(request: ApprovalRequest, membership: Membership) -> bool:
    """Whether role and functions the person holds now fit one of the plan's requirements."""
    approver = as_approver(membership)
    return any(approver.fits(requirement) for requirement in planned_requirements(request))


def veto_functions_of(request: ApprovalRequest, membership: Membership | None) -> list[str]:
    """Functions on whose behalf this person may veto, in the plan's order."""
    held = set(membership.functions) if membership else set()
    return [function for function in request.plan["veto_functions"] if function in held]


def plan_for(gate: StageGate, launch: Launch, requester: Membership) -> dict[str, Any]:
    """The plan to freeze in a request: what the gate asks for now, and who is kept from approving."""
    return {
        "gate_version": gate.version,
        "requirements": [requirement.as_json() for requirement in requirements_of(gate)],
        "veto_functions": list(gate.veto_functions),
        "excluded": excluded_people(launch, requester),
    }
