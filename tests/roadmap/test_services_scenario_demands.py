"""What a scenario makes of demands: planned, refused, and counted in its figures."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from core.errors import InvalidInputError, NotPermittedError
from roadmap.calc.scenarios import Effect
from roadmap.models import RoadmapItem, ScenarioChange
from roadmap.selectors.scenario_figures import compare
from roadmap.selectors.scenarios import plan_with
from roadmap.services.scenario_changes import plan_item, remove_change
from roadmap.services.scenario_demands import plan_demand
from roadmap.services.scenarios import (
    ScenarioNotOpenError,
    copy_scenario,
    create_scenario,
)
from tenancy.scope import tenant_scope
from tests.factories.roadmap import RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory, ResourceFactory, TeamCapacityFactory
from tests.factories.tenancy import TeamFactory
from tests.roadmap.drafts import effects
from tests.roadmap.restaffing import ONE, PLAIN, TWO, add, change_live, live, restaff, submitted


def test_another_amount_and_team_are_planned_and_the_live_plan_stays(staffed, author):
    restaff(staffed, author, likely="2", team=staffed.platform)

    (planned,) = plan_with(staffed.scenario, actor=author).items
    (demand,) = planned.demands
    assert planned.is_changed
    assert demand.value == {"team": str(staffed.platform.pk), **TWO, **PLAIN}
    assert live(staffed) == {"ML engineers": (None, 1, 1, 1)}
    rows = {row.field: (row.base_value, row.new_value) for row in ScenarioChange.objects.all()}
    assert rows == {"demand_amount": (ONE, TWO), "demand_team": (None, str(staffed.platform.pk))}
    assert set(ScenarioChange.objects.values_list("demand_key", "resource_key")) == {
        (staffed.demand.pk, staffed.demand.resource_id)
    }


def test_another_spread_and_note_are_planned_and_the_rest_stays(staffed, author):
    restaff(staffed, author, profile="custom", custom_shares=["0.2", Decimal("0.8")], note="After the summer.")

    rows = {row.field: (row.base_value, row.new_value) for row in ScenarioChange.objects.all()}
    own = {"profile": "custom", "custom_shares": ["0.200000", "0.800000"]}
    assert rows == {
        "demand_spread": ({"profile": "flat", "custom_shares": []}, own),
        "demand_note": ("", "After the summer."),
    }
    (planned,) = plan_with(staffed.scenario, actor=author).items
    assert planned.demands[0].value == {"team": None, **ONE, **own, "note": "After the summer."}
    assert restaff(staffed, author, profile="flat", note="") == []


def test_shares_of_a_spread_are_kept_until_it_is_left(staffed, author):
    restaff(staffed, author, profile="custom", custom_shares=["0.2", "0.8"])
    restaff(staffed, author, profile="custom", likely="2")
    assert ScenarioChange.objects.get(field="demand_spread").new_value["custom_shares"] == ["0.200000", "0.800000"]

    restaff(staffed, author, profile="back")

    assert ScenarioChange.objects.get(field="demand_spread").new_value == {"profile": "back", "custom_shares": []}


def test_only_what_is_said_is_changed(staffed, author):
    restaff(staffed, author, likely="2")
    (kept,) = ScenarioChange.objects.all()
    restaff(staffed, author, team=staffed.platform)

    assert ScenarioChange.objects.get(field="demand_amount").version == kept.version
    assert ScenarioChange.objects.count() == 2


def test_saying_what_the_live_plan_says_takes_the_change_back(staffed, author):
    restaff(staffed, author, likely="2", team=staffed.platform)

    assert restaff(staffed, author, likely="1", team=None) == []
    assert not ScenarioChange.objects.exists()


def test_an_uncertain_amount_keeps_its_sides_and_a_certain_one_moves_whole(staffed, author):
    change_live(staffed, high=4)

    restaff(staffed, author, likely="2")

    assert ScenarioChange.objects.get().new_value == {"low": "2.000", "likely": "2.000", "high": "4.000"}


def test_a_demand_is_taken_away_and_brought_back(staffed, author):
    restaff(staffed, author, likely="2")
    restaff(staffed, author, is_needed=False)
    ((field, new),) = ScenarioChange.objects.values_list("field", "new_value")
    assert (field, new) == ("demand", None)

    assert restaff(staffed, author, is_needed=True) == []
    assert not ScenarioChange.objects.exists()


def test_a_demand_is_added_changed_and_dropped_again(staffed, author):
    _, (change,) = add(staffed, author)
    assert (change.field, change.base_value) == ("demand", None)

    plan_demand(staffed.scenario, staffed.item, demand=change.demand_key, values={"likely": 5}, actor=author)
    change.refresh_from_db()
    assert change.new_value == {"team": None, "low": "5.000", "likely": "5.000", "high": "5.000"}

    plan_demand(staffed.scenario, staffed.item, demand=change.demand_key, values={"is_needed": False}, actor=author)
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
        ({"profile": "sideways"}, "profile"),
        ({"profile": "custom"}, "custom_shares"),
        ({"profile": "custom", "custom_shares": ["0.5", "0.6"]}, "custom_shares"),
        ({"profile": "custom", "custom_shares": ["NaN"]}, "custom_shares"),
        ({"profile": "custom", "custom_shares": "many"}, "custom_shares"),
        ({"profile": "front", "custom_shares": ["1"]}, "custom_shares"),
        ({"note": "x" * 501}, "note"),
        ({"note": None}, "note"),
    ],
)
def test_values_no_demand_may_have_are_refused_at_their_field(staffed, author, values, pointer):
    with pytest.raises(InvalidInputError) as refused:
        restaff(staffed, author, **values)
    assert refused.value.pointer == pointer
    assert not ScenarioChange.objects.exists()


def test_an_item_needs_a_resource_of_a_team_once(staffed, author):
    second = ResourceDemandFactory(item=staffed.item, resource=staffed.demand.resource, team=staffed.platform)
    same = {"likely": 1, "team": staffed.platform}

    with pytest.raises(InvalidInputError, match="already") as added:
        plan_demand(staffed.scenario, staffed.item, resource=second.resource, values=same, actor=author)
    with pytest.raises(InvalidInputError, match="already") as moved:
        restaff(staffed, author, team=staffed.platform)
    assert (added.value.pointer, moved.value.pointer) == ("resource", "team")


def test_demands_items_and_resources_that_are_not_there_are_refused(staffed, author):
    elsewhere = RoadmapItemFactory()
    for item, wanted, pointer in (
        (staffed.item, {"demand": uuid4()}, "demand"),
        (staffed.item, {"resource": uuid4()}, "resource"),
        (staffed.item, {}, "resource"),
        (elsewhere, {"demand": staffed.demand.pk}, "item"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            plan_demand(staffed.scenario, item, values={"likely": 1}, actor=author, **wanted)
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
def test_only_planners_restaff(staffed, actor_with, role):
    reader = actor_with(role)
    with tenant_scope(reader), pytest.raises(NotPermittedError):
        restaff(staffed, reader, likely="2")


def test_a_submitted_scenario_is_not_restaffed(staffed, author):
    restaff(staffed, author, likely="2")
    submitted(staffed, author)

    with pytest.raises(ScenarioNotOpenError):
        restaff(staffed, author, likely="3")


def test_one_change_is_taken_out(staffed, author):
    changes = restaff(staffed, author, likely="2", team=staffed.platform)
    remove_change(next(each for each in changes if each.field == "demand_team"), actor=author)

    assert effects(staffed.scenario, author) == {"demand_amount": Effect.APPLIES}


def test_a_copy_restaffs_too(staffed, author):
    restaff(staffed, author, likely="2")
    add(staffed, author)

    copied = copy_scenario(staffed.scenario, name="Again", actor=author)

    (planned,) = plan_with(copied, actor=author).items
    assert sorted(demand.value["likely"] for demand in planned.demands) == ["2.000", "3.000"]


def test_the_comparison_counts_what_the_scenario_needs(staffed, author):
    for team, amount in ((staffed.search, 2), (staffed.platform, 4)):
        TeamCapacityFactory(team=team, resource=staffed.demand.resource, amount=Decimal(amount))
    other = create_scenario(roadmap=staffed.roadmap, name="Nobody", actor=author)
    restaff(staffed, author, likely="3", team=staffed.platform)
    plan_demand(other, staffed.item, demand=staffed.demand.pk, values={"is_needed": False}, actor=author)

    found = compare(staffed.roadmap, [staffed.scenario, other], actor=author)

    before, more, none = (column.figures.utilisation for column in found.columns)
    assert (before.team, before.peak) == (staffed.search.pk, pytest.approx(0.5))
    assert (more.team, more.peak, more.overloaded) == (staffed.platform.pk, pytest.approx(0.75), 0)
    assert none is None


def test_the_comparison_counts_when_in_the_item_it_is_needed(staffed, author):
    item = staffed.item
    for month in (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)):
        TeamCapacityFactory(team=staffed.search, resource=staffed.demand.resource, amount=Decimal(1), month=month)
    RoadmapItem.objects.filter(pk=item.pk).update(start_on=date(2026, 3, 1), end_on=date(2026, 5, 31))
    restaff(staffed, author, profile="custom", custom_shares=["0", "0", "1"])

    found = compare(staffed.roadmap, [staffed.scenario], actor=author)

    even, late = (column.figures.utilisation for column in found.columns)
    assert (late.month, late.peak) == (date(2026, 5, 1), pytest.approx(1, abs=0.05))
    assert even.peak < 0.4


def test_an_added_demand_counts_for_the_team_of_the_item_in_the_scenario(staffed, author):
    other, _ = add(staffed, author)
    plan_item(staffed.scenario, staffed.item, values={"owning_team": staffed.platform}, actor=author)
    TeamCapacityFactory(team=staffed.platform, resource=other, amount=Decimal(2))

    found = compare(staffed.roadmap, [staffed.scenario], actor=author).columns[1].figures.utilisation

    assert (found.team, found.resource, found.peak) == (staffed.platform.pk, "Labellers", pytest.approx(1.5))
    assert found.overloaded == 1
