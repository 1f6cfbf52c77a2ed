"""Scenarios: laid over the live plan, brought to a decision, and never over somebody's head."""

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
from roadmap.services.access import GoneError
from roadmap.services.plan_changes import undo
from roadmap.services.rescopes import RescopeReasonRequiredError
from roadmap.services.scenario_changes import NothingToResolveError, plan_item, remove_change, resolve_change
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory

MARCH_2, MARCH_27, MAY_4, MAY_29 = date(2026, 3, 2), date(2026, 3, 27), date(2026, 5, 4), date(2026, 5, 29)
LATER = {"start_on": MAY_4, "end_on": MAY_29}
OUT = {"is_included": False}


@pytest.fixture
def author(product_manager):
    """Who makes scenarios here; the scope stays open."""
    with tenant_scope(product_manager):
        yield product_manager


@pytest.fixture
def plan(author):
    """A roadmap with two items."""
    roadmap = RoadmapFactory(name="Assistant")
    return (
        roadmap,
        RoadmapItemFactory(roadmap=roadmap, title="Search", position=1),
        RoadmapItemFactory(roadmap=roadmap, title="Summaries", position=2),
    )


@pytest.fixture
def scenario(plan, author):
    return scenarios.create_scenario(roadmap=plan[0], name="Search later", actor=author)


def effects(scenario, actor):
    return {each.change.field: each.effect for each in plan_with(scenario, actor=actor).changes}


def submitted(scenario, item, author, values=None):
    plan_item(scenario, item, values=values or LATER, reason="Not enough people.", actor=author)
    return scenarios.submit_scenario(scenario, actor=author)


def move_live(item, **values):
    RoadmapItem.objects.filter(pk=item.pk).update(**values)


def test_a_change_is_laid_over_the_live_plan_and_leaves_it_alone(scenario, plan, author):
    plan_item(scenario, plan[1], values=LATER, reason="Not enough people.", actor=author)

    first, second = plan_with(scenario, actor=author).items
    assert (first.start_on, first.end_on, first.is_changed) == (MAY_4, MAY_29, True)
    assert (second.start_on, second.is_changed) == (MARCH_2, False)
    assert RoadmapItem.objects.get(pk=plan[1].pk).start_on == MARCH_2
    change = ScenarioChange.objects.get(field="start_on")
    assert (change.base_value, change.new_value, change.reason) == ("2026-03-02", "2026-05-04", "Not enough people.")
    assert change.author.user_id == author.user_id


def test_reading_a_plan_costs_two_queries_for_any_number_of_items(scenario, plan, author, django_assert_num_queries):
    for number in range(30):
        plan_item(scenario, RoadmapItemFactory(roadmap=plan[0], title=f"Item {number}"), values=LATER, actor=author)

    with django_assert_num_queries(2):
        assert len(plan_with(scenario, actor=author).changes) == 60


def test_saying_what_the_live_plan_says_takes_the_change_back(scenario, plan, author):
    plan_item(scenario, plan[1], values=LATER, actor=author)

    left = plan_item(scenario, plan[1], values={"start_on": MARCH_2}, actor=author)

    assert [change.field for change in left] == ["end_on"]
    remove_change(left[0], actor=author)
    assert not ScenarioChange.objects.exists()


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"start_on": MAY_29, "end_on": MAY_4}, "end_on"),
        ({"start_on": "soon"}, "start_on"),
        ({"start_on": None}, "start_on"),
        ({"is_included": "perhaps"}, "is_included"),
        ({"title": "Other"}, "values"),
        ({"status": "eaten"}, "status"),
        ({"date_precision": "century"}, "date_precision"),
        ({"lane": "x" * 5000}, "lane"),
        ({"owning_team": str(uuid4())}, "owning_team"),
        ({"owning_team": "7" * 5000}, "owning_team"),
    ],
)
def test_values_no_item_may_have_are_refused_at_their_field(scenario, plan, author, values, pointer):
    with pytest.raises(InvalidInputError) as refused:
        plan_item(scenario, plan[1], values=values, actor=author)

    assert refused.value.pointer == pointer
    assert not ScenarioChange.objects.exists()


def test_a_reason_of_five_thousand_characters_is_refused(scenario, plan, author):
    with pytest.raises(InvalidInputError) as refused:
        plan_item(scenario, plan[1], values=LATER, reason="x" * 5000, actor=author)

    assert refused.value.pointer == "reason"


def test_team_and_item_of_another_organization_are_refused(stranger, product_manager):
    with tenant_scope(stranger):
        team, item = TeamFactory(), RoadmapItemFactory()
    with tenant_scope(product_manager) as author:
        own = RoadmapItemFactory()
        scenario = scenarios.create_scenario(roadmap=own.roadmap, name="Later", actor=author)

        with pytest.raises(InvalidInputError):
            plan_item(scenario, own, values={"owning_team": team.pk}, actor=author)
        with pytest.raises(InvalidInputError):
            plan_item(scenario, item, values=LATER, actor=author)


