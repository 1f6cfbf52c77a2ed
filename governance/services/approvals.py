"""Approvals: asking for one, deciding on it, stopping it, ending it.

Every function locks the launch, then the request, in this order, and computes the state anew from
the decisions' rows: two people deciding at once are served one after the other.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from governance.enums import (
    APPROVAL_TRANSITIONS,
    LIVE_APPROVAL_STATUSES,
    ApprovalStatus,
    GateRunOccasion,
    LaunchStatus,
    Verdict,
)
from governance.models import ApprovalRequest, Decision, Launch
from governance.selectors import approvals as standing
from governance.selectors.gates import active_gate, blocking_reasons, evaluate
from governance.selectors.launches import missing_texts, subject_digest
from governance.selectors.people import membership_of
from governance.services.gates import NoGateError, record_run
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import named_action


class NotReadyError(DomainError):
    """The launch cannot be put to approval yet."""

    code = "not_ready"


class ApprovalClosedError(DomainError):
    """The request no longer takes this decision."""

    code = "approval_closed"


class StaleApprovalError(DomainError):
    """What is to be decided on is not what was asked."""

    code = "approval_stale"


class NotEligibleError(NotPermittedError):
    """This person must not decide on this request."""

    code = "not_eligible"


def request_approval(launch: Launch, *, actor: Actor) -> ApprovalRequest:
    """Put the launch, exactly as it is now, to approval.

    Raises NotReadyError with every reason: parts of the plan missing, the gate not green, a veto
    standing from an earlier request, or too few people left who could approve.
    """
    actor.require("launch.request_approval")
    requester = _require_membership(actor)
    locked = Launch.objects.for_update().select_related("initiative").get(pk=launch.pk)
    if not locked.is_open:
        raise NotReadyError(f"The launch is {locked.get_status_display().lower()}.")
    gate = active_gate(locked.target_stage)
    if gate is None:
        raise NoGateError(f"There is no active gate for {locked.get_target_stage_display()}.")
    _end_expired_request(locked)
    results = evaluate(gate, locked.initiative, locked, at=timezone.now())
    plan = standing.plan_for(gate, locked, requester)
    _refuse_unless_ready(
        [
            *_other_live_request(locked),
            *(standing.veto_text(veto) for veto in standing.vetoes_on(locked.initiative_id, locked.target_stage)),
            *missing_texts(locked),
            *blocking_reasons(results),
            *standing.unfillable(standing.requirements_of(gate), plan["excluded"]),
        ]
    )
    named_action("approval.requested")
    _set_launch_status(locked, LaunchStatus.READY)
    run = record_run(gate, locked, results, actor=actor, occasion=GateRunOccasion.REQUEST)
    return ApprovalRequest.objects.create(
        launch=locked,
        launch_version=locked.content_version,
        subject_digest=locked.digest,
        gate=gate,
        gate_run=run,
        plan=plan,
        requested_by=requester,
        expires_at=timezone.now() + timedelta(days=gate.approval_valid_days),
    )


def approve(
    request: ApprovalRequest, *, actor: Actor, reason: str = "", subject_digest: str | None = None
) -> ApprovalRequest:
    """Approve; `subject_digest`, when given, is that of the content the person looked at.

    Raises ApprovalClosedError, StaleApprovalError when the content is another one, and
    NotEligibleError for anybody the plan does not ask for or who had a hand in the launch.
    """
    return _decide(request, Verdict.APPROVE, actor=actor, reason=reason, seen_digest=subject_digest)


def refuse(
    request: ApprovalRequest, *, actor: Actor, reason: str, subject_digest: str | None = None
) -> ApprovalRequest:
    """Refuse, which ends the request; the reason is required. Raises as `approve`."""
    _require_reason(reason)
    return _decide(request, Verdict.REFUSE, actor=actor, reason=reason, seen_digest=subject_digest)


def _decide(
    request: ApprovalRequest, verdict: Verdict, *, actor: Actor, reason: str, seen_digest: str | None
) -> ApprovalRequest:
    actor.require("approval_request.decide")
    locked = _lock(request)
    membership = _require_membership(actor, may="approval_request.decide")
    decisions = list(locked.decisions.all())
    if locked.status in LIVE_APPROVAL_STATUSES:
        _require_same_content(locked, seen_digest)
    if closed := standing.closed_text(locked, at=timezone.now()):
        raise ApprovalClosedError(closed)
    if obstacles := standing.personal_obstacles(locked, membership, decisions):
        raise NotEligibleError(obstacles[0], reasons=obstacles)
    named_action("approval.approved" if verdict == Verdict.APPROVE else "approval.refused", reason=reason)
    decisions.append(_record(locked, membership, verdict, reason=reason))
    return _settle(locked, standing.computed_status(locked, decisions))


def veto(request: ApprovalRequest, *, actor: Actor, reason: str, function: str | None = None) -> ApprovalRequest:
    """Stop the launch on behalf of a veto function, at any time until the stage change.

    `function` may be left out by somebody who holds only one of them. Requests that have ended, and
    launches that are out, cannot be vetoed.
    """
    actor.require("approval_request.veto")
    _require_reason(reason)
    locked = _lock(request)
    membership = _require_membership(actor, may="approval_request.veto")
    acting_for = _acting_function(locked, membership, function)
    if not locked.is_live:
        raise ApprovalClosedError(standing.closed_text(locked, at=timezone.now()))
    decisions = list(locked.decisions.all())
    if any(standing_veto.function == acting_for for standing_veto in standing.active_vetoes(decisions)):
        raise ApprovalClosedError(f"{standing.function_label(acting_for)} has vetoed this launch already.")
    named_action("approval.vetoed", reason=reason)
    _record(locked, membership, Verdict.VETO, reason=reason, function=acting_for)
    return _settle(locked, ApprovalStatus.VETOED)


def lift_veto(request: ApprovalRequest, *, actor: Actor, reason: str, function: str | None = None) -> ApprovalRequest:
    """Lift a veto: only on behalf of the function that raised it, and by nobody whose launch it is.

    A veto outlives its request, so it can be lifted after that has ended; the request stays ended.
    """
    actor.require("approval_request.veto")
    _require_reason(reason)
    locked = _lock(request)
    membership = _require_membership(actor, may="approval_request.veto")
    acting_for = _acting_function(locked, membership, function)
    launch = locked.launch
    raised = {veto.function: veto for veto in standing.vetoes_on(launch.initiative_id, launch.target_stage)}
    if acting_for not in raised:
        raise ApprovalClosedError(f"No veto of {standing.function_label(acting_for)} stands.")
    if membership.pk in (locked.requested_by_id, launch.created_by_id):
        raise NotEligibleError("You asked for this approval or created the launch: somebody else has to lift the veto.")
    named_action("approval.veto_lifted", reason=reason)
    _record(locked, membership, Verdict.LIFT_VETO, reason=reason, function=acting_for)
    if not locked.is_live:
        return locked
    return _settle(locked, standing.computed_status(locked, list(locked.decisions.all())))


def withdraw(request: ApprovalRequest, *, actor: Actor, reason: str = "") -> ApprovalRequest:
    """Take a live request back; a veto raised on it stands all the same."""
    actor.require("approval_request.withdraw")
    locked = _lock(request)
    if not locked.is_live:
        raise ApprovalClosedError(standing.closed_text(locked, at=timezone.now()))
    named_action("approval.withdrawn", reason=reason)
    _set_launch_status(locked.launch, LaunchStatus.DRAFT)
    return _settle(locked, ApprovalStatus.WITHDRAWN, closing_reason=reason)


def end_live_request(launch: Launch, *, status: ApprovalStatus, reason: str) -> None:
    """End the live request of a launch the caller has locked, if there is one; names no action of its own."""
    live = ApprovalRequest.objects.for_update().live().filter(launch=launch.pk).first()
    if live is not None:
        _settle(live, status, closing_reason=reason)


def expire_overdue(*, actor: Actor) -> int:
    """End live requests past their time; returns how many. A timeout never approves anything."""
    actor.require("approval_request.withdraw")
    overdue = ApprovalRequest.objects.live().filter(expires_at__lte=timezone.now()).order_by("id")
    launches = Launch.objects.for_update().filter(pk__in=overdue.values("launch")).order_by("id")
    named_action("approval.expired")
    return sum(_end_expired_request(launch) for launch in launches)


def _end_expired_request(launch: Launch) -> bool:
    """End the launch's live request if its time is over; the launch must be locked."""
    live = ApprovalRequest.objects.for_update().live().filter(launch=launch.pk, expires_at__lte=timezone.now()).first()
    if live is None:
        return False
    named_action("approval.expired")
    _set_launch_status(launch, LaunchStatus.DRAFT)
    _settle(live, ApprovalStatus.EXPIRED, closing_reason="Not used in time.")
    return True


