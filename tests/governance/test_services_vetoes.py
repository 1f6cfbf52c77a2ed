"""Vetoes: who may raise and lift them, and what they outlive."""

import pytest

from core.errors import DomainError
from governance.enums import ApprovalStatus
from governance.models import Decision
from governance.services import approvals, launches
from governance.services.approvals import (
    ApprovalClosedError,
    NotEligibleError,
    NotReadyError,
)
from governance.services.launches import Answer
from portfolio.enums import Stage
from tenancy.enums import Role
from tests.governance.plans import PLAN


@pytest.mark.parametrize("state", ["requested", "approved"])
def test_veto_stops_at_any_time_until_execution(request, state, security):
    subject = request.getfixturevalue(state)

    vetoed = approvals.veto(subject, actor=security, reason="Prompt injection is open.")

    assert vetoed.status == ApprovalStatus.VETOED


def test_nobody_approves_past_a_veto(requested, security, director):
    approvals.veto(requested, actor=security, reason="Prompt injection is open.")

    with pytest.raises(ApprovalClosedError, match="A veto stands"):
        approvals.approve(requested, actor=director)


def test_veto_needs_a_veto_function(requested, director, actor_with):
    for actor in (director, actor_with(Role.OWNER, "executive"), actor_with(Role.REVIEWER, "design")):
        with pytest.raises(NotEligibleError, match="Only these functions hold a veto here"):
            approvals.veto(requested, actor=actor, reason="No.")


def test_only_the_same_function_lifts_a_veto(approved, security, legal, director, actor_with):
    approvals.veto(approved, actor=security, reason="Prompt injection is open.")

    for actor in (legal, director):
        with pytest.raises(DomainError):
            approvals.lift_veto(approved, actor=actor, reason="It is fine.")
    lifted = approvals.lift_veto(approved, actor=actor_with(Role.REVIEWER, "security"), reason="Fixed and tested.")

    assert lifted.status == ApprovalStatus.APPROVED
    assert list(Decision.objects.order_by("at").values_list("verdict", flat=True)) == ["approve", "veto", "lift_veto"]


def test_every_function_lifts_its_own_veto(requested, security, legal):
    approvals.veto(requested, actor=security, reason="Open finding.")
    approvals.veto(requested, actor=legal, reason="No terms yet.")

    assert approvals.lift_veto(requested, actor=security, reason="Fixed.").status == ApprovalStatus.VETOED
    assert approvals.lift_veto(requested, actor=legal, reason="Signed.").status == ApprovalStatus.PENDING


def test_creator_does_not_lift_a_veto_on_their_own_launch(initiative, criterion, actor_with, security, product_manager):
    creator = actor_with(Role.DIRECTOR, "security")
    actor_with(Role.DIRECTOR)
    own = launches.create_launch(initiative=initiative, target_stage=Stage.BETA, title="Mine", actor=creator, **PLAN)
    launches.answer_checklist(own, actor=product_manager, answers=[Answer(criterion, is_done=True)])
    request = approvals.request_approval(own, actor=product_manager)
    approvals.veto(request, actor=security, reason="Open finding.")

    with pytest.raises(NotEligibleError, match="somebody else has to lift the veto"):
        approvals.lift_veto(request, actor=creator, reason="Fine by me.")


@pytest.mark.parametrize("way_out", ["withdraw", "edit", "cancel and plan anew"])
def test_veto_outlives_its_request(way_out, requested, security, launch, initiative, criterion, product_manager):
    approvals.veto(requested, actor=security, reason="Prompt injection is open.")
    again = launch
    if way_out == "withdraw":
        approvals.withdraw(requested, actor=product_manager)
    elif way_out == "edit":
        launches.change_launch(launch, actor=product_manager, scope="Germany only.")
    else:
        launches.cancel_launch(launch, actor=product_manager)
        again = launches.create_launch(
            initiative=initiative, target_stage=Stage.BETA, title="Again", actor=product_manager, **PLAN
        )
        launches.answer_checklist(again, actor=product_manager, answers=[Answer(criterion, is_done=True)])

    with pytest.raises(NotReadyError) as refusal:
        approvals.request_approval(again, actor=product_manager)
    assert refusal.value.reasons == (
        f"Security has vetoed this launch ({security.user.name}: Prompt injection is open.)."
        " Only Security can lift it.",
    )

    approvals.lift_veto(requested, actor=security, reason="Fixed.")
    assert approvals.request_approval(again, actor=product_manager).status == ApprovalStatus.PENDING