def test_an_item_of_another_roadmap_is_refused(scenario, author):
    with pytest.raises(InvalidInputError) as refused:
        plan_item(scenario, RoadmapItemFactory(), values=LATER, actor=author)

    assert refused.value.pointer == "item"


def test_an_item_without_dates_comes_into_the_plan_by_being_given_some(scenario, plan, author):
    idea = RoadmapItemFactory(roadmap=plan[0], title="Idea", start_on=None, end_on=None)

    with pytest.raises(InvalidInputError):
        plan_item(scenario, idea, values={"is_included": True}, actor=author)
    plan_item(scenario, idea, values=LATER, actor=author)

    assert {change.field for change in ScenarioChange.objects.all()} == {"is_included", "start_on", "end_on"}


def test_what_is_done_does_not_leave_the_plan(scenario, plan, author):
    move_live(plan[1], status=ItemStatus.DONE)

    with pytest.raises(InvalidInputError):
        plan_item(scenario, plan[1], values=OUT, actor=author)


def test_a_scenario_that_changes_nothing_is_not_submitted(scenario, author):
    with pytest.raises(scenarios.ScenarioNotSubmittableError):
        scenarios.submit_scenario(scenario, actor=author)


def test_a_submitted_scenario_stays_as_it_is_until_it_is_withdrawn(scenario, plan, author):
    submitted(scenario, plan[1], author)

    for attempt in (
        lambda: plan_item(scenario, plan[2], values=LATER, actor=author),
        lambda: scenarios.change_scenario(scenario, name="Other", actor=author),
        lambda: scenarios.discard_scenario(scenario, actor=author),
        lambda: remove_change(ScenarioChange.objects.first(), actor=author),
    ):
        with pytest.raises(scenarios.ScenarioNotOpenError):
            attempt()
    scenarios.withdraw_scenario(scenario, actor=author)
    plan_item(scenario, plan[2], values=LATER, actor=author)

    assert Scenario.objects.get().submitted_at is None


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


def test_a_resolution_holds_only_for_what_the_live_plan_said_then(scenario, plan, author):
    submitted(scenario, plan[1], author)
    move_live(plan[1], end_on=date(2026, 4, 30))
    resolve_change(ScenarioChange.objects.get(field="end_on"), keep="mine", actor=author)
    assert effects(scenario, author)["end_on"] is Effect.KEPT

    move_live(plan[1], end_on=date(2026, 6, 30))

    assert effects(scenario, author)["end_on"] is Effect.CONFLICT


def test_there_is_nothing_to_resolve_without_a_conflict(scenario, plan, author):
    submitted(scenario, plan[1], author)

    with pytest.raises(NothingToResolveError):
        resolve_change(ScenarioChange.objects.first(), keep="mine", actor=author)
    with pytest.raises(InvalidInputError):
        resolve_change(ScenarioChange.objects.first(), keep="both", actor=author)


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


def test_what_was_finished_meanwhile_does_not_leave_the_plan(scenario, plan, author):
    submitted(scenario, plan[1], author, OUT)
    move_live(plan[1], status=ItemStatus.DONE)

    assert effects(scenario, author) == {"is_included": Effect.GONE}


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


@pytest.mark.parametrize("role", ["viewer", "contributor", "auditor"])
def test_only_planners_make_scenarios(plan, actor_with, role):
    actor = actor_with(role)
    with tenant_scope(actor), pytest.raises(NotPermittedError):
        scenarios.create_scenario(roadmap=plan[0], name="Other", actor=actor)


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


def test_a_copy_starts_from_the_live_plan_of_today(scenario, plan, author, director):
    submitted(scenario, plan[1], author)
    with tenant_scope(director):
        decisions.refuse_scenario(scenario, reason="Not yet.", actor=director)
    move_live(plan[1], end_on=date(2026, 4, 30))

    copied = scenarios.copy_scenario(scenario, name="Again", actor=author)

    assert effects(copied, author) == {"start_on": Effect.APPLIES, "end_on": Effect.APPLIES}
    assert ScenarioChange.objects.get(scenario=copied, field="end_on").base_value == "2026-04-30"


def test_a_name_is_taken_once_a_roadmap(scenario, plan, author):
    with pytest.raises(DomainError) as refused:
        scenarios.create_scenario(roadmap=plan[0], name="Search later", actor=author)

    assert refused.value.pointer == "name"
    scenarios.create_scenario(roadmap=RoadmapFactory(), name="Search later", actor=author)


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


def test_a_scenario_of_another_organization_is_not_there(stranger, product_manager):
    with tenant_scope(product_manager):
        scenario = scenarios.create_scenario(roadmap=RoadmapFactory(), name="Later", actor=product_manager)

    with tenant_scope(stranger), pytest.raises(GoneError):
        scenarios.discard_scenario(scenario, actor=stranger)


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