def _lock(request: ApprovalRequest) -> ApprovalRequest:
    launch = Launch.objects.for_update().get(pk=request.launch_id)
    locked = ApprovalRequest.objects.for_update().get(pk=request.pk)
    locked.launch = launch
    return locked


def _require_membership(actor: Actor, *, may: str | None = None) -> Membership:
    """The actor's membership as it is at this moment, not as it was when they signed in."""
    membership = membership_of(actor)
    if membership is None:
        raise NotPermittedError("Only an active member of the organization can do this.")
    if may is not None:
        Actor.from_membership(membership, source=actor.source).require(may)
    return membership


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInputError("Say why: everybody who relies on this decision needs the reason.", pointer="reason")


def _require_same_content(request: ApprovalRequest, seen_digest: str | None) -> None:
    """The rows are digested again: content changed past the services makes the request stale too."""
    current = subject_digest(request.launch)
    if request.launch.digest != request.subject_digest or current != request.subject_digest:
        raise StaleApprovalError(standing.ENDED[ApprovalStatus.STALE])
    if seen_digest is not None and seen_digest != current:
        raise StaleApprovalError("The launch was edited after you opened it. Look at it again before you decide.")


def _acting_function(request: ApprovalRequest, membership: Membership, wanted: str | None) -> str:
    held = standing.veto_functions_of(request, membership)
    if wanted and wanted in held:
        return wanted
    if wanted or not held:
        names = ", ".join(standing.function_label(code) for code in request.plan["veto_functions"])
        raise NotEligibleError(f"Only these functions hold a veto here: {names or 'none'}.", pointer="function")
    if len(held) > 1:
        raise InvalidInputError("You hold several veto functions: say for which you act.", pointer="function")
    return held[0]


