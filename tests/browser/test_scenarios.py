"""A scenario in a real browser: made, compared with the live plan, and approved by a director."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from roadmap.models import Baseline, ResourceDemand, RoadmapItem, Scenario
from roadmap.services.scenario_changes import plan_item
from roadmap.services.scenario_demands import plan_demand
from roadmap.services.scenarios import create_scenario, submit_scenario
from tenancy.scope import tenant_scope
from tests.browser.plan_page import leave, watch_requests
from tests.factories.portfolio import InitiativeFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory, ResourceFactory
from tests.factories.tenancy import TeamFactory

MAY_4, MAY_29 = date(2026, 5, 4), date(2026, 5, 29)


@pytest.fixture
def plan(live_server, owner):
    """Two items of one team."""
    with tenant_scope(owner):
        roadmap, team = RoadmapFactory(name="Assistant"), TeamFactory(name="Platform")
        fields = {"roadmap": roadmap, "owning_team": team}
        return (
            roadmap,
            RoadmapItemFactory(title="Search", initiative=InitiativeFactory(), position=1, **fields),
            RoadmapItemFactory(title="Summaries", position=2, **fields),
        )


@pytest.fixture
def visit(page, signed_in):
    """visit(actor, path): the page as this person; fails on errors of the console."""
    problems, open_requests = [], watch_requests(page)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    def open_page(actor, path):
        signed_in(page, actor).goto(path)
        return page

    yield open_page
    leave(page, open_requests)
    assert [text for text in problems if not re.search("409|422", text)] == []


def test_a_scenario_is_made_compared_and_approved_by_a_director(visit, plan, product_manager, director, owner):
    roadmap, search, summaries = plan
    page = visit(product_manager, f"/acme/roadmap/roadmaps/{roadmap.pk}/scenarios/")

    # Make it: Search later, Summaries left out.
    page.get_by_role("link", name="New scenario").first.click()
    page.get_by_label("Name").fill("Search later")
    page.get_by_role("button", name=re.compile("Create|Save")).click()
    page.get_by_role("link", name="Plan Search").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Start").fill("2026-05-04")
    dialog.get_by_label("End").fill("2026-05-29")
    dialog.get_by_label("Reason").fill("The team is not complete before.")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("ins", has_text="4 May 2026")).to_be_visible()
    page.get_by_role("switch", name="Summaries in the plan").click()
    expect(page.get_by_role("switch", name="Summaries in the plan")).to_have_attribute("aria-checked", "false")

    # Compare it with the live plan, which has not moved.
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("Items in the plan"))).to_contain_text("1 left out")
    expect(page.get_by_role("row", name=re.compile("Plan ends"))).to_contain_text("+63 days")
    expect(page.get_by_text("Left out", exact=True)).to_be_visible()
    with tenant_scope(owner):
        assert RoadmapItem.objects.get(pk=search.pk).start_on == search.start_on
    page.get_by_role("link", name="Search later").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Waiting for a decision")).to_be_visible()

    # A director finds it among what waits, and approves it.
    page = visit(director, "/acme/governance/inbox/")
    page.get_by_role("link", name="Decide on the scenario Search later").first.click()
    page.get_by_label("Note").fill("Quality first.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Quality first.")).to_be_visible()
    with tenant_scope(owner):
        live = {item.pk: item for item in RoadmapItem.objects.all()}
        assert (live[search.pk].start_on, live[search.pk].end_on) == (MAY_4, MAY_29)
        assert not live[summaries.pk].is_scheduled
        assert Baseline.objects.get() == Scenario.objects.get().baseline


def test_an_item_is_restaffed_and_a_director_takes_it_over(visit, plan, product_manager, director, owner):
    _, search, _ = plan
    with tenant_scope(product_manager) as author:
        engineers = ResourceFactory(name="Engineers")
        demand = ResourceDemandFactory(item=search, resource=engineers)
        ResourceFactory(name="Labellers")
        scenario = create_scenario(roadmap=search.roadmap, name="More people", actor=author)
    page = visit(product_manager, f"/acme/roadmap/scenarios/{scenario.pk}/")

    page.get_by_role("link", name="Engineers for Search").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Likely").fill("2")
    dialog.get_by_label("Reason").fill("Two of them are free.")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("ins", has_text="2 FTE-months")).to_be_visible()
    page.get_by_role("link", name="Add a demand for Search").click()
    field = page.get_by_role("dialog").get_by_role("combobox", name="Resource")
    field.press_sequentially("label")
    page.get_by_role("option", name="Labellers").click()
    page.get_by_role("dialog").get_by_label("Likely").fill("3")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(page.locator("ins", has_text="3 FTE-months")).to_be_visible()
    page.get_by_role("button", name="Submit").click()

    page = visit(director, f"/acme/roadmap/scenarios/{scenario.pk}/decide/")
    expect(page.get_by_text("Two of them are free.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved by")).to_be_visible()
    with tenant_scope(owner):
        assert set(ResourceDemand.objects.values_list("resource__name", "likely")) == {
            ("Engineers", 2),
            ("Labellers", 3),
        }
        assert ResourceDemand.objects.get(pk=demand.pk).likely == 2


def test_a_conflict_is_resolved_where_it_is_decided(visit, plan, product_manager, director, owner):
    roadmap, search, _ = plan
    with tenant_scope(product_manager) as author:
        scenario = create_scenario(roadmap=roadmap, name="Later", actor=author)
        plan_item(scenario, search, values={"start_on": MAY_4, "end_on": MAY_29}, actor=author)
        submit_scenario(scenario, actor=author)
    with tenant_scope(owner):
        RoadmapItem.objects.filter(pk=search.pk).update(end_on=date(2026, 4, 30))

    page = visit(director, f"/acme/roadmap/scenarios/{scenario.pk}/decide/")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("the live plan has another end by now")).to_be_visible()
    page.get_by_role("button", name="Keep the scenario's end of Search").click()
    page.get_by_role("button", name="Approve").click()

    expect(page.get_by_text("Approved by")).to_be_visible()
    with tenant_scope(owner):
        assert RoadmapItem.objects.get(pk=search.pk).end_on == MAY_29


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_no_page_of_a_scenario_has_a_serious_axe_violation(
    visit, plan, product_manager, director, owner, assert_no_serious_violations, width, scheme
):
    roadmap, search, summaries = plan
    with tenant_scope(product_manager) as author:
        scenario = create_scenario(roadmap=roadmap, name="Later", actor=author)
        plan_item(scenario, search, values={"start_on": MAY_4, "end_on": MAY_29}, actor=author)
        plan_item(scenario, summaries, values={"is_included": False}, reason="No room.", actor=author)
        demand = ResourceDemandFactory(item=search)
        plan_demand(scenario, search, demand=demand.pk, values={"likely": 2}, actor=author)
    with tenant_scope(owner):
        RoadmapItem.objects.filter(pk=search.pk).update(end_on=date(2026, 4, 30))
    compared = f"/acme/roadmap/roadmaps/{roadmap.pk}/scenarios/?scenario={scenario.pk}"

    for path in (f"/acme/roadmap/scenarios/{scenario.pk}/", compared, "/acme/roadmap/scenarios/"):
        page = visit(product_manager, path)
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        page.reload()
        assert_no_serious_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
