"""Asking, deciding, stopping, ending: successes and refusals share one set-up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from governance.enums import APPROVAL_TRANSITIONS, ApprovalStatus, LaunchStatus
from governance.models import ApprovalRequest, Decision, Launch
from governance.services import approvals, launches
from governance.services.approvals import (
    ApprovalClosedError,
    NotEligibleError,
    NotReadyError,
    StaleApprovalError,
)
from governance.services.launches import Answer
from portfolio.enums import Stage
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import LedgerEvent, Membership
from tenancy.scope import tenant_scope
from tests.governance.plans import PLAN


def membership(actor: Actor) -> Membership:
    return Membership.objects.get(user=actor.user_id)


def test_request_freezes_the_plan_and_the_content(requested, launch, product_manager):
    assert requested.status == ApprovalStatus.PENDING
    assert requested.subject_digest == launch.digest
    assert requested.launch_version == launch.content_version
    assert requested.plan["requirements"] == [
        {"label": "Director-level approval", "roles": ["director"], "functions": ["executive"], "quorum": 1}
    ]
    assert requested.plan["veto_functions"] == ["security", "privacy", "legal", "compliance"]
    assert list(requested.plan["excluded"]) == [str(membership(product_manager).pk)]
    assert requested.gate_run.outcome == "pass"
    assert Launch.objects.get(pk=launch.pk).status == LaunchStatus.READY


def test_request_names_everything_that_is_missing(draft, product_manager):
    launches.change_launch(draft, actor=product_manager, rollback_plan="", planned_on=None)

    with pytest.raises(NotReadyError) as refusal:
        approvals.request_approval(draft, actor=product_manager)

    assert refusal.value.reasons == (
        "There is no rollback plan.",
        "There is no planned date.",
        "Rollback rehearsed: not confirmed yet.",
        "Director-level approval: 1 more eligible person is needed who had no hand in this launch.",
    )
    assert not ApprovalRequest.objects.exists()


def test_request_is_refused_when_the_only_director_made_the_launch(initiative, criterion, director, product_manager):
    own = launches.create_launch(initiative=initiative, target_stage=Stage.BETA, title="Mine", actor=director, **PLAN)
    launches.answer_checklist(own, actor=product_manager, answers=[Answer(criterion, is_done=True)])

    with pytest.raises(NotReadyError) as refusal:
        approvals.request_approval(own, actor=product_manager)

    assert refusal.value.reasons == (
        "Director-level approval: 1 more eligible person is needed who had no hand in this launch.",
    )


def test_second_request_is_refused_while_one_is_live(requested, launch, product_manager):
    with pytest.raises(NotReadyError) as refusal:
        approvals.request_approval(launch, actor=product_manager)

    assert refusal.value.reasons == ("Approval of this launch is requested already.",)
    assert ApprovalRequest.objects.count() == 1


def test_contributor_must_not_request_approval(launch, director, actor_with):
    with pytest.raises(NotPermittedError):
        approvals.request_approval(launch, actor=actor_with(Role.CONTRIBUTOR))


def test_director_approves(requested, director):
    approved = approvals.approve(requested, actor=director, reason="Good evidence.")

    assert approved.status == ApprovalStatus.APPROVED
    decision = Decision.objects.get()
    assert (decision.verdict, decision.role, decision.functions) == ("approve", "director", ["executive"])
    assert decision.subject_digest == requested.subject_digest


def test_owner_approves_only_with_the_executive_function(requested, actor_with):
    with pytest.raises(NotEligibleError) as refusal:
        approvals.approve(requested, actor=actor_with(Role.OWNER))
    assert "Your role and functions are none of these" in refusal.value.message

    approved = approvals.approve(requested, actor=actor_with(Role.OWNER, "executive"))

    assert approved.status == ApprovalStatus.APPROVED


@pytest.mark.parametrize("role", [Role.PRODUCT_MANAGER, Role.CONTRIBUTOR, Role.VIEWER, Role.AUDITOR, Role.FINANCE])
def test_other_roles_never_decide(requested, actor_with, role):
    actor = actor_with(role, "executive", "security")

    for decide in (approvals.approve, approvals.refuse, approvals.veto, approvals.lift_veto):
        with pytest.raises(NotPermittedError):
            decide(requested, actor=actor, reason="No.")
    assert not Decision.objects.exists()


def test_requester_never_approves_even_as_owner_with_every_function(launch, director, actor_with):
    owner = actor_with(Role.OWNER, "executive", "security")
    request = approvals.request_approval(launch, actor=owner)

    with pytest.raises(NotEligibleError) as refusal:
        approvals.approve(request, actor=owner)

    assert refusal.value.message == "You asked for this approval. Somebody else has to approve it."
    assert not Decision.objects.exists()


def test_last_editor_never_approves(launch, director, actor_with, product_manager):
    second = actor_with(Role.DIRECTOR)
    launches.change_launch(launch, actor=second, scope="Germany only.")
    request = approvals.request_approval(launch, actor=product_manager)

    with pytest.raises(NotEligibleError) as refusal:
        approvals.approve(request, actor=second)

    assert refusal.value.message == "You made the last change to it. Somebody else has to approve it."


def test_author_of_evidence_never_approves(draft, criterion, director, actor_with, product_manager):
    second = actor_with(Role.DIRECTOR)
    launches.answer_checklist(draft, actor=second, answers=[Answer(criterion, is_done=True)])
    launches.change_launch(draft, actor=product_manager, scope="Germany only.")
    request = approvals.request_approval(draft, actor=product_manager)

    with pytest.raises(NotEligibleError) as refusal:
        approvals.approve(request, actor=second)

    assert refusal.value.message == "You confirmed an item of its checklist. Somebody else has to approve it."


def test_rights_count_as_they_are_when_deciding(requested, director):
    Membership.objects.filter(user=director.user_id).update(role=Role.VIEWER, functions=[])

    with pytest.raises(NotPermittedError):
        approvals.approve(requested, actor=director)

    assert not Decision.objects.exists()


def test_person_who_left_never_decides(requested, director):
    Membership.objects.filter(user=director.user_id).update(is_active=False)

    with pytest.raises(NotPermittedError):
        approvals.approve(requested, actor=director)


def test_nobody_decides_twice(gate, launch, director, actor_with, product_manager):
    gate.approvals_required = 2
    gate.save()
    actor_with(Role.DIRECTOR)
    request = approvals.request_approval(launch, actor=product_manager)
    approvals.approve(request, actor=director)

    with pytest.raises(NotEligibleError) as refusal:
        approvals.approve(request, actor=director)

    assert refusal.value.message == "You have already decided on this request."
    assert ApprovalRequest.objects.get().status == ApprovalStatus.PENDING


def test_every_required_function_approves_besides_the_director(gate, launch, director, security, product_manager):
    gate.required_functions = ["security"]
    gate.save()
    request = approvals.request_approval(launch, actor=product_manager)

    assert approvals.approve(request, actor=director).status == ApprovalStatus.PENDING
    assert approvals.approve(request, actor=security).status == ApprovalStatus.APPROVED


def test_change_of_the_gate_leaves_a_running_plan_alone(gate, requested, director):
    gate.approvals_required = 3
    gate.save()

    assert approvals.approve(requested, actor=director).status == ApprovalStatus.APPROVED


@pytest.mark.parametrize("reason", ["", "   "])
def test_refusal_and_veto_need_a_reason(requested, director, security, reason):
    for decide, actor in ((approvals.refuse, director), (approvals.veto, security), (approvals.lift_veto, security)):
        with pytest.raises(InvalidInputError) as refusal:
            decide(requested, actor=actor, reason=reason)
        assert refusal.value.pointer == "reason"
    assert not Decision.objects.exists()


def test_refusal_ends_the_request(requested, director, launch):
    refused = approvals.refuse(requested, actor=director, reason="The rollback plan is untested.")

    assert refused.status == ApprovalStatus.REFUSED
    assert Launch.objects.get().status == LaunchStatus.DRAFT
    with pytest.raises(ApprovalClosedError, match="was refused"):
        approvals.approve(refused, actor=director)


def test_edit_makes_a_pending_and_an_approved_request_stale(requested, director, launch, product_manager):
    approvals.approve(requested, actor=director)

    launches.change_launch(launch, actor=product_manager, scope="Also Japan.")

    request = ApprovalRequest.objects.get()
    assert (request.status, request.closing_reason) == (ApprovalStatus.STALE, "The launch was edited.")
    assert Launch.objects.get().content_version == request.launch_version + 1


def test_save_without_a_change_keeps_the_approval(approved, launch, product_manager):
    launches.change_launch(launch, actor=product_manager, scope=launch.scope)

    assert ApprovalRequest.objects.get().status == ApprovalStatus.APPROVED


def test_changed_answer_makes_the_approval_stale(approved, launch, criterion, product_manager):
    launches.answer_checklist(launch, actor=product_manager, answers=[Answer(criterion, is_done=False)])

    assert ApprovalRequest.objects.get().status == ApprovalStatus.STALE


def test_content_changed_past_the_services_cannot_be_approved(requested, director):
    Launch.objects.update(scope="The whole world.")

    with pytest.raises(StaleApprovalError):
        approvals.approve(requested, actor=director)

    assert not Decision.objects.exists()


def test_decision_on_content_the_person_did_not_see_is_refused(requested, director):
    with pytest.raises(StaleApprovalError, match="after you opened it"):
        approvals.approve(requested, actor=director, subject_digest="0" * 64)


def test_expired_request_takes_no_decision_and_gives_way_to_a_new_one(requested, director, product_manager, launch):
    ApprovalRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(ApprovalClosedError, match="has expired"):
        approvals.approve(requested, actor=director)
    approvals.request_approval(launch, actor=product_manager)

    assert sorted(ApprovalRequest.objects.values_list("status", flat=True)) == ["expired", "pending"]


def test_expiry_ends_overdue_requests_and_approves_nothing(requested, organization):
    ApprovalRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert approvals.expire_overdue(actor=Actor.system(organization)) == 1
    assert approvals.expire_overdue(actor=Actor.system(organization)) == 0

    assert ApprovalRequest.objects.get().status == ApprovalStatus.EXPIRED
    assert Launch.objects.get().status == LaunchStatus.DRAFT


def test_holder_of_several_functions_says_for_which_they_act(requested, actor_with):
    both = actor_with(Role.REVIEWER, "security", "legal")

    with pytest.raises(InvalidInputError) as refusal:
        approvals.veto(requested, actor=both, reason="No.")
    assert refusal.value.pointer == "function"

    approvals.veto(requested, actor=both, reason="No.", function="legal")
    assert Decision.objects.get().function == "legal"


def test_withdrawn_request_takes_no_decision(requested, product_manager, director, security):
    withdrawn = approvals.withdraw(requested, actor=product_manager, reason="Not yet.")

    assert (withdrawn.status, withdrawn.closing_reason) == (ApprovalStatus.WITHDRAWN, "Not yet.")
    for decide, actor in ((approvals.approve, director), (approvals.veto, security)):
        with pytest.raises(ApprovalClosedError):
            decide(requested, actor=actor, reason="Now.")


def test_ledger_names_decisions_with_their_reasons(requested, security):
    with tenant_scope(security):
        approvals.veto(requested, actor=security, reason="Prompt injection is open.")

    events = LedgerEvent.objects.filter(table_name="governance_decision")
    assert list(events.values_list("action", "reason", "actor_id")) == [
        ("approval.vetoed", "Prompt injection is open.", security.user_id)
    ]


def test_ended_states_lead_nowhere():
    ended = set(ApprovalStatus) - {ApprovalStatus.PENDING, ApprovalStatus.APPROVED, ApprovalStatus.VETOED}

    assert {status for status, targets in APPROVAL_TRANSITIONS.items() if not targets} == ended
    assert set(APPROVAL_TRANSITIONS) == set(ApprovalStatus)
