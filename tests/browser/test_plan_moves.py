"""Moving, linking and undoing in the displays beside the timeline, by pointer and by keyboard, in a real browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portfolio.models import Initiative
from roadmap.calc.quarters import Quarter
from roadmap.models import Dependency, Milestone, RoadmapItem
from roadmap.services.items import change_item
from tenancy.scope import tenant_scope
from tests.browser.plan_page import Finger, address_of, dates_of, leave, wait_until, watch_requests
from tests.factories.portfolio import InitiativeFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory


@pytest.fixture
def plan(live_server, owner):
    """Next quarter Data and then Model, which waits for it; Ideas without dates; a milestone in mid-month."""
    first = Quarter.of(timezone.localdate()).following.first_day
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="AI platform")
        data = RoadmapItemFactory(
            roadmap=roadmap,
            title="Data",
            initiative=InitiativeFactory(stage="idea"),
            start_on=first + timedelta(days=7),
            end_on=first + timedelta(days=9),
        )
        model = RoadmapItemFactory(
            roadmap=roadmap, title="Model", start_on=first + timedelta(days=14), end_on=first + timedelta(days=23)
        )
        ideas = RoadmapItemFactory(roadmap=roadmap, title="Ideas", start_on=None, end_on=None)
        DependencyFactory(predecessor=data, successor=model)
        MilestoneFactory(roadmap=roadmap, title="Beta", due_on=first + timedelta(days=10))
    return roadmap, data, model, ideas


@pytest.fixture
def page_of(page, signed_in, product_manager, plan):
    """page_of(query): the plan's page, signed in as a product manager; fails on errors of the console."""
    problems, open_requests = [], watch_requests(page)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))

    def open_page(query):
        month = f"{plan[1].start_on:%Y-%m}"
        signed_in(page, product_manager).goto(address_of(plan[0], f"{query}&month={month}"))
        return page

    yield open_page
    leave(page, open_requests)
    assert [text for text in problems if not re.search("40[049]|412", text)] == []


def card(page, title):
    return page.locator("[data-card]", has_text=title)


def column(page, key):
    return page.locator(f"[data-column={key}]")


def day(page, on):
    return page.locator(f"[data-day='{on:%Y-%m-%d}']")


def part(page, title):
    return page.locator(".plan-segment", has_text=title).first


def toasts(page):
    return page.locator("#toasts")


def carry(page, start, target, across=0.5):
    """Press in the middle of one element, release in the upper part of another, at that share of its width."""
    box, goal = start.bounding_box(), target.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(goal["x"] + goal["width"] * across, goal["y"] + 20, steps=6)
    page.mouse.up()


def test_a_card_is_dragged_to_later_with_a_preview_of_what_follows_and_undone(page_of, owner, plan):
    page = page_of("display=horizons")
    before = [dates_of(owner, item) for item in plan[1:3]]
    carry(page, card(page, "Data").locator("h3"), column(page, "later"))
    dialog = page.get_by_role("dialog", name="Move “Data” to Later")
    expect(dialog).to_contain_text("1 other item moves")
    expect(card(page, "Model")).to_have_class(re.compile("is-proposed"))

    dialog.get_by_role("button", name="Move all 2").click()

    expect(column(page, "later").get_by_role("link", name="Data")).to_be_visible()
    expect(column(page, "later").get_by_role("link", name="Model")).to_be_visible()
    assert dates_of(owner, plan[1])[0] > before[1][1]
    page.keyboard.press("Control+z")
    expect(toasts(page)).to_contain_text("“Data” is back in Next.")
    expect(column(page, "next").get_by_role("link", name="Model")).to_be_visible()
    assert [dates_of(owner, item) for item in plan[1:3]] == before


def test_keys_give_an_item_dates_and_its_menu_takes_them_away(page_of, owner, plan):
    page = page_of("display=horizons")
    card(page, "Ideas").get_by_role("link").focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("#announcer")).to_have_text("Later, not moved yet. Enter moves it there, Escape cancels.")
    page.keyboard.press("Alt+ArrowLeft")
    expect(column(page, "next")).to_have_class(re.compile("is-target"))
    page.keyboard.press("Enter")

    expect(column(page, "next").get_by_role("link", name="Ideas")).to_be_focused()
    quarter = Quarter.of(timezone.localdate()).following
    assert dates_of(owner, plan[3]) == (quarter.first_day, quarter.last_day)
    page.get_by_label("Move Ideas").click()
    card(page, "Ideas").get_by_role("button", name="No dates").click()
    expect(column(page, "undated").get_by_role("link", name="Ideas")).to_be_visible()
    assert dates_of(owner, plan[3]) == (None, None)