def _record(
    request: ApprovalRequest, membership: Membership, verdict: Verdict, *, reason: str, function: str = ""
) -> Decision:
    decision = Decision(
        request=request,
        actor=membership,
        verdict=verdict,
        function=function,
        role=membership.role,
        functions=membership.functions,
        reason=reason.strip(),
        subject_digest=request.subject_digest,
        at=timezone.now(),
    )
    try:
        with transaction.atomic():
            decision.save(force_insert=True)
    except IntegrityError as error:
        # The database's own guard spoke: the services' checks above should have been first.
        raise NotEligibleError("The database refuses this decision.") from error
    return decision


def _settle(request: ApprovalRequest, status: ApprovalStatus, *, closing_reason: str = "") -> ApprovalRequest:
    if status == request.status:
        return request
    if status not in APPROVAL_TRANSITIONS[request.status]:
        raise ApprovalClosedError(f"A request that is {request.status} cannot become {status}.")
    request.status = status
    request.decided_at = timezone.now()
    request.closing_reason = closing_reason
    request.save(update_fields=["status", "decided_at", "closing_reason", "updated_at"])
    if status == ApprovalStatus.REFUSED:
        _set_launch_status(request.launch, LaunchStatus.DRAFT)
    request.refresh_from_db(fields=["version"])
    return request


def _set_launch_status(launch: Launch, status: LaunchStatus) -> None:
    if launch.status != status:
        launch.status = status
        launch.save(update_fields=["status", "updated_at"])


def _other_live_request(launch: Launch) -> list[str]:
    live = ApprovalRequest.objects.live().filter(launch=launch.pk).exists()
    return ["Approval of this launch is requested already."] if live else []


def _refuse_unless_ready(reasons: list[str]) -> None:
    if reasons:
        raise NotReadyError("The launch cannot be put to approval yet.", reasons=reasons)
