"""REST of scenarios."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.enums import Visibility
from roadmap.models import ResourceDemand, RoadmapItem
from roadmap.services.scenario_changes import plan_item
from roadmap.services.scenarios import create_scenario, submit_scenario
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_selection import SelectionChoiceFactory, SelectionResultFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory, ResourceFactory
from tests.factories.roadmap_scenarios import ScenarioChangeFactory, ScenarioFactory
from tests.factories.tenancy import TeamFactory
from tests.roadmap.queries import own_queries

LATER = {"start_on": "2026-05-04", "end_on": "2026-05-29"}


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


@pytest.fixture
def item(owner):
    with tenant_scope(owner):
        return RoadmapItemFactory(title="Search")


@pytest.fixture
def submitted(item, product_manager):
    """A scenario that moves the item and waits for a decision."""
    with tenant_scope(product_manager) as author:
        scenario = create_scenario(roadmap=item.roadmap, name="Later", actor=author)
        plan_item(scenario, item, values=LATER, actor=author)
        return submit_scenario(scenario, actor=author)


def test_a_scenario_is_made_compared_submitted_and_approved(client, api_client, director, item):
    made = client.post("scenarios/", {"roadmap": str(item.roadmap_id), "name": "Later"})
    path = f"scenarios/{made.json()['id']}/"

    changes = client.post(f"{path}plan-item/", {"item": str(item.pk), "reason": "People.", **LATER})
    compared = client.post("scenarios/compare/", {"scenarios": [made.json()["id"]]}).json()
    submitted = client.post(f"{path}submit/")
    approved = api_client(director).post(f"{path}approve/", {"note": "Yes."})

    assert (made.status_code, changes.status_code, submitted.status_code, approved.status_code) == (201, 200, 200, 200)
    assert {(each["field"], each["new_value"]) for each in changes.json()} == set(LATER.items())
    assert [plan["ends_on"] for plan in compared["plans"]] == ["2026-03-27", "2026-05-29"]
    assert (approved.json()["status"], approved.json()["change_count"]) == ("approved", 2)
    with tenant_scope(director):
        assert RoadmapItem.objects.get().start_on == date(2026, 5, 4)


def test_a_conflict_is_told_refused_and_resolved(api_client, director, submitted, item, owner):
    with tenant_scope(owner):
        RoadmapItem.objects.update(end_on=date(2026, 4, 30))
    client = api_client(director)

    plan = client.get(f"scenarios/{submitted.pk}/plan/").json()
    conflict = next(each for each in plan["changes"] if each["is_open"])
    refused = client.post(f"scenarios/{submitted.pk}/approve/", {})
    resolved = client.post(f"scenario-changes/{conflict['id']}/resolve/", {"keep": "live"})
    approved = client.post(f"scenarios/{submitted.pk}/approve/", {"picked": [conflict["id"]]})

    assert (conflict["base"], conflict["live"], conflict["new"]) == ("2026-03-27", "2026-04-30", "2026-05-29")
    assert (refused.status_code, refused.json()["code"]) == (409, "unresolved_conflicts")
    assert (resolved.status_code, resolved.json()["resolution"]) == (200, "live")
    assert (approved.status_code, approved.json()["code"]) == (409, "nothing_to_approve")


def test_the_second_decision_is_too_late(api_client, director, submitted):
    client = api_client(director)

    first = client.post(f"scenarios/{submitted.pk}/refuse/", {"reason": "No."})
    second = client.post(f"scenarios/{submitted.pk}/approve/", {})

    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["code"] == "scenario_not_submitted"


def test_its_author_does_not_decide(api_client, owner, item):
    with tenant_scope(owner):
        scenario = create_scenario(roadmap=item.roadmap, name="Own", actor=owner)
        plan_item(scenario, item, values=LATER, actor=owner)
        submit_scenario(scenario, actor=owner)

    answer = api_client(owner).post(f"scenarios/{scenario.pk}/approve/", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "own_scenario")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": "x" * 5000, **LATER}, 400),
        ({"start_on": "2026-13-01"}, 400),
        ({"start_on": "2026-05-04"}, 400),
        ({"is_included": "yes"}, 400),
        ({"status": "eaten"}, 400),
        ({"title": "Other"}, 400),
    ],
)
def test_what_no_item_may_be_is_refused(client, item, owner, body, status):
    with tenant_scope(owner):
        scenario = ScenarioFactory(roadmap=item.roadmap)

    answer = client.post(f"scenarios/{scenario.pk}/plan-item/", {"item": str(item.pk), **body})

    assert answer.status_code == status


def test_what_an_item_needs_is_planned_told_and_approved(client, api_client, director, item, owner):
    with tenant_scope(owner):
        demand, team = ResourceDemandFactory(item=item), TeamFactory()
        other, scenario = ResourceFactory(), ScenarioFactory(roadmap=item.roadmap)
    path, body = f"scenarios/{scenario.pk}/", {"item": str(item.pk), "reason": "People."}

    changed = client.post(
        f"{path}plan-demand/", {**body, "demand": str(demand.pk), "likely": "2.5", "team": str(team.pk)}
    )
    own = {"profile": "custom", "custom_shares": ["0.25", "0.75"], "note": "Late."}
    added = client.post(f"{path}plan-demand/", {**body, "resource": str(other.pk), "likely": "3", "high": "4", **own})
    plan = client.get(f"{path}plan/").json()
    client.post(f"{path}submit/")
    approved = api_client(director).post(f"{path}approve/", {})

    assert (changed.status_code, added.status_code, approved.status_code) == (200, 200, 200)
    assert [(each["field"], each["demand_key"]) for each in changed.json()] == [
        ("demand_amount", str(demand.pk)),
        ("demand_team", str(demand.pk)),
    ]
    (planned,) = plan["items"]
    assert [(each["resource"], each["team"], each["likely"], each["high"]) for each in planned["demands"]] == [
        (str(demand.resource_id), str(team.pk), "2.500", "2.500"),
        (str(other.pk), None, "3.000", "4.000"),
    ]
    assert [(each["profile"], each["custom_shares"], each["note"]) for each in planned["demands"]] == [
        ("flat", [], ""),
        ("custom", ["0.250000", "0.750000"], "Late."),
    ]
    assert {each["resource"] for each in plan["changes"]} == {str(demand.resource_id), str(other.pk)}
    with tenant_scope(owner):
        rows = ResourceDemand.objects.order_by("likely").values_list("resource", "team", "likely")
        assert list(rows) == [(demand.resource_id, team.pk, Decimal("2.5")), (other.pk, None, 3)]


@pytest.mark.parametrize(
    "body",
    [
        {"likely": "-1"},
        {"likely": "1e400"},
        {"likely": "NaN"},
        {"likely": "1", "low": "2"},
        {"likely": None},
        {"is_needed": "no"},
        {"profile": "sideways"},
        {"profile": "custom", "custom_shares": ["0.5"]},
        {"profile": "custom", "custom_shares": ["0.1"] * 61},
        {"custom_shares": ["1"]},
        {"note": "x" * 501},
        {"note": None},
        {"reason": "x" * 5000},
        {"demand": "0198f2f0-0000-7000-8000-000000000000"},
        {"team": "0198f2f0-0000-7000-8000-000000000000"},
    ],
)
def test_what_no_demand_may_be_is_refused(client, item, owner, body):
    with tenant_scope(owner):
        scenario, demand = ScenarioFactory(roadmap=item.roadmap), ResourceDemandFactory(item=item)

    answer = client.post(
        f"scenarios/{scenario.pk}/plan-demand/", {"item": str(item.pk), "demand": str(demand.pk), **body}
    )

    assert answer.status_code == 400


def test_only_planners_restaff(api_client, actor_with, item, owner):
    with tenant_scope(owner):
        scenario, demand = ScenarioFactory(roadmap=item.roadmap), ResourceDemandFactory(item=item)

    answer = api_client(actor_with("contributor")).post(
        f"scenarios/{scenario.pk}/plan-demand/", {"item": str(item.pk), "demand": str(demand.pk), "likely": "2"}
    )

    assert answer.status_code == 403


def test_items_of_other_roadmaps_and_organizations_are_refused(client, item, owner, stranger):
    with tenant_scope(stranger):
        foreign = RoadmapItemFactory()
    with tenant_scope(owner):
        scenario, elsewhere = ScenarioFactory(roadmap=item.roadmap), RoadmapItemFactory()

    for key in (foreign.pk, elsewhere.pk):
        answer = client.post(f"scenarios/{scenario.pk}/plan-item/", {"item": str(key), **LATER})
        assert answer.status_code == 400


def test_scenarios_of_two_roadmaps_or_six_are_not_compared(client, owner):
    with tenant_scope(owner):
        one, other = ScenarioFactory(), ScenarioFactory()
        many = ScenarioFactory.create_batch(6, roadmap=one.roadmap)

    for keys in ([one, other], many, []):
        answer = client.post("scenarios/compare/", {"scenarios": [str(each.pk) for each in keys]})
        assert answer.status_code == 400


def test_a_change_is_taken_back_while_it_is_a_draft(client, owner, submitted):
    with tenant_scope(owner):
        draft = ScenarioChangeFactory()
        kept = submitted.changes.first()

    assert client.delete(f"scenario-changes/{draft.pk}/").status_code == 204
    assert client.delete(f"scenario-changes/{kept.pk}/").status_code == 409


def test_a_selection_becomes_a_scenario(client, owner, item):
    with tenant_scope(owner):
        result = SelectionResultFactory()
        chosen = {"start_on": date(2026, 7, 1), "end_on": date(2026, 9, 30), "position": 1}
        SelectionChoiceFactory(result=result, initiative=InitiativeFactory(title="Chosen"), is_chosen=True, **chosen)
    body = {"roadmap": str(item.roadmap_id), "result": str(result.pk), "name": "Chosen"}

    made = client.post("scenarios/from-selection/", body)

    plan = client.get(f"scenarios/{made.json()['id']}/plan/").json()
    assert made.status_code == 201
    assert {(each["title"], each["start_on"]) for each in plan["items"]} == {
        ("Search", "2026-03-02"),
        ("Chosen", "2026-07-01"),
    }


def test_scenarios_of_hidden_roadmaps_are_not_there(client, owner):
    with tenant_scope(owner):
        hidden = RoadmapFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        change = ScenarioChangeFactory(scenario=ScenarioFactory(roadmap=hidden))

    assert client.get("scenarios/").json()["results"] == []
    assert client.get(f"scenarios/{change.scenario_id}/").status_code == 404
    assert client.get(f"scenario-changes/{change.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize(("path", "budget"), [("scenarios/", 1), ("scenario-changes/", 1)])
def test_lists_cost_the_same_for_any_number_of_rows(client, owner, count, path, budget):
    with tenant_scope(owner):
        ScenarioChangeFactory.create_batch(count)
    client.get(path)

    with own_queries() as asked:
        answer = client.get(path)

    assert len(answer.json()["results"]) == count
    assert asked() == budget