def test_a_card_is_dropped_nowhere_by_escape_and_not_where_its_stage_may_not_go(page_of, owner, plan):
    page = page_of("display=kanban")
    box = card(page, "Data").locator("h3").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 5)
    page.mouse.down()
    goal = column(page, "discovery").bounding_box()
    page.mouse.move(goal["x"] + 40, goal["y"] + 40, steps=4)
    expect(column(page, "discovery")).to_have_class(re.compile("is-target"))
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(column(page, "idea").get_by_role("link", name="Data")).to_be_visible()

    carry(page, card(page, "Data").locator("h3"), column(page, "validated"))

    expect(toasts(page)).to_contain_text("“Data” cannot go from Idea to Validated. It may go to Discovery or Sunset.")
    with tenant_scope(owner):
        assert Initiative.objects.get().stage == "idea"


def test_a_stage_is_moved_by_keys_and_undone_and_one_that_leads_nowhere_back_offers_no_undo(page_of, owner, plan):
    page = page_of("display=kanban")
    card(page, "Data").get_by_role("link").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Enter")
    expect(column(page, "discovery").get_by_role("link", name="Data")).to_be_visible()
    toasts(page).get_by_role("button", name="Undo").click()
    expect(column(page, "idea").get_by_role("link", name="Data")).to_be_visible()

    page.get_by_label("Move Data").click()
    card(page, "Data").get_by_role("button", name="Sunset").click()

    expect(toasts(page)).to_contain_text("Moved “Data” to Sunset.")
    expect(toasts(page).get_by_role("button", name="Undo")).to_have_count(0)


def test_a_stretch_is_dragged_to_another_day_with_a_preview_and_undone(page_of, owner, plan):
    page = page_of("display=calendar")
    before = dates_of(owner, plan[1])
    carry(page, part(page, "Data"), day(page, before[0] + timedelta(days=9)))
    dialog = page.get_by_role("dialog", name="Move “Data”")
    expect(dialog).to_contain_text("1 other item moves")
    dialog.get_by_role("button", name="Move all 2").click()
    expect(toasts(page)).to_contain_text("Moved “Data” to")
    assert dates_of(owner, plan[1])[0] > before[0]

    page.get_by_role("button", name="Undo", exact=True).first.click()

    wait_until(page, lambda: dates_of(owner, plan[1]) == before)


def test_keys_move_and_resize_on_the_calendar(page_of, owner, plan):
    page = page_of("display=calendar")
    start, end = dates_of(owner, plan[1])
    part(page, "Data").focus()
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Shift+Alt+ArrowRight")
    expect(day(page, end)).to_have_class(re.compile("is-target"))
    expect(page.locator("#announcer")).to_contain_text("not saved. Enter saves, Escape cancels.")
    page.keyboard.press("Escape")
    expect(page.locator(".plan-day.is-target")).to_have_count(0)
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Enter")

    wait_until(page, lambda: dates_of(owner, plan[1]) == (start - timedelta(days=7), end - timedelta(days=7)))
    expect(part(page, "Data")).to_be_focused()


def test_a_milestone_is_dragged_and_undone(page_of, owner, plan):
    page = page_of("display=calendar")

    def due_on():
        with tenant_scope(owner):
            return Milestone.objects.get().due_on

    before = due_on()
    carry(page, part(page, "Beta"), day(page, before + timedelta(days=1)))
    expect(toasts(page)).to_contain_text("Moved “Beta” to")
    assert due_on() == before + timedelta(days=1)

    page.keyboard.press("Control+z")

    wait_until(page, lambda: due_on() == before)


def test_what_somebody_else_moved_meanwhile_is_not_overwritten(page_of, owner, plan):
    page = page_of("display=calendar")
    page.route("**/live.json*", lambda route: route.fulfill(status=304))
    theirs = plan[1].start_on + timedelta(days=1)
    with tenant_scope(owner):
        change_item(plan[1], start_on=theirs, actor=owner)

    carry(page, part(page, "Data"), day(page, plan[1].start_on + timedelta(days=4)))

    expect(toasts(page)).to_contain_text("Somebody else changed “Data” meanwhile.")
    assert dates_of(owner, plan[1])[0] == theirs


def test_a_page_that_cannot_be_read_again_is_said_to_be_old(page_of, owner, plan):
    page = page_of("display=horizons")
    page.route("**/roadmaps/**", lambda route: route.fulfill(status=400))

    page.get_by_label("Move Ideas").click()
    card(page, "Ideas").get_by_role("button", name="Next").click()

    expect(toasts(page)).to_contain_text("Moved “Ideas” to Next")
    expect(toasts(page)).to_contain_text("Reload the page to see it as it is now.")


def test_a_dependency_is_drawn_in_the_graph_and_one_made_by_keys_is_undone(page_of, owner, plan):
    page = page_of("display=graph&alone=1")
    node = {each.title: page.locator(f"[data-node='{each.pk}']") for each in plan[1:]}
    node["Model"].hover()
    carry(page, node["Model"].locator("[data-port='end']"), node["Ideas"], across=0.25)
    expect(toasts(page)).to_contain_text("“Ideas” now starts after “Model”.")
    expect(page.locator(f"[data-edge][data-from='{plan[2].pk}'][data-to='{plan[3].pk}']")).to_have_count(1)

    node["Data"].focus()
    page.keyboard.press("l")
    page.keyboard.press("ArrowRight")
    expect(node["Model"]).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(toasts(page)).to_contain_text("“Ideas” now starts after “Data”.")
    page.keyboard.press("Control+z")

    expect(toasts(page)).to_contain_text("The dependency is gone again.")
    with tenant_scope(owner):
        assert Dependency.objects.count() == 2


