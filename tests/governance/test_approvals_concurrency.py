"""Two people at the same moment: real transactions, real locks."""

import pytest

from governance.enums import ApprovalStatus, LaunchStatus
from governance.models import ApprovalRequest, Decision, Launch
from governance.services import approvals, launches
from governance.services.launches import Answer
from portfolio.enums import Stage
from portfolio.models import Initiative
from portfolio.services.initiatives import change_stage
from tenancy.enums import Role
from tenancy.scope import tenant_scope
from tests.connections import refusals_together
from tests.factories.governance import GateCriterionFactory, StageGateFactory
from tests.factories.portfolio import InitiativeFactory
from tests.governance.plans import PLAN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(owner, product_manager, director):
    """A committed approval request that two directors have to approve, with its launch ready."""
    with tenant_scope(owner):
        gate = StageGateFactory(approvals_required=1)
        criterion = GateCriterionFactory(gate=gate)
        initiative = InitiativeFactory(stage=Stage.DELIVERY)
        launch = launches.create_launch(
            initiative=initiative,
            target_stage=Stage.BETA,
            title="Launch",
            actor=product_manager,
            **PLAN,
        )
        launches.answer_checklist(launch, actor=product_manager, answers=[Answer(criterion, is_done=True)])
        return approvals.request_approval(launch, actor=product_manager)


def test_two_simultaneous_decisions_are_served_one_after_the_other(waiting, director, actor_with, owner):
    second = actor_with(Role.DIRECTOR)

    outcomes = refusals_together(
        (director, lambda actor: approvals.approve(waiting, actor=actor)),
        (second, lambda actor: approvals.refuse(waiting, actor=actor, reason="No.")),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ApprovalClosedError", "NoneType"]
    with tenant_scope(owner):
        assert Decision.objects.count() == 1
        assert ApprovalRequest.objects.get().status in (ApprovalStatus.APPROVED, ApprovalStatus.REFUSED)


def test_one_person_deciding_twice_at_once_counts_once(waiting, director, owner):
    outcomes = refusals_together(*[(director, lambda actor: approvals.approve(waiting, actor=actor))] * 2)

    assert sum(outcome is None for outcome in outcomes) == 1
    with tenant_scope(owner):
        assert Decision.objects.count() == 1


def test_veto_and_stage_change_at_once_never_both_succeed(waiting, director, actor_with, product_manager, owner):
    security = actor_with(Role.REVIEWER, "security")
    with tenant_scope(director):
        approvals.approve(waiting, actor=director)

    outcomes = refusals_together(
        (security, lambda actor: approvals.veto(waiting, actor=actor, reason="No.")),
        (product_manager, lambda actor: change_stage(waiting.launch.initiative, to=Stage.BETA, actor=actor)),
    )

    assert sum(outcome is None for outcome in outcomes) == 1
    with tenant_scope(owner):
        went_out = Initiative.objects.get(pk=waiting.launch.initiative_id).stage == Stage.BETA
        assert went_out == (outcomes[1] is None)
        assert (Launch.objects.get().status == LaunchStatus.LAUNCHED) == went_out


def test_edit_and_approval_at_once_never_leave_a_usable_approval_of_old_content(
    waiting, director, product_manager, owner
):
    refusals_together(
        (director, lambda actor: approvals.approve(waiting, actor=actor)),
        (product_manager, lambda actor: launches.change_launch(waiting.launch, actor=actor, scope="Also Japan.")),
    )

    with tenant_scope(owner):
        assert ApprovalRequest.objects.get().status == ApprovalStatus.STALE
