"""Re-staffing in a scenario: planned, in conflict with the live plan, approved with everything else, and undone."""

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from core.errors import DomainError, InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.enums import Visibility
from roadmap.calc.scenarios import Effect
from roadmap.enums import DemandProfile, DemandSource, PlanChangeKind
from roadmap.models import PlanChange, Resource, ResourceDemand, RoadmapItem, ScenarioChange
from roadmap.selectors.plan_change_rows import rows_of
from roadmap.selectors.scenario_figures import compare
from roadmap.selectors.scenarios import plan_with
from roadmap.services.access import GoneError
from roadmap.services.plan_changes import UndoRefusedError, apply_changes_to_plan, undo
from roadmap.services.planned_demands import DemandChange
from roadmap.services.scenario_changes import plan_item, remove_change, resolve_change
from roadmap.services.scenario_decisions import NothingToApproveError, UnresolvedConflictsError, approve_scenario
from roadmap.services.scenario_demands import plan_demand
from roadmap.services.scenarios import (
    ScenarioNotOpenError,
    ScenarioNotSubmittableError,
    copy_scenario,
    create_scenario,
    submit_scenario,
)
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory, ResourceFactory, TeamCapacityFactory
from tests.factories.tenancy import TeamFactory

ONE = {"low": "1.000", "likely": "1.000", "high": "1.000"}
TWO = {"low": "2.000", "likely": "2.000", "high": "2.000"}


@pytest.fixture
def plan(author):
    """An item of the team Search that needs one engineer's month, and a draft of a scenario."""
    search, platform = TeamFactory(name="Search"), TeamFactory(name="Platform")
    roadmap = RoadmapFactory(name="Assistant")
    item = RoadmapItemFactory(roadmap=roadmap, title="Ranking", owning_team=search)
    demand = ResourceDemandFactory(item=item, resource=ResourceFactory(name="ML engineers"))
    scenario = create_scenario(roadmap=roadmap, name="More people", actor=author)
    return SimpleNamespace(
        roadmap=roadmap, item=item, demand=demand, search=search, platform=platform, scenario=scenario
    )


def restaff(plan, author, **values):
    return plan_demand(plan.scenario, plan.item, demand=plan.demand.pk, values=values, actor=author)


def add(plan, author, **values):
    other = ResourceFactory(name="Labellers")
    return other, plan_demand(plan.scenario, plan.item, resource=other, values={"likely": 3, **values}, actor=author)


def submitted(plan, author):
    return submit_scenario(plan.scenario, actor=author)


def approved(plan, author, director, **how):
    submitted(plan, author)
    with tenant_scope(director):
        return approve_scenario(plan.scenario, actor=director, **how)


def live(plan):
    """(team, low, likely, high) of what the item needs, by resource."""
    rows = ResourceDemand.objects.filter(item=plan.item)
    return {row.resource.name: (row.team_id, row.low, row.likely, row.high) for row in rows.select_related("resource")}


def effects(plan, actor):
    return {each.change.field: each.effect for each in plan_with(plan.scenario, actor=actor).changes}


def change_live(plan, **values):
    ResourceDemand.objects.filter(pk=plan.demand.pk).update(**values)


# Planning


def test_another_amount_and_team_are_planned_and_the_live_plan_stays(plan, author):
    restaff(plan, author, likely="2", team=plan.platform)

    (planned,) = plan_with(plan.scenario, actor=author).items
    (demand,) = planned.demands
    assert planned.is_changed
    assert demand.value == {"team": str(plan.platform.pk), **TWO}
    assert live(plan) == {"ML engineers": (None, 1, 1, 1)}
    rows = {row.field: (row.base_value, row.new_value) for row in ScenarioChange.objects.all()}
    assert rows == {"demand_amount": (ONE, TWO), "demand_team": (None, str(plan.platform.pk))}
    assert set(ScenarioChange.objects.values_list("demand_key", "resource_key")) == {
        (plan.demand.pk, plan.demand.resource_id)
    }


def test_only_what_is_said_is_changed(plan, author):
    restaff(plan, author, likely="2")
    (kept,) = ScenarioChange.objects.all()
    restaff(plan, author, team=plan.platform)

    assert ScenarioChange.objects.get(field="demand_amount").version == kept.version
    assert ScenarioChange.objects.count() == 2


