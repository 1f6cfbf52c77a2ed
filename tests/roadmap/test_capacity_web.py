"""Pages of capacity, as people see and use them."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portfolio.enums import InitiativeKind
from roadmap.models import AllocationTarget, ResourceDemand, TeamCapacity
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory
from tests.factories.roadmap import RoadmapItemFactory
from tests.factories.roadmap_capacity import (
    AllocationTargetFactory,
    ResourceDemandFactory,
    ResourceFactory,
    TeamCapacityFactory,
)
from tests.factories.tenancy import TeamFactory
from tests.roadmap.queries import own_queries
from tests.web_client import client_of

ROOT = "/acme/roadmap"
MARCH = date(2026, 3, 1)


@pytest.fixture
def plan(owner):
    """Search has 2.0 engineers in March 2026 and needs 3; in April nobody knows."""
    with tenant_scope(owner):
        team, resource = TeamFactory(name="Search"), ResourceFactory(name="ML engineer")
        item = RoadmapItemFactory(title="Ranking", owning_team=team)
        TeamCapacityFactory(team=team, resource=resource, amount=2)
        ResourceDemandFactory(item=item, resource=resource, low=2, likely=3, high=5)
    return team, resource, item


def page(client, path, status=200):
    response = client.get(f"{ROOT}/{path}")
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("by", ["team", "resource"])
def test_the_heat_map_shows_numbers_and_explains_overloads(by, client, plan):
    text = page(client, f"capacity/?from=2026-03&by={by}")
    assert "3.0 of 2.0" in text
    assert "150%" in text
    assert "Search needs 3.0 of 2.0 FTE (ML engineer) in March 2026: 3.0 by Ranking." in text
    assert "between 2.0 and 5.0 needed" in text


def test_the_heat_map_can_show_one_kind(client, plan, owner):
    with tenant_scope(owner):
        TeamCapacityFactory(team=plan[0], resource=ResourceFactory(name="H100", kind="gpu_hours", unit="GPU-hours"))
    assert "H100" in page(client, "capacity/?from=2026-03")
    assert "H100" not in page(client, "capacity/?from=2026-03&kind=role")


@pytest.mark.parametrize(
    "query", ["from=soon", "from=0001-01", "from=9999-12", "kind=magic", "by=nothing", "from=" + "9" * 500]
)
def test_addresses_that_make_no_sense_show_this_year(query, client, plan):
    assert f"{timezone.localdate():%b %Y} to" in page(client, f"capacity/?{query}")


def test_a_cell_leads_to_its_items(client, plan):
    team, resource, item = plan
    path = f"capacity/cell/?team={team.pk}&resource={resource.pk}&month=2026-03"
    text = page(client, path)
    assert str(item.pk) in text
    assert "2.0 to 5.0" in text
    fragment = client.get(f"{ROOT}/{path}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert str(item.pk) in fragment


@pytest.mark.parametrize("query", ["", "team=x&resource=y", "resource=01a20443-ab87-72ed-a70a-ee326eb4e494"])
def test_a_cell_that_is_not_there_is_not_found(query, client, plan):
    page(client, f"capacity/cell/?month=2026-03&{query}", status=404)


def test_a_team_writes_its_months_in_a_sheet(client, plan, owner):
    team, resource, _ = plan
    path = f"{ROOT}/capacity/teams/{team.pk}/?from=2026-03"
    cells = {f"{resource.pk}.2026-03": "", f"{resource.pk}.2026-04": "2.5", f"{resource.pk}.2026-05": "1,200"}
    assert client.post(path, cells).status_code == 303
    with tenant_scope(owner):
        assert dict(TeamCapacity.objects.values_list("month", "amount")) == {
            date(2026, 4, 1): Decimal("2.5"),
            date(2026, 5, 1): Decimal(1200),
        }
    assert 'value="2.5"' in page(client, f"capacity/teams/{team.pk}/?from=2026-03")


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "9" * 1000, "1e400", "two", "=cmd()"])
def test_a_cell_that_cannot_be_read_is_kept_and_marked(text, client, plan, owner):
    team, resource, _ = plan
    response = client.post(f"{ROOT}/capacity/teams/{team.pk}/?from=2026-03", {f"{resource.pk}.2026-03": text})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    with tenant_scope(owner):
        assert TeamCapacity.objects.get().amount == 2


def test_months_that_were_not_sent_stay(client, plan, owner):
    team, _, _ = plan
    assert client.post(f"{ROOT}/capacity/teams/{team.pk}/?from=2026-03", {}).status_code == 303
    with tenant_scope(owner):
        assert TeamCapacity.objects.get().amount == 2


def test_a_file_names_its_bad_lines(client, plan, owner):
    content = b"team,resource,month,amount\nSearch,ML engineer,2026-04,1\nSearch,Wizard,2026-04,1\n"
    response = client.post(f"{ROOT}/capacities/upload/", {"file": SimpleUploadedFile("a.csv", content)})
    assert response.status_code == 422
    assert "Line 3, resource" in response.content.decode()
    good = content.replace(b"Wizard,2026-04", b"ML engineer,2026-05")
    assert client.post(f"{ROOT}/capacities/upload/", {"file": SimpleUploadedFile("a.csv", good)}).status_code == 303
    with tenant_scope(owner):
        assert TeamCapacity.objects.count() == 3


def test_an_items_page_says_what_it_needs(client, plan, owner):
    _, resource, item = plan
    text = page(client, f"items/{item.pk}/")
    assert "3\xa0FTE-months" in text
    with tenant_scope(owner):
        other = ResourceFactory(name="Designer")
    body = {"item": item.pk, "resource": other.pk, "likely": "1.5", "profile": "custom", "custom_shares": "0.5,0.5"}
    assert client.post(f"{ROOT}/demands/new/", body).status_code == 303
    with tenant_scope(owner):
        demand = ResourceDemand.objects.get(resource=other)
        assert (demand.low, demand.high, demand.custom_shares) == (
            Decimal("1.5"),
            Decimal("1.5"),
            [Decimal("0.5"), Decimal("0.5")],
        )
    refused = client.post(f"{ROOT}/demands/new/", {**body, "resource": resource.pk, "custom_shares": "0.5,0.1"})
    assert refused.status_code == 409
    assert "add up to 0.6, not to 1" in refused.content.decode()


def test_taking_over_says_what_came_of_it(client, plan):
    item = plan[2]
    assert client.post(f"{ROOT}/items/{item.pk}/take-over-staffing/").status_code == 303
    assert "Link the item to an initiative first" in page(client, f"items/{item.pk}/")


def test_shares_of_quarters_stand_beside_their_targets(client, plan, owner):
    with tenant_scope(owner):
        AllocationTargetFactory(quarter=date(2026, 1, 1), kind=InitiativeKind.TECH_DEBT, share=Decimal("0.25"))
        debt = RoadmapItemFactory(initiative=InitiativeFactory(kind=InitiativeKind.TECH_DEBT))
        ResourceDemandFactory(item=debt, resource=plan[1], likely=1)
    text = page(client, "allocation/?from=2026-02")
    assert "Q1 2026" in text
    assert text.count("25.0%") >= 2
    assert "Without an initiative" in text


def test_any_day_of_a_quarter_will_do_for_a_target(client, plan, owner):
    body = {"quarter": "2026-05-17", "kind": "feature", "share": "0.4"}
    assert client.post(f"{ROOT}/allocation-targets/new/", body).status_code == 303
    with tenant_scope(owner):
        assert AllocationTarget.objects.get().quarter == date(2026, 4, 1)


def test_viewers_look_and_do_not_touch(viewer, plan):
    client = client_of(viewer)
    assert "Search" in page(client, "capacity/?from=2026-03")
    page(client, "allocation/")
    page(client, f"capacity/teams/{plan[0].pk}/", status=403)
    page(client, "capacities/upload/", status=403)
    assert client.post(f"{ROOT}/items/{plan[2].pk}/take-over-staffing/").status_code == 403


@pytest.mark.parametrize("count", [1, 3, 30])
def test_pages_cost_the_same_for_any_number_of_rows(count, client, owner):
    with tenant_scope(owner):
        resource = ResourceFactory()
        for _ in range(count):
            team = TeamFactory()
            TeamCapacityFactory(team=team, resource=resource, amount=Decimal("0.5"))
            ResourceDemandFactory(item=RoadmapItemFactory(owning_team=team), resource=resource)
        for year in range(count):
            AllocationTargetFactory(quarter=date(2026 + year, 1, 1))
    for path, expected in (
        ("capacity/?from=2026-03", 8),
        ("allocation/?from=2026-03", 7),
        ("capacities/", 4),
        ("demands/", 4),
        ("resources/", 2),
        (f"capacity/teams/{team.pk}/?from=2026-03", 4),
    ):
        page(client, path)
        with own_queries() as asked:
            page(client, path)
        assert asked() == expected, path
