"""The guard on stage changes: every way in that must be shut, and the one that is open."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.enums import ApprovalStatus, LaunchStatus
from governance.models import ApprovalRequest, GateRun, Launch
from governance.services import approvals, gates, launches
from governance.services.launches import Answer
from governance.services.stage_changes import GateClosedError
from portfolio import hooks
from portfolio.enums import Stage
from portfolio.models import Initiative
from portfolio.services.initiatives import change_stage
from tenancy.actor import Actor


def refusal_of(initiative: Initiative, actor: Actor, to: str = Stage.BETA) -> tuple[str, ...]:
    """The reasons for which the change is refused; nothing has changed afterwards."""
    before = Initiative.objects.get(pk=initiative.pk).stage
    with pytest.raises(GateClosedError) as refusal, transaction.atomic():
        change_stage(initiative, to=to, actor=actor)
    assert refusal.value.code == "gate_closed"
    assert refusal.value.status == 409
    assert Initiative.objects.get(pk=initiative.pk).stage == before
    return refusal.value.reasons


def test_governance_guards_stage_changes():
    assert "governance.services.stage_changes.guard_stage_change" in hooks.before_stage_change.listeners
    assert "governance.services.stage_changes.mark_launched" in hooks.after_stage_change.listeners


def test_gated_stage_without_a_launch_is_refused_with_every_reason(initiative, criterion, product_manager):
    assert refusal_of(initiative, product_manager) == (
        "There is no launch for Beta: prepare one and ask for its approval.",
        "Rollback rehearsed: not confirmed yet.",
    )


@pytest.mark.parametrize("who", ["owner", "director", "system"])
def test_nobody_is_exempt(who, initiative, criterion, owner, director, organization):
    actor = {"owner": owner, "director": director, "system": Actor.system(organization)}[who]

    assert len(refusal_of(initiative, actor)) == 2


def test_unapproved_launch_is_refused(launch, initiative, product_manager):
    assert refusal_of(initiative, product_manager) == ("No approval has been requested.",)


def test_pending_approval_is_refused(requested, initiative, product_manager):
    assert refusal_of(initiative, product_manager) == ("Director-level approval is missing.",)


def test_refused_approval_is_refused(requested, initiative, director, product_manager):
    approvals.refuse(requested, actor=director, reason="Untested.")

    assert refusal_of(initiative, product_manager) == ("The approval was refused.",)


def test_vetoed_approval_is_refused(approved, initiative, security, product_manager):
    approvals.veto(approved, actor=security, reason="Prompt injection is open.")

    reasons = refusal_of(initiative, product_manager)

    assert reasons == (
        f"Security has vetoed this launch ({security.user.name}: Prompt injection is open.)."
        " Only Security can lift it.",
    )


def test_edit_after_approval_is_refused_as_stale(approved, launch, initiative, product_manager):
    launches.change_launch(launch, actor=product_manager, scope="Also Japan.")

    assert refusal_of(initiative, product_manager) == (
        "The launch was edited after the approval was requested: the approval is stale.",
    )


def test_edit_past_the_services_is_refused_as_stale(approved, initiative, product_manager):
    Launch.objects.update(scope="Also Japan.")

    assert refusal_of(initiative, product_manager) == (
        "The launch's content differs from what was approved: the approval is stale.",
    )


def test_expired_approval_is_refused(approved, initiative, product_manager):
    ApprovalRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refusal_of(initiative, product_manager) == ("The approval has expired.",)


def test_gate_that_is_no_longer_green_is_refused(approved, gate, initiative, owner, product_manager):
    gates.create_criterion(gate=gate, title="Load test passed", actor=owner)

    assert refusal_of(initiative, product_manager) == ("Load test passed: not confirmed yet.",)


def test_approval_of_another_initiative_or_stage_does_not_count(approved, gate, criterion, product_manager, owner):
    other = Initiative.objects.create(key="AI-2", title="Other", portfolio=approved.launch.initiative.portfolio)
    Initiative.objects.filter(pk=other.pk).update(stage=Stage.DELIVERY)

    assert refusal_of(other, product_manager)[0] == "There is no launch for Beta: prepare one and ask for its approval."


def test_approved_launch_goes_out_once(approved, initiative, product_manager):
    change_stage(initiative, to=Stage.BETA, actor=product_manager)

    request, launch = ApprovalRequest.objects.get(), Launch.objects.get()
    assert Initiative.objects.get(pk=initiative.pk).stage == Stage.BETA
    assert (request.status, launch.status) == (ApprovalStatus.CONSUMED, LaunchStatus.LAUNCHED)
    assert request.consumed_at is not None
    assert launch.launched_at is not None
    assert sorted(GateRun.objects.values_list("occasion", "outcome")) == [("execution", "pass"), ("request", "pass")]


def test_used_approval_does_not_serve_a_second_time(approved, initiative, product_manager):
    change_stage(initiative, to=Stage.BETA, actor=product_manager)
    change_stage(initiative, to=Stage.ALPHA, actor=product_manager)

    assert refusal_of(initiative, product_manager) == (
        "There is no launch for Beta: prepare one and ask for its approval.",
        "Rollback rehearsed: not confirmed yet.",
    )


def test_launch_that_is_out_cannot_be_vetoed(approved, initiative, security, product_manager):
    change_stage(initiative, to=Stage.BETA, actor=product_manager)

    with pytest.raises(approvals.ApprovalClosedError, match="has been used"):
        approvals.veto(approved, actor=security, reason="Too late.")


def test_way_back_needs_no_approval(approved, initiative, gate, product_manager, owner):
    change_stage(initiative, to=Stage.BETA, actor=product_manager)

    change_stage(initiative, to=Stage.ALPHA, actor=product_manager, reason="Rolled back.")

    assert Initiative.objects.get(pk=initiative.pk).stage == Stage.ALPHA
    assert Launch.objects.get().status == LaunchStatus.LAUNCHED


def test_stage_without_an_active_gate_is_free(initiative, gate, owner, product_manager):
    gates.change_gate(gate, actor=owner, is_active=False)

    change_stage(initiative, to=Stage.BETA, actor=product_manager)

    assert Initiative.objects.get(pk=initiative.pk).stage == Stage.BETA


def test_refused_change_uses_nothing_up(approved, gate, initiative, criterion, owner, product_manager):
    added = gates.create_criterion(gate=gate, title="Load test passed", actor=owner)
    refusal_of(initiative, product_manager)
    gates.change_criterion(added, actor=owner, is_blocking=False)

    change_stage(initiative, to=Stage.BETA, actor=product_manager)

    assert ApprovalRequest.objects.get().status == ApprovalStatus.CONSUMED


@pytest.mark.parametrize("state", ["initiative", "requested", "approved"])
def test_database_refuses_a_stage_written_past_the_services(request, state, gate, initiative):
    request.getfixturevalue(state)

    with pytest.raises(IntegrityError, match="has a gate and no approval for it was used"), transaction.atomic():
        Initiative.objects.filter(pk=initiative.pk).update(stage=Stage.BETA)


def test_launch_for_an_ungated_or_passed_stage_is_refused(initiative, gate, product_manager):
    for stage, message in ((Stage.GA, "no active gate for GA"), (Stage.IDEA, "no active gate for Idea")):
        with pytest.raises(launches.InvalidInputError, match=message):
            launches.create_launch(initiative=initiative, target_stage=stage, title="X", actor=product_manager)


def test_answer_to_another_gates_criterion_is_refused(draft, product_manager, owner):
    other = gates.create_gate(to_stage=Stage.GA, name="GA readiness", actor=owner)
    foreign = gates.create_criterion(gate=other, title="Foreign", actor=owner)

    with pytest.raises(launches.InvalidInputError, match="is not on this launch's checklist"):
        launches.answer_checklist(draft, actor=product_manager, answers=[Answer(foreign, is_done=True)])
