"""REST of capacity: records, what they come to, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.enums import InitiativeKind, Visibility
from roadmap.models import ResourceDemand, TeamCapacity
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapItemFactory
from tests.factories.roadmap_capacity import (
    AllocationTargetFactory,
    ResourceDemandFactory,
    ResourceFactory,
    TeamCapacityFactory,
)
from tests.factories.tenancy import TeamFactory
from tests.roadmap.queries import own_queries

MARCH = "2026-03-01"


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager, scopes=["write"])


@pytest.fixture
def plan(scope):
    """Search has 2.0 engineers in March and needs 3."""
    team, resource = TeamFactory(name="Search"), ResourceFactory(name="ML engineer")
    item = RoadmapItemFactory(title="Ranking", owning_team=team)
    TeamCapacityFactory(team=team, resource=resource, amount=2)
    ResourceDemandFactory(item=item, resource=resource, likely=3)
    return team, resource, item


def test_resources_are_made_and_changed(client, scope) -> None:
    made = client.post("resources/", {"name": "H100", "kind": "gpu_hours"})
    assert (made.status_code, made.json()["unit"]) == (201, "GPU-hours")
    changed = client.patch(f"resources/{made.json()['id']}/", {"name": "H200"})
    assert (changed.status_code, changed.json()["name"]) == (200, "H200")


def test_a_capacity_is_made_and_a_second_of_the_month_refused(client, scope) -> None:
    body = {"team": str(TeamFactory().pk), "resource": str(ResourceFactory().pk), "month": MARCH, "amount": "2.500"}
    assert client.post("team-capacities/", body).status_code == 201
    again = client.post("team-capacities/", body)
    assert again.status_code == 409
    assert "known already" in str(again.json())


def test_a_demand_defaults_to_certainty(client, scope) -> None:
    body = {"item": str(RoadmapItemFactory().pk), "resource": str(ResourceFactory().pk), "likely": "3"}
    made = client.post("resource-demands/", body)
    assert made.status_code == 201
    assert {made.json()[name] for name in ("low", "likely", "high")} == {"3.000"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"likely": "-1"}, "likely"),
        ({"likely": "NaN"}, "likely"),
        ({"likely": "9" * 1000}, "likely"),
        ({"likely": "1", "low": "2"}, ""),
        ({"profile": "custom", "custom_shares": ["0.5", "0.4"]}, "custom_shares"),
        ({"profile": "custom", "custom_shares": ["Infinity"]}, "custom_shares"),
        ({"profile": "custom", "custom_shares": "half"}, "custom_shares"),
        ({"custom_shares": ["1"]}, "custom_shares"),
        ({"profile": "sideways"}, "profile"),
        ({"resource": "00000000-0000-0000-0000-000000000000"}, "resource"),
    ],
)
def test_a_demand_that_cannot_be_is_refused_at_its_field(change, pointer, client, scope) -> None:
    item, resource = RoadmapItemFactory(), ResourceFactory()
    response = client.post(
        "resource-demands/", {"item": str(item.pk), "resource": str(resource.pk), "likely": "3", **change}
    )
    assert response.status_code in (400, 409)
    assert pointer in str(response.json())
    assert not ResourceDemand.objects.exists()


def test_teams_and_resources_of_others_are_unknown(client, stranger, product_manager) -> None:
    with tenant_scope(stranger):
        team, resource = TeamFactory(), ResourceFactory()
    body = {"team": str(team.pk), "resource": str(resource.pk), "month": MARCH, "amount": "1"}
    response = client.post("team-capacities/", body)
    assert response.status_code == 400
    assert client.get(f"resources/{resource.pk}/").status_code == 404
    with tenant_scope(product_manager):
        assert not TeamCapacity.objects.exists()


def test_utilisation_and_overloads_are_told(client, plan) -> None:
    team, resource, item = plan
    (row,) = client.get(f"team-capacities/utilisation/?first_month={MARCH}&months=2").json()
    assert (row["team"], row["resource"], row["unit"]) == (str(team.pk), str(resource.pk), "FTE")
    march, april = row["cells"]
    assert (march["used"], march["available"], march["utilisation"], march["load"]) == (3, 2, 1.5, "over")
    assert (april["available"], april["utilisation"], april["load"]) == (None, None, "nothing")
    found = client.get(f"team-capacities/overloads/?first_month={MARCH}&months=2&team={team.pk}").json()
    assert found[0]["text"].startswith("Search needs 3.0 of 2.0 FTE (ML engineer) in March 2026: 3.0 by Ranking.")
    assert found[0]["items"] == [str(item.pk)]
    assert client.get(f"team-capacities/overloads/?first_month={MARCH}&team={TeamFactory().pk}").json() == []


@pytest.mark.parametrize("query", ["months=0", "months=61", "months=x", "first_month=soon", "team=x", "colour=red"])
def test_windows_that_cannot_be_are_refused(query, client, scope) -> None:
    assert client.get(f"team-capacities/utilisation/?{query}").status_code == 400


def test_the_end_of_the_calendar_is_refused_in_words(client, scope) -> None:
    response = client.get("team-capacities/utilisation/?first_month=9999-12-31&months=2")
    assert response.status_code == 400
    assert "outside the calendar" in str(response.json())


def test_shares_of_quarters_are_told_against_targets(client, plan) -> None:
    AllocationTargetFactory(quarter=date(2026, 1, 1), kind=InitiativeKind.TECH_DEBT, share=Decimal("0.25"))
    _, resource, _ = plan
    debt = RoadmapItemFactory(initiative=InitiativeFactory(kind=InitiativeKind.TECH_DEBT))
    ResourceDemandFactory(item=debt, resource=resource, likely=1)
    quarters = client.get("allocation-targets/actual/?first_quarter=2026-02-15&quarters=1").json()
    kinds = {each["kind"]: each for each in quarters[0]["kinds"]}
    assert quarters[0]["quarter"] == "2026-01-01"
    assert (kinds["tech_debt"]["target"], kinds["tech_debt"]["share"]) == (0.25, 0.25)
    assert quarters[0]["unassigned"] == 3


def test_taking_over_says_why_it_cannot(client, plan) -> None:
    response = client.post("resource-demands/take-over-staffing/", {"item": str(plan[2].pk)})
    assert response.status_code == 409
    assert "Link the item to an initiative first" in str(response.json())


def test_demands_of_hidden_portfolios_stay_hidden(api_client, actor_with, scope) -> None:
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    item = RoadmapItemFactory(initiative=hidden)
    demand = ResourceDemandFactory(item=item)
    target = AllocationTargetFactory(portfolio=hidden.portfolio)
    contributor = api_client(actor_with("contributor"), scopes=["write"])
    assert contributor.get(f"resource-demands/{demand.pk}/").status_code == 404
    assert contributor.get(f"allocation-targets/{target.pk}/").status_code == 404
    body = {"item": str(item.pk), "resource": str(demand.resource_id), "likely": "1"}
    assert contributor.post("resource-demands/", body).status_code == 400


@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(count, client, scope) -> None:
    for _ in range(count):
        TeamCapacityFactory()
        ResourceDemandFactory()
    for path, expected in (
        ("resources/", 1),
        ("team-capacities/", 1),
        ("resource-demands/", 1),
        (f"team-capacities/utilisation/?first_month={MARCH}", 5),
    ):
        client.get(path)
        with own_queries() as asked:
            assert client.get(path).status_code == 200
        assert asked() == expected, path
