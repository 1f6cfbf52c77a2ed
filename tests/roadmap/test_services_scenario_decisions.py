"""Decisions on scenarios: one transaction, a record of it, and never over somebody's head."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from core.errors import DomainError, InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from roadmap.calc.scenarios import Effect
from roadmap.enums import BaselineReason, ItemStatus, PlanChangeKind, RescopeReason, ScenarioStatus
from roadmap.models import Baseline, BaselineItem, ItemRescope, PlanNote, RoadmapItem, Scenario, ScenarioChange
from roadmap.selectors.scenarios import plan_with
from roadmap.services import scenario_decisions as decisions
from roadmap.services import scenarios
from roadmap.services.plan_changes import undo
from roadmap.services.rescopes import RescopeReasonRequiredError
from roadmap.services.scenario_changes import plan_item, resolve_change
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory
from tests.roadmap.drafts import LATER, MARCH_2, MAY_4, MAY_29, OUT, effects, move_live, submitted


def test_approval_moves_the_live_plan_and_keeps_decision_and_baseline(scenario, plan, author, director):
    submitted(scenario, plan[1], author)

    with tenant_scope(director):
        decided = decisions.approve_scenario(scenario, note="Quality first.", actor=director)

    assert RoadmapItem.objects.get(pk=plan[1].pk).start_on == MAY_4
    assert (decided.status, decided.decision_note) == (ScenarioStatus.APPROVED, "Quality first.")
    assert decided.decided_by.user_id == director.user_id
    assert decided.plan_change.kind == PlanChangeKind.SCENARIO
    assert Baseline.objects.get().reason == BaselineReason.APPROVAL
    assert BaselineItem.objects.get(baseline=decided.baseline, title="Search").start_on == MAY_4
    assert set(ScenarioChange.objects.values_list("is_applied", flat=True)) == {True}
    event = LedgerEvent.objects.filter(action="scenario.approved", table_name="roadmap_scenario").get()
    assert (event.reason, event.actor_id) == ("Quality first.", director.user_id)


def test_an_approved_scenario_is_undone_as_one(scenario, plan, author, director):
    submitted(scenario, plan[1], author)
    with tenant_scope(director):
        decided = decisions.approve_scenario(scenario, actor=director)
        undo(decided.plan_change, actor=director)

    assert RoadmapItem.objects.get(pk=plan[1].pk).start_on == MARCH_2


def test_an_item_left_out_becomes_unscheduled_with_a_note_and_is_never_deleted(scenario, plan, author, director):
    move_live(plan[1], status=ItemStatus.IN_PROGRESS)
    submitted(scenario, plan[1], author, OUT)
    with tenant_scope(director):
        decisions.approve_scenario(scenario, actor=director)

    left = RoadmapItem.objects.get(pk=plan[1].pk)
    assert (left.start_on, left.end_on, left.status) == (None, None, ItemStatus.PLANNED)
    note = PlanNote.objects.get(item=left)
    assert "Search later" in note.title
    assert note.body == "Not enough people. It was planned from 2026-03-02 to 2026-03-27."


def test_only_picked_changes_are_applied(scenario, plan, author, director):
    plan_item(scenario, plan[1], values=LATER, actor=author)
    submitted(scenario, plan[2], author, OUT)
    picked = ScenarioChange.objects.filter(item=plan[1]).values_list("pk", flat=True)
    with tenant_scope(director):
        decisions.approve_scenario(scenario, picked=list(picked), actor=director)

    assert RoadmapItem.objects.get(pk=plan[2].pk).start_on == MARCH_2
    assert RoadmapItem.objects.get(pk=plan[1].pk).start_on == MAY_4
    assert ScenarioChange.objects.get(item=plan[2]).is_applied is False


@pytest.mark.parametrize("picked", [[], [uuid4()]])
def test_nothing_or_something_strange_picked_is_refused(scenario, plan, author, director, picked):
    submitted(scenario, plan[1], author)

    with tenant_scope(director), pytest.raises(DomainError):
        decisions.approve_scenario(scenario, picked=picked, actor=director)

    assert Scenario.objects.get().status == ScenarioStatus.SUBMITTED


def test_where_the_live_plan_moved_meanwhile_somebody_decides_field_by_field(scenario, plan, author, director):
    submitted(scenario, plan[1], author)
    move_live(plan[1], end_on=date(2026, 4, 30))
    assert effects(scenario, author) == {"start_on": Effect.APPLIES, "end_on": Effect.CONFLICT}

    with tenant_scope(director):
        with pytest.raises(decisions.UnresolvedConflictsError) as refused:
            decisions.approve_scenario(scenario, actor=director)
        resolve_change(ScenarioChange.objects.get(field="end_on"), keep="mine", actor=director)
        decisions.approve_scenario(scenario, actor=director)

    assert refused.value.reasons == ("“Search”: the live plan has another end by now.",)
    assert RoadmapItem.objects.get(pk=plan[1].pk).end_on == MAY_29


def test_taking_the_live_value_leaves_the_field_alone(scenario, plan, author, director):
    submitted(scenario, plan[1], author)
    moved = date(2026, 6, 30)
    move_live(plan[1], end_on=moved)
    with tenant_scope(director):
        resolve_change(ScenarioChange.objects.get(field="end_on"), keep="live", actor=director)
        decisions.approve_scenario(scenario, actor=director)

    stored = RoadmapItem.objects.get(pk=plan[1].pk)
    assert (stored.start_on, stored.end_on) == (MAY_4, moved)
    assert ScenarioChange.objects.get(field="end_on").is_applied is False


def test_an_item_deleted_meanwhile_can_only_be_dropped(scenario, plan, author, director):
    plan_item(scenario, plan[2], values=LATER, actor=author)
    submitted(scenario, plan[1], author, OUT)
    plan[1].delete()
    change = ScenarioChange.objects.get(item=None)
    assert change.title == "Search"

    with tenant_scope(director):
        with pytest.raises(decisions.UnresolvedConflictsError):
            decisions.approve_scenario(scenario, actor=director)
        with pytest.raises(InvalidInputError):
            resolve_change(change, keep="mine", actor=director)
        resolve_change(change, keep="live", actor=director)
        decisions.approve_scenario(scenario, actor=director)

    assert RoadmapItem.objects.get(pk=plan[2].pk).start_on == MAY_4


def test_nobody_decides_on_a_scenario_they_worked_on(plan, director):
    with tenant_scope(director):
        own = scenarios.create_scenario(roadmap=plan[0], name="Own", actor=director)
        submitted(own, plan[1], director)

        with pytest.raises(decisions.OwnScenarioError):
            decisions.approve_scenario(own, actor=director)
        with pytest.raises(decisions.OwnScenarioError):
            decisions.refuse_scenario(own, reason="No.", actor=director)


def test_product_managers_do_not_decide(scenario, plan, author, actor_with):
    submitted(scenario, plan[1], author)
    other = actor_with("product_manager")

    with tenant_scope(other), pytest.raises(NotPermittedError):
        decisions.approve_scenario(scenario, actor=other)
    with tenant_scope(other), pytest.raises(NotPermittedError):
        decisions.refuse_scenario(scenario, reason="No.", actor=other)


def test_a_refusal_needs_a_reason_and_leaves_a_record(scenario, plan, author, director):
    submitted(scenario, plan[1], author)

    with tenant_scope(director):
        for reason in ("  ", "x" * 5000):
            with pytest.raises(InvalidInputError):
                decisions.refuse_scenario(scenario, reason=reason, actor=director)
        decisions.refuse_scenario(scenario, reason="Too late for the fair.", actor=director)
        with pytest.raises(scenarios.ScenarioNotSubmittedError):
            decisions.approve_scenario(scenario, actor=director)

    stored = Scenario.objects.get()
    assert (stored.status, stored.decision_note) == (ScenarioStatus.REFUSED, "Too late for the fair.")
    assert RoadmapItem.objects.get(pk=plan[1].pk).start_on == MARCH_2


@pytest.mark.parametrize("status", [ScenarioStatus.APPROVED, ScenarioStatus.REFUSED, ScenarioStatus.DISCARDED])
def test_the_database_keeps_what_was_decided(scenario, plan, author, director, status):
    if status == ScenarioStatus.DISCARDED:
        plan_item(scenario, plan[1], values=LATER, actor=author)
        scenarios.discard_scenario(scenario, actor=author)
    else:
        submitted(scenario, plan[1], author)
        with tenant_scope(director):
            if status == ScenarioStatus.APPROVED:
                decisions.approve_scenario(scenario, actor=director)
            else:
                decisions.refuse_scenario(scenario, reason="No.", actor=director)

    rows, changes = Scenario.objects.filter(pk=scenario.pk), ScenarioChange.objects.filter(scenario=scenario)
    for attempt in (
        lambda: rows.update(name="Other"),
        lambda: rows.update(status=ScenarioStatus.DRAFT),
        lambda: rows.update(description="Other"),
        lambda: changes.update(new_value="2027-01-01"),
        lambda: changes.update(resolution="mine"),
        lambda: ScenarioChange.objects.create(
            scenario=scenario, item=plan[2], item_key=plan[2].pk, title="x", field="lane", new_value="x"
        ),
    ):
        with pytest.raises(DatabaseError, match="scenario"), transaction.atomic():
            attempt()


@pytest.mark.django_db(transaction=True)
def test_a_decided_scenario_goes_only_with_its_roadmap(owner, director, product_manager):
    with tenant_scope(product_manager):
        item = RoadmapItemFactory()
        made = scenarios.create_scenario(roadmap=item.roadmap, name="Later", actor=product_manager)
        submitted(made, item, product_manager)
    with tenant_scope(director):
        decisions.approve_scenario(made, actor=director)

    for model in (Scenario, ScenarioChange):
        with pytest.raises(DatabaseError, match="only deleted with its roadmap"), tenant_scope(owner):
            model.objects.all().delete()
    with tenant_scope(owner):
        item.roadmap.delete()
        assert not Scenario.objects.exists()


def test_hidden_items_stay_hidden_and_whoever_does_not_see_all_does_not_decide(owner, director, actor_with):
    with tenant_scope(owner):
        hidden = PortfolioFactory(visibility=Visibility.RESTRICTED)
        roadmap = RoadmapFactory()
        secret = RoadmapItemFactory(roadmap=roadmap, initiative=InitiativeFactory(portfolio=hidden), title="Secret")
        plain = RoadmapItemFactory(roadmap=roadmap)
        scenario = scenarios.create_scenario(roadmap=roadmap, name="Both", actor=owner)
        plan_item(scenario, secret, values=LATER, actor=owner)
        submitted(scenario, plain, owner)

    with tenant_scope(director):
        plan = plan_with(scenario, actor=director)
        assert [each.item.pk for each in plan.items] == [plain.pk]
        assert len(plan.changes) == 2
        with pytest.raises(NotPermittedError):
            decisions.approve_scenario(scenario, actor=director)
    with tenant_scope(owner):
        secret.delete()
    with tenant_scope(director):
        assert len(plan_with(scenario, actor=director).changes) == 2


def test_teams_can_be_changed(scenario, plan, author, director):
    team = TeamFactory(name="Platform")
    submitted(scenario, plan[1], author, {"owning_team": team})

    with tenant_scope(director):
        decisions.approve_scenario(scenario, actor=director)

    assert RoadmapItem.objects.get(pk=plan[1].pk).owning_team_id == team.pk


def test_a_promise_is_moved_only_with_a_reason_code(scenario, plan, author, director):
    move_live(plan[1], is_committed=True)
    submitted(scenario, plan[1], author)

    with tenant_scope(director):
        with pytest.raises(RescopeReasonRequiredError):
            decisions.approve_scenario(scenario, actor=director)
        decisions.approve_scenario(scenario, reason_code=RescopeReason.CAPACITY, actor=director)

    assert ItemRescope.objects.get().reason_code == RescopeReason.CAPACITY
