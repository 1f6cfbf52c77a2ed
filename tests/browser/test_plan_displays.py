"""The displays of a plan beside the timeline, and two people on one plan, in a real browser."""

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portfolio.models import Initiative
from roadmap.models import RoadmapItem
from roadmap.services.items import change_item
from tenancy.scope import tenant_scope
from tests.browser.plan_page import address_of, bar, box_of, dates_of, drag_bar, leave, watch_requests
from tests.factories.portfolio import InitiativeFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory

DISPLAYS = ["timeline", "table", "horizons", "kanban", "calendar", "graph", "matrix"]


@pytest.fixture
def plan(live_server, owner):
    """Two items of one initiative around today, the second waiting for the first."""
    today = timezone.localdate()
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="AI platform")
        initiative = InitiativeFactory(stage="idea")
        data = RoadmapItemFactory(
            roadmap=roadmap, title="Data", initiative=initiative, start_on=today, end_on=today + timedelta(days=13)
        )
        model = RoadmapItemFactory(
            roadmap=roadmap, title="Model", confidence="0.4", start_on=today, end_on=today + timedelta(days=34)
        )
        DependencyFactory(predecessor=data, successor=model)
        MilestoneFactory(roadmap=roadmap, title="Beta", due_on=today)
    return roadmap, data, model


@pytest.fixture
def page_of(page, signed_in, product_manager):
    """page_of(roadmap, query): the page, signed in as a product manager; fails on errors of the console."""
    problems, open_requests = [], watch_requests(page)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    def open_page(roadmap, query=""):
        signed_in(page, product_manager).goto(address_of(roadmap, query))
        return page

    yield open_page
    leave(page, open_requests)
    assert [text for text in problems if not re.search("409|412", text)] == []


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_no_display_has_a_serious_axe_violation(page_of, plan, assert_no_serious_violations, display, width, scheme):
    page = page_of(plan[0], f"display={display}&x=effort&y=effort")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.reload()
    # Not the line between the boxes: a straight one has no height, which counts as hidden.
    expect(page.get_by_role("link", name=re.compile("^(?!.*waits for).*Data")).first).to_be_visible()

    assert_no_serious_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_card_is_moved_to_another_stage_by_its_menu_and_by_drag(page_of, owner, plan):
    page = page_of(plan[0], "display=kanban")
    column = page.locator("[data-column=discovery]")

    page.get_by_label("Move Data").click()
    page.get_by_role("button", name="Discovery").click()

    expect(column.get_by_role("link", name="Data")).to_be_visible()
    with tenant_scope(owner):
        assert Initiative.objects.get().stage == "discovery"

    page.locator("[data-card]", has_text="Data").drag_to(page.locator("[data-column=validated]"))

    expect(page.locator("[data-column=validated]").get_by_role("link", name="Data")).to_be_visible()
    with tenant_scope(owner):
        assert Initiative.objects.get().stage == "validated"


def test_a_card_somebody_else_changed_meanwhile_is_not_overwritten(page_of, owner, plan):
    page = page_of(plan[0], "display=kanban&by=status")
    page.route("**/live.json*", lambda route: route.fulfill(status=304))
    with tenant_scope(owner):
        change_item(plan[1], status="done", actor=owner)

    page.get_by_label("Move Data").click()
    page.get_by_role("button", name="In progress").click()

    expect(page.locator("#toasts")).to_contain_text("Somebody else changed this item meanwhile.")
    with tenant_scope(owner):
        assert RoadmapItem.objects.get(pk=plan[1].pk).status == "done"


def test_filters_stay_while_displays_change_and_are_saved_as_a_view(page_of, plan):
    page = page_of(plan[0], "zoom=month")
    page.get_by_role("searchbox", name="Search items").fill("mod")
    page.keyboard.press("Enter")
    expect(bar(page, "Model")).to_be_visible()
    expect(bar(page, "Data")).to_have_count(0)

    page.locator("[data-display=calendar]").click()
    expect(page.get_by_role("link", name="Model").first).to_be_visible()
    expect(page.get_by_role("link", name="Data")).to_have_count(0)
    page.locator("summary", has_text="All").click()
    page.get_by_label("Save the current filters").fill("Models by month")
    page.get_by_label("Shared with").select_option("teams")
    page.get_by_role("button", name="Save view").click()

    expect(page.locator("summary", has_text="Models by month")).to_be_visible()
    expect(page).to_have_url(re.compile("display=calendar"))


@pytest.fixture
def second_page(browser, live_server, signed_in, director):
    """A page of somebody else, in a browser of their own."""
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    page = signed_in(context.new_page(), director)
    open_requests = watch_requests(page)
    yield page
    leave(page, open_requests)
    context.close()


def test_two_people_see_each_other_and_their_moves_within_two_seconds(page_of, second_page, owner, director, plan):
    mine = page_of(plan[0], "zoom=month")
    second_page.goto(address_of(plan[0]))
    expect(bar(second_page, "Model")).to_be_visible()
    expect(mine.locator("[data-people]")).to_contain_text(f"{director.user} is here")
    place = box_of(second_page, "Model")["x"]

    drag_bar(mine, "Model", 20)
    expect(mine.locator("#toasts")).to_contain_text("Moved “Model” to")
    saved_at = time.monotonic()
    expect(bar(second_page, "Model")).not_to_have_attribute("aria-label", re.compile(r"^Model, $"))
    while box_of(second_page, "Model")["x"] == place and time.monotonic() < saved_at + 5:
        second_page.wait_for_timeout(50)

    assert time.monotonic() - saved_at < 2
    assert box_of(second_page, "Model")["x"] > place


def test_a_bar_somebody_holds_is_marked_for_others(page_of, second_page, plan):
    mine = page_of(plan[0], "zoom=month")
    second_page.goto(address_of(plan[0]))
    expect(bar(second_page, "Data")).to_be_visible()
    box = box_of(mine, "Data")

    mine.mouse.move(box["x"] + 40, box["y"] + 10)
    mine.mouse.down()
    mine.mouse.move(box["x"] + 90, box["y"] + 10, steps=4)

    expect(bar(second_page, "Data")).to_have_attribute("data-holder", re.compile(".+"))
    mine.keyboard.press("Escape")
    mine.mouse.up()
    expect(bar(second_page, "Data")).not_to_have_attribute("data-holder", re.compile(".+"))


def test_a_change_of_somebody_else_waits_until_the_bar_is_dropped_and_is_not_overwritten(page_of, owner, plan):
    page = page_of(plan[0], "zoom=month")
    box = box_of(page, "Data")
    page.mouse.move(box["x"] + 40, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 40 + 130, box["y"] + 10, steps=5)
    theirs = plan[1].start_on - timedelta(days=4)
    with tenant_scope(owner):
        change_item(plan[1], start_on=theirs, actor=owner)
    page.wait_for_timeout(2000)

    page.mouse.up()

    expect(page.locator("#toasts")).to_contain_text("Somebody else changed “Data” meanwhile.")
    assert dates_of(owner, plan[1])[0] == theirs