@pytest.mark.parametrize(
    ("port", "across", "keys", "kind", "words"),
    [
        ("end", 0.25, ("l", "Enter"), "FS", "starts after"),
        ("start", 0.25, ("Shift+L", "Enter"), "SS", "starts with"),
        ("end", 0.75, ("l", "Shift+Enter"), "FF", "ends with"),
        ("start", 0.75, ("Shift+L", "Shift+Enter"), "SF", "ends after the start of"),
    ],
)
def test_the_ends_used_in_the_graph_say_the_kind_by_mouse_and_by_keys(
    page_of, owner, plan, port, across, keys, kind, words
):
    page = page_of("display=graph&alone=1")
    node = {each.title: page.locator(f"[data-node='{each.pk}']") for each in plan[1:]}
    with tenant_scope(owner):
        Dependency.objects.all().delete()
    page.reload()
    node["Data"].hover()
    carry(page, node["Data"].locator(f"[data-port='{port}']"), node["Ideas"], across)
    expect(toasts(page)).to_contain_text(f"“Ideas” now {words} “Data”.")
    expect(page.locator("[data-edge]")).to_have_count(1)

    node["Model"].focus()
    page.keyboard.press(keys[0])
    expect(page.locator("#announcer")).to_contain_text(f"Linking from the {port} of Model.")
    node["Ideas"].focus()
    page.keyboard.press(keys[1])
    expect(toasts(page)).to_contain_text(f"“Ideas” now {words} “Model”.")

    with tenant_scope(owner):
        assert sorted(Dependency.objects.values_list("predecessor__title", "kind")) == [("Data", kind), ("Model", kind)]


def test_a_line_of_the_graph_opens_its_dependency_by_mouse_and_by_keys(page_of, plan):
    page = page_of("display=graph")
    panel = page.locator("#side-panel")
    page.locator("[data-edge]").first.dispatch_event("click")
    expect(panel.get_by_role("link", name="Edit")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    page.locator(f"[data-node='{plan[1].pk}']").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_label("Model waits for Data, finish to start")).to_be_focused()
    page.keyboard.press("Enter")

    expect(panel.get_by_role("heading", name="Data → Model")).to_be_visible()


def test_a_cycle_is_refused_by_its_names(page_of, plan):
    page = page_of("display=graph")
    node = {each.title: page.locator(f"[data-node='{each.pk}']") for each in plan[1:3]}

    node["Model"].hover()
    carry(page, node["Model"].locator("[data-port='end']"), node["Data"])

    expect(toasts(page)).to_contain_text(re.compile("“Data” was not linked.*Model"))


def test_a_finger_that_rests_on_a_card_carries_it_and_one_that_does_not_scrolls(
    browser, live_server, signed_in, product_manager, owner, plan
):
    context = browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": 1100, "height": 900}, base_url=live_server.url
    )
    page = signed_in(context.new_page(), product_manager)
    open_requests = watch_requests(page)
    page.goto(address_of(plan[0], "display=horizons"))
    box, goal = card(page, "Model").bounding_box(), column(page, "later").bounding_box()
    touch = Finger(context.new_cdp_session(page), box["x"] + 60, box["y"] + box["height"] / 2)
    by = goal["x"] + 40 - touch.x

    touch.swipe(page, by, rest=0)
    page.wait_for_timeout(300)
    expect(column(page, "next").get_by_role("link", name="Model")).to_be_visible()
    touch.swipe(page, by, rest=500)

    expect(column(page, "later").get_by_role("link", name="Model")).to_be_visible()
    assert dates_of(owner, plan[2])[0] > plan[2].start_on
    leave(page, open_requests)
    context.close()


def test_a_viewer_carries_nothing(page, signed_in, viewer, owner, plan):
    open_requests = watch_requests(page)
    for query in ("display=horizons", "display=kanban", "display=calendar", "display=graph"):
        signed_in(page, viewer).goto(address_of(plan[0], f"{query}&month={plan[1].start_on:%Y-%m}"))
        # Not the line between the boxes: a straight one has no height, which counts as hidden.
        expect(page.get_by_role("link", name=re.compile("^(?!.*waits for).*Data")).first).to_be_visible()
        for selector in ("[data-movable]", "[data-move-to]", "[data-record]", "[data-port]", "[data-undo]"):
            expect(page.locator(selector)).to_have_count(0)
    leave(page, open_requests)
    with tenant_scope(owner):
        assert RoadmapItem.objects.get(pk=plan[1].pk).version == 1