def test_saying_what_the_live_plan_says_takes_the_change_back(plan, author):
    restaff(plan, author, likely="2", team=plan.platform)

    assert restaff(plan, author, likely="1", team=None) == []
    assert not ScenarioChange.objects.exists()


def test_an_uncertain_amount_keeps_its_sides_and_a_certain_one_moves_whole(plan, author):
    change_live(plan, high=4)

    restaff(plan, author, likely="2")

    assert ScenarioChange.objects.get().new_value == {"low": "2.000", "likely": "2.000", "high": "4.000"}


def test_a_demand_is_taken_away_and_brought_back(plan, author):
    restaff(plan, author, likely="2")
    restaff(plan, author, is_needed=False)
    ((field, new),) = ScenarioChange.objects.values_list("field", "new_value")
    assert (field, new) == ("demand", None)

    assert restaff(plan, author, is_needed=True) == []
    assert not ScenarioChange.objects.exists()


def test_a_demand_is_added_changed_and_dropped_again(plan, author):
    _, (change,) = add(plan, author)
    assert (change.field, change.base_value) == ("demand", None)

    plan_demand(plan.scenario, plan.item, demand=change.demand_key, values={"likely": 5}, actor=author)
    change.refresh_from_db()
    assert change.new_value == {"team": None, "low": "5.000", "likely": "5.000", "high": "5.000"}

    plan_demand(plan.scenario, plan.item, demand=change.demand_key, values={"is_needed": False}, actor=author)
    assert not ScenarioChange.objects.exists()


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"likely": "-1"}, "likely"),
        ({"likely": "0"}, "likely"),
        ({"likely": "2", "low": "3", "high": "4"}, "likely"),
        ({"likely": "NaN"}, "likely"),
        ({"likely": "Infinity"}, "likely"),
        ({"likely": "1e30"}, "likely"),
        ({"likely": "0.0001"}, "likely"),
        ({"likely": "two"}, "likely"),
        ({"likely": []}, "likely"),
        ({"team": "nobody"}, "team"),
        ({"team": "0198f2f0-0000-7000-8000-000000000000"}, "team"),
        ({"is_needed": "maybe"}, "is_needed"),
        ({"resource": "other"}, "values"),
    ],
)
def test_values_no_demand_may_have_are_refused_at_their_field(plan, author, values, pointer):
    with pytest.raises(InvalidInputError) as refused:
        restaff(plan, author, **values)
    assert refused.value.pointer == pointer
    assert not ScenarioChange.objects.exists()


def test_an_item_needs_a_resource_of_a_team_once(plan, author):
    second = ResourceDemandFactory(item=plan.item, resource=plan.demand.resource, team=plan.platform)
    same = {"likely": 1, "team": plan.platform}

    with pytest.raises(InvalidInputError, match="already") as added:
        plan_demand(plan.scenario, plan.item, resource=second.resource, values=same, actor=author)
    with pytest.raises(InvalidInputError, match="already") as moved:
        restaff(plan, author, team=plan.platform)
    assert (added.value.pointer, moved.value.pointer) == ("resource", "team")


