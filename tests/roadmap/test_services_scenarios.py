"""Scenarios: laid over the live plan, changed while they are drafts, and told where both moved."""

from datetime import date
from uuid import uuid4

import pytest

from core.errors import DomainError, InvalidInputError, NotPermittedError
from roadmap.calc.scenarios import Effect
from roadmap.enums import ItemStatus
from roadmap.models import RoadmapItem, Scenario, ScenarioChange
from roadmap.selectors.scenarios import plan_with
from roadmap.services import scenario_decisions as decisions
from roadmap.services import scenarios
from roadmap.services.access import GoneError
from roadmap.services.scenario_changes import NothingToResolveError, plan_item, remove_change, resolve_change
from tenancy.scope import tenant_scope
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory
from tests.roadmap.drafts import LATER, MARCH_2, MAY_4, MAY_29, OUT, effects, move_live, submitted


def test_a_change_is_laid_over_the_live_plan_and_leaves_it_alone(scenario, plan, author):
    plan_item(scenario, plan[1], values=LATER, reason="Not enough people.", actor=author)

    first, second = plan_with(scenario, actor=author).items
    assert (first.start_on, first.end_on, first.is_changed) == (MAY_4, MAY_29, True)
    assert (second.start_on, second.is_changed) == (MARCH_2, False)
    assert RoadmapItem.objects.get(pk=plan[1].pk).start_on == MARCH_2
    change = ScenarioChange.objects.get(field="start_on")
    assert (change.base_value, change.new_value, change.reason) == ("2026-03-02", "2026-05-04", "Not enough people.")
    assert change.author.user_id == author.user_id


def test_reading_a_plan_costs_three_queries_for_any_number_of_items(scenario, plan, author, django_assert_num_queries):
    for number in range(30):
        plan_item(scenario, RoadmapItemFactory(roadmap=plan[0], title=f"Item {number}"), values=LATER, actor=author)

    with django_assert_num_queries(3):
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


def test_another_reason_settles_no_conflict_and_another_value_does(scenario, plan, author):
    plan_item(scenario, plan[1], values=LATER, reason="Not enough people.", actor=author)
    RoadmapItem.objects.filter(pk=plan[1].pk).update(start_on=date(2026, 3, 4))

    (change, *_) = plan_item(scenario, plan[1], values=LATER, reason="The vendor is late.", actor=author)

    assert (change.reason, change.base_value) == ("The vendor is late.", "2026-03-02")
    assert effects(scenario, author) == {"start_on": Effect.CONFLICT, "end_on": Effect.APPLIES}
    plan_item(scenario, plan[1], values={"start_on": date(2026, 5, 5)}, actor=author)
    assert effects(scenario, author)["start_on"] == Effect.APPLIES


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


def test_what_was_finished_meanwhile_does_not_leave_the_plan(scenario, plan, author):
    submitted(scenario, plan[1], author, OUT)
    move_live(plan[1], status=ItemStatus.DONE)

    assert effects(scenario, author) == {"is_included": Effect.GONE}


@pytest.mark.parametrize("role", ["viewer", "contributor", "auditor"])
def test_only_planners_make_scenarios(plan, actor_with, role):
    actor = actor_with(role)
    with tenant_scope(actor), pytest.raises(NotPermittedError):
        scenarios.create_scenario(roadmap=plan[0], name="Other", actor=actor)


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


def test_a_scenario_of_another_organization_is_not_there(stranger, product_manager):
    with tenant_scope(product_manager):
        scenario = scenarios.create_scenario(roadmap=RoadmapFactory(), name="Later", actor=product_manager)

    with tenant_scope(stranger), pytest.raises(GoneError):
        scenarios.discard_scenario(scenario, actor=stranger)