def test_demands_items_and_resources_that_are_not_there_are_refused(plan, author):
    elsewhere = RoadmapItemFactory()
    for item, wanted, pointer in (
        (plan.item, {"demand": uuid4()}, "demand"),
        (plan.item, {"resource": uuid4()}, "resource"),
        (plan.item, {}, "resource"),
        (elsewhere, {"demand": plan.demand.pk}, "item"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            plan_demand(plan.scenario, item, values={"likely": 1}, actor=author, **wanted)
        assert refused.value.pointer == pointer


def test_a_resource_or_team_of_another_organization_is_refused(stranger, product_manager):
    with tenant_scope(stranger):
        foreign, team = ResourceFactory(), TeamFactory()

    with tenant_scope(product_manager):
        demand = ResourceDemandFactory()
        scenario = create_scenario(roadmap=demand.item.roadmap, name="Theirs", actor=product_manager)
        for wanted, values in (({"resource": foreign}, {"likely": 1}), ({"demand": demand.pk}, {"team": team.pk})):
            with pytest.raises(InvalidInputError, match="no such record"):
                plan_demand(scenario, demand.item, values=values, actor=product_manager, **wanted)


@pytest.mark.parametrize("role", ["contributor", "viewer"])
def test_only_planners_restaff(plan, actor_with, role):
    reader = actor_with(role)
    with tenant_scope(reader), pytest.raises(NotPermittedError):
        restaff(plan, reader, likely="2")


def test_a_submitted_scenario_is_not_restaffed(plan, author):
    restaff(plan, author, likely="2")
    submitted(plan, author)

    with pytest.raises(ScenarioNotOpenError):
        restaff(plan, author, likely="3")


def test_one_change_is_taken_out(plan, author):
    changes = restaff(plan, author, likely="2", team=plan.platform)
    remove_change(next(each for each in changes if each.field == "demand_team"), actor=author)

    assert effects(plan, author) == {"demand_amount": Effect.APPLIES}


def test_a_copy_restaffs_too(plan, author):
    restaff(plan, author, likely="2")
    add(plan, author)

    copied = copy_scenario(plan.scenario, name="Again", actor=author)

    (planned,) = plan_with(copied, actor=author).items
    assert sorted(demand.value["likely"] for demand in planned.demands) == ["2.000", "3.000"]


# Figures


def test_the_comparison_counts_what_the_scenario_needs(plan, author):
    for team, amount in ((plan.search, 2), (plan.platform, 4)):
        TeamCapacityFactory(team=team, resource=plan.demand.resource, amount=Decimal(amount))
    other = create_scenario(roadmap=plan.roadmap, name="Nobody", actor=author)
    restaff(plan, author, likely="3", team=plan.platform)
    plan_demand(other, plan.item, demand=plan.demand.pk, values={"is_needed": False}, actor=author)

    found = compare(plan.roadmap, [plan.scenario, other], actor=author)

    before, more, none = (column.figures.utilisation for column in found.columns)
    assert (before.team, before.peak) == (plan.search.pk, pytest.approx(0.5))
    assert (more.team, more.peak, more.overloaded) == (plan.platform.pk, pytest.approx(0.75), 0)
    assert none is None


def test_an_added_demand_counts_for_the_team_of_the_item_in_the_scenario(plan, author):
    other, _ = add(plan, author)
    plan_item(plan.scenario, plan.item, values={"owning_team": plan.platform}, actor=author)
    TeamCapacityFactory(team=plan.platform, resource=other, amount=Decimal(2))

    found = compare(plan.roadmap, [plan.scenario], actor=author).columns[1].figures.utilisation

    assert (found.team, found.resource, found.peak) == (plan.platform.pk, "Labellers", pytest.approx(1.5))
    assert found.overloaded == 1


# Conflicts


def test_amount_and_team_conflict_each_on_its_own(plan, author):
    restaff(plan, author, likely="2", team=plan.platform)
    change_live(plan, likely=3, high=3)

    assert effects(plan, author) == {"demand_amount": Effect.CONFLICT, "demand_team": Effect.APPLIES}
    with pytest.raises(ScenarioNotSubmittableError, match="another amount needed"):
        submitted(plan, author)
    resolve_change(ScenarioChange.objects.get(field="demand_amount"), keep="live", actor=author)
    (planned,) = plan_with(plan.scenario, actor=author).items
    assert planned.demands[0].value == {
        "team": str(plan.platform.pk),
        "low": "1.000",
        "likely": "3.000",
        "high": "3.000",
    }


def test_a_demand_changed_meanwhile_is_not_taken_away_unasked(plan, author, director):
    restaff(plan, author, is_needed=False)
    submitted(plan, author)
    change_live(plan, likely=3, high=3)

    with tenant_scope(director):
        with pytest.raises(UnresolvedConflictsError):
            approve_scenario(plan.scenario, actor=director)
        resolve_change(ScenarioChange.objects.get(), keep="mine", actor=director)
        approve_scenario(plan.scenario, actor=director)
    assert live(plan) == {}


def test_of_a_demand_that_is_gone_only_the_live_plan_is_left(plan, author):
    restaff(plan, author, likely="2")
    ResourceDemand.objects.all().delete()

    assert effects(plan, author) == {"demand_amount": Effect.GONE}
    with pytest.raises(InvalidInputError):
        resolve_change(ScenarioChange.objects.get(), keep="mine", actor=author)
    resolve_change(ScenarioChange.objects.get(), keep="live", actor=author)
    assert effects(plan, author) == {"demand_amount": Effect.DROPPED}


def test_what_somebody_added_meanwhile_is_the_demand_the_scenario_adds(plan, author, director):
    other, _ = add(plan, author)
    ResourceDemandFactory(item=plan.item, resource=other, likely=1, profile=DemandProfile.FRONT)
    assert effects(plan, author) == {"demand": Effect.CONFLICT}

    resolve_change(ScenarioChange.objects.get(), keep="mine", actor=author)
    approved(plan, author, director)

    assert live(plan) == {"ML engineers": (None, 1, 1, 1), "Labellers": (None, 3, 3, 3)}
    assert ResourceDemand.objects.get(resource=other).profile == DemandProfile.FRONT


def test_a_team_that_gives_it_meanwhile_leaves_no_place(plan, author):
    restaff(plan, author, team=plan.platform)
    ResourceDemandFactory(item=plan.item, resource=plan.demand.resource, team=plan.platform)

    assert effects(plan, author) == {"demand_team": Effect.GONE}
    with pytest.raises(ScenarioNotSubmittableError, match="its place is taken"):
        submitted(plan, author)


# Approval and undo


def test_approval_writes_items_and_demands_as_one_and_undo_takes_both_back(plan, author, director, owner):
    change_live(plan, source=DemandSource.BUSINESS_CASE)
    gone = ResourceDemandFactory(
        item=plan.item,
        resource=ResourceFactory(name="GPU hours", kind="gpu_hours"),
        likely=Decimal("7.5"),
        profile=DemandProfile.CUSTOM,
        custom_shares=[Decimal("0.25"), Decimal("0.75")],
        note="On the new cluster.",
    )
    restaff(plan, author, likely="2", team=plan.platform)
    plan_demand(plan.scenario, plan.item, demand=gone.pk, values={"is_needed": False}, actor=author)
    other, (added,) = add(plan, author, low=1, high=6)
    plan_item(plan.scenario, plan.item, values={"start_on": date(2026, 3, 9)}, actor=author)

    done = approved(plan, author, director)

    assert live(plan) == {"ML engineers": (plan.platform.pk, 2, 2, 2), "Labellers": (None, 1, 3, 6)}
    assert ResourceDemand.objects.get(resource=other).pk == added.demand_key
    assert ResourceDemand.objects.get(pk=plan.demand.pk).source == DemandSource.MANUAL
    assert RoadmapItem.objects.get().start_on == date(2026, 3, 9)
    assert set(ScenarioChange.objects.values_list("is_applied", flat=True)) == {True}
    assert (done.plan_change.kind, len(done.plan_change.changes)) == (PlanChangeKind.SCENARIO, 4)

    with tenant_scope(director):
        undo(PlanChange.objects.get(pk=done.plan_change_id), actor=director)
    assert live(plan) == {"ML engineers": (None, 1, 1, 1), "GPU hours": (None, *[Decimal("7.5")] * 3)}
    back = ResourceDemand.objects.get(pk=gone.pk)
    assert (back.profile, back.custom_shares) == ("custom", [Decimal("0.25"), Decimal("0.75")])
    assert back.note == "On the new cluster."
    assert ResourceDemand.objects.get(pk=plan.demand.pk).source == DemandSource.BUSINESS_CASE
    assert RoadmapItem.objects.get().start_on == plan.item.start_on


def test_the_undo_of_an_undo_restaffs_again(plan, author, director):
    restaff(plan, author, is_needed=False)
    add(plan, author)
    done = approved(plan, author, director)
    with tenant_scope(director):
        back = undo(PlanChange.objects.get(pk=done.plan_change_id), actor=director)
        undo(back, actor=director)

    assert live(plan) == {"Labellers": (None, 3, 3, 3)}


def test_a_scenario_that_only_restaffs_leaves_the_items_alone(plan, author, director):
    before = RoadmapItem.objects.get().version
    restaff(plan, author, likely="2")
    approved(plan, author, director)

    assert RoadmapItem.objects.get().version == before
    assert live(plan)["ML engineers"][2] == 2


def test_only_picked_demands_are_written(plan, author, director):
    amount, team = restaff(plan, author, likely="2", team=plan.platform)
    approved(plan, author, director, picked=[amount.pk])

    assert live(plan) == {"ML engineers": (None, 2, 2, 2)}
    team.refresh_from_db()
    assert team.is_applied is False


def test_nothing_of_demands_picked_is_nothing_to_approve(plan, author, director):
    restaff(plan, author, likely="2")
    with pytest.raises(NothingToApproveError):
        approved(plan, author, director, picked=[])


def test_a_team_or_resource_that_is_gone_by_then_is_refused_and_nothing_is_written(plan, author, director):
    other, _ = add(plan, author)
    restaff(plan, author, likely="2")
    submitted(plan, author)
    Resource.objects.filter(pk=other.pk).delete()

    with tenant_scope(director), pytest.raises(InvalidInputError, match="resource of a demand is not there"):
        approve_scenario(plan.scenario, actor=director)
    assert live(plan) == {"ML engineers": (None, 1, 1, 1)}


def test_what_was_changed_since_is_not_undone(plan, author, director):
    restaff(plan, author, likely="2")
    done = approved(plan, author, director)
    change_live(plan, likely=3, high=3)

    with tenant_scope(director), pytest.raises(UndoRefusedError) as refused:
        undo(PlanChange.objects.get(pk=done.plan_change_id), actor=director)
    assert refused.value.reasons == ("“Ranking” was changed since.",)


def test_whoever_does_not_see_the_item_does_not_see_what_it_needs(owner, director):
    with tenant_scope(owner):
        hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        item = RoadmapItemFactory(initiative=hidden)
        demand = ResourceDemandFactory(item=item)
        scenario = create_scenario(roadmap=item.roadmap, name="Hidden", actor=owner)
        plan_demand(scenario, item, demand=demand.pk, values={"likely": 2}, actor=owner)
        submit_scenario(scenario, actor=owner)

    with tenant_scope(director):
        assert plan_with(scenario, actor=director).changes == []
        with pytest.raises(NotPermittedError):
            approve_scenario(scenario, actor=director)


def test_the_ledger_says_who_needs_what_since_when(plan, author, director):
    restaff(plan, author, likely="2")
    approved(plan, author, director)

    (event,) = LedgerEvent.objects.filter(record_id=plan.demand.pk, action="plan_change.applied")
    assert [json.loads(event.changes)[end]["likely"] for end in ("before", "after")] == [1, 2]


# Sets of changes


def demand_change(plan, old, new):
    return DemandChange(plan.item.pk, plan.demand.pk, plan.demand.resource_id, old, new)


def applied(plan, change, actor):
    return apply_changes_to_plan(
        plan.roadmap, [], demands=[change], kind=PlanChangeKind.SCENARIO, summary="More", actor=actor
    )


def test_a_demand_that_is_not_as_it_was_read_is_refused(plan, author):
    with pytest.raises(StaleVersionError):
        applied(plan, demand_change(plan, {"likely": "5.000"}, {"likely": "6.000"}), author)
    with pytest.raises(StaleVersionError):
        applied(plan, demand_change(plan, None, {"team": None, **TWO}), author)
    gone = DemandChange(uuid4(), plan.demand.pk, plan.demand.resource_id, ONE, TWO)
    with pytest.raises(GoneError):
        applied(plan, gone, author)


@pytest.mark.parametrize(
    "new", [{"likely": "many"}, {"likely": "-1"}, {"item": "x"}, {"likely": "9"}, {"team": "x"}, {"low": None}]
)
def test_values_no_demand_may_have_are_not_written(plan, author, new):
    old = {name: {"likely": "1.000", "low": "1.000"}.get(name) for name in new if name != "item"}
    with pytest.raises(DomainError):
        applied(plan, demand_change(plan, old, new), author)
    assert live(plan) == {"ML engineers": (None, 1, 1, 1)}


def test_a_second_demand_for_the_same_of_the_same_team_is_refused(plan, author):
    twin = DemandChange(plan.item.pk, uuid4(), plan.demand.resource_id, None, {"team": None, **TWO})
    with pytest.raises(DomainError, match="already"):
        applied(plan, twin, author)


def test_a_set_of_changes_says_what_became_of_demands(plan, author, director):
    restaff(plan, author, likely="2", team=plan.platform)
    add(plan, author)
    done = approved(plan, author, director)

    (row,) = rows_of(done.plan_change, actor=author)
    assert [(each.label, each.old, each.new) for each in row.fields] == [
        ("ML engineers", "1\xa0FTE-months, the item's team", "2\xa0FTE-months, Platform"),
        ("Labellers", None, "3\xa0FTE-months, the item's team"),
    ]
