"""The timeline in a real browser: bars are dragged, resized, moved by keys, undone, and refused when stale."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from roadmap.models import RoadmapItem
from roadmap.services.items import change_item
from tenancy.scope import tenant_scope
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory

PIXELS_PER_DAY = 13  # months zoom, static/roadmap/js/scale.js


@pytest.fixture
def plan(live_server, owner):
    """Two items around today, the second waiting for the first, and a milestone."""
    today = timezone.localdate()
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="AI platform")
        first = RoadmapItemFactory(
            roadmap=roadmap,
            title="Data",
            owning_team=TeamFactory(name="Data team"),
            start_on=today,
            end_on=today + timedelta(days=13),
        )
        second = RoadmapItemFactory(
            roadmap=roadmap,
            title="Model",
            start_on=today + timedelta(days=20),
            end_on=today + timedelta(days=34),
        )
        DependencyFactory(predecessor=first, successor=second)
        MilestoneFactory(roadmap=roadmap, title="Beta", kind="beta", due_on=today + timedelta(days=10))
    return roadmap, first, second


@pytest.fixture
def timeline(page: Page, signed_in, product_manager, plan):
    """The page of the plan, signed in as a product manager, in months; fails on any error of the console."""
    problems, open_requests = [], watch_requests(page)
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    signed_in(page, product_manager).goto(address_of(plan[0]))
    expect(bar(page, "Data")).to_be_visible()
    yield page
    wait_until(page, lambda: not open_requests)
    assert [text for text in problems if "412" not in text] == []


def watch_requests(page):
    """The page's requests without an answer yet. Emptying the tables under one would deadlock with it."""
    open_requests = set()
    page.on("request", lambda request: open_requests.add(request))
    page.on("requestfinished", lambda request: open_requests.discard(request))
    page.on("requestfailed", lambda request: open_requests.discard(request))
    return open_requests


def address_of(roadmap):
    return reverse("roadmap:roadmap_detail", kwargs={"organization": "acme", "pk": roadmap.pk}) + "?zoom=month"


def bar(page, title):
    return page.locator(".plan-item", has_text=title)


def dates_of(actor, item) -> tuple[date, date]:
    with tenant_scope(actor):
        return RoadmapItem.objects.values_list("start_on", "end_on").get(pk=item.pk)


def drag(page, x, y, by):
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by / 2, y, steps=4)
    page.mouse.move(x + by, y, steps=4)
    page.mouse.up()


def drag_bar(page, title, days):
    box = bar(page, title).bounding_box()
    drag(page, box["x"] + 40, box["y"] + box["height"] / 2, days * PIXELS_PER_DAY)


def test_a_bar_is_dragged_by_five_days_saved_and_undone(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)
    five = timedelta(days=5)

    drag_bar(timeline, "Data", 5)

    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    assert dates_of(owner, first) == (before[0] + five, before[1] + five)

    timeline.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(timeline.locator("#toasts")).to_contain_text("“Data” is back at")
    expect(timeline.locator("#toasts").get_by_role("button", name="Undo")).to_have_count(0)
    expect(timeline.locator("[data-undo]")).to_be_disabled()
    assert dates_of(owner, first) == before


def test_the_end_of_a_bar_is_dragged_and_the_start_stays(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)
    box = bar(timeline, "Data").bounding_box()

    drag(timeline, box["x"] + box["width"] - 3, box["y"] + box["height"] / 2, -4 * PIXELS_PER_DAY)

    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    assert dates_of(owner, first) == (before[0], before[1] - timedelta(days=4))


def test_keys_move_resize_save_and_undo(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)
    bar(timeline, "Data").focus()

    for key in ("ArrowRight", "ArrowRight", "Control+ArrowLeft", "Shift+ArrowRight"):
        timeline.keyboard.press(key)
    assert dates_of(owner, first) == before
    expect(timeline.locator("#announcer")).to_contain_text("not saved. Enter saves, Escape cancels.")
    timeline.keyboard.press("Enter")

    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    assert dates_of(owner, first) == (before[0] - timedelta(days=5), before[1] - timedelta(days=4))
    expect(bar(timeline, "Data")).to_be_focused()

    timeline.keyboard.press("Control+z")

    expect(timeline.locator("#toasts")).to_contain_text("“Data” is back at")
    assert dates_of(owner, first) == before


def test_escape_puts_a_bar_back_and_nothing_is_saved(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)
    place = bar(timeline, "Data").bounding_box()
    bar(timeline, "Data").focus()

    timeline.keyboard.press("ArrowRight")
    timeline.keyboard.press("Escape")

    expect(timeline.locator("#announcer")).to_contain_text("Move cancelled.")
    assert bar(timeline, "Data").bounding_box() == place
    assert dates_of(owner, first) == before


def test_a_bar_somebody_else_moved_meanwhile_goes_to_the_saved_place(timeline, owner, plan):
    _, first, _ = plan
    theirs = first.start_on + timedelta(days=2)
    with tenant_scope(owner):
        change_item(first, start_on=theirs, actor=owner)
    place = bar(timeline, "Data").bounding_box()

    drag_bar(timeline, "Data", 5)

    expect(timeline.locator("#toasts")).to_contain_text("Somebody else changed “Data” meanwhile.")
    assert dates_of(owner, first) == (theirs, first.end_on)
    expect(bar(timeline, "Data")).to_have_attribute(
        "aria-label", f"Data, {_words(theirs)} to {_words(first.end_on)}, 12 days, planned."
    )
    assert bar(timeline, "Data").bounding_box()["x"] == pytest.approx(place["x"] + 2 * PIXELS_PER_DAY, abs=1)


def test_undo_is_refused_when_somebody_moved_the_bar_after_us(timeline, owner, plan):
    _, first, _ = plan
    drag_bar(timeline, "Data", 5)
    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    theirs = first.start_on - timedelta(days=2)
    with tenant_scope(owner):
        change_item(first, start_on=theirs, actor=owner)

    timeline.locator("[data-undo]").click()

    expect(timeline.locator("#toasts")).to_contain_text("Somebody else changed “Data” meanwhile.")
    assert dates_of(owner, first)[0] == theirs


def test_two_quick_moves_of_one_bar_are_both_saved_and_undone_in_turn(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)
    bar(timeline, "Data").focus()

    for _ in range(2):
        timeline.keyboard.press("ArrowRight")
        timeline.keyboard.press("Enter")

    two = timedelta(days=2)
    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    wait_until(timeline, lambda: dates_of(owner, first) == (before[0] + two, before[1] + two))
    for _ in range(2):
        timeline.keyboard.press("Control+z")
    wait_until(timeline, lambda: dates_of(owner, first) == before)
    expect(timeline.locator("[data-undo]")).to_be_disabled()


def wait_until(page, condition, attempts=50):
    for _ in range(attempts):
        page.wait_for_timeout(100)
        if condition():
            return
    pytest.fail("The condition did not come true within five seconds.")


def test_a_move_that_breaks_a_dependency_turns_it_red_and_says_why(timeline):
    conflicts = timeline.locator("[data-conflicts]")
    expect(conflicts).to_be_hidden()

    drag_bar(timeline, "Data", 12)

    expect(timeline.locator(".plan__links .is-broken")).to_have_count(1)
    expect(conflicts).to_contain_text("1 broken dependency")
    conflicts.locator("summary").click()
    expect(conflicts).to_contain_text("“Model” starts 6 days too early")


def test_a_click_opens_the_item_beside_the_timeline(timeline):
    bar(timeline, "Data").click()

    expect(timeline.locator("#side-panel")).to_contain_text("Calendar days")


def test_lanes_regroup_and_zoom_without_a_request_and_survive_a_reload(timeline):
    timeline.locator("[data-groups] summary").click()
    timeline.get_by_role("link", name="Stage", exact=True).click()
    timeline.get_by_role("link", name="Quarters").click()

    expect(timeline.locator(".plan__fold").nth(1)).to_contain_text("No initiative")
    timeline.reload()
    expect(timeline.locator(".plan__fold").nth(1)).to_contain_text("No initiative")
    expect(timeline.get_by_role("link", name="Quarters")).to_have_attribute("aria-current", "true")


@pytest.fixture
def undated(plan, owner):
    """An item of the plan whose dates nobody has said."""
    with tenant_scope(owner):
        return RoadmapItemFactory(roadmap=plan[0], title="Some day", start_on=None, end_on=None)


def test_an_unscheduled_item_is_listed_below_and_scheduled_by_its_form(timeline, owner, undated):
    expect(timeline.locator("[data-unscheduled]")).to_be_hidden()
    timeline.reload()
    panel = timeline.get_by_role("region", name="Unscheduled")
    expect(panel.get_by_role("heading")).to_have_text("Unscheduled 1")
    expect(panel.get_by_role("listitem")).to_have_count(1)
    expect(bar(timeline, "Some day")).to_have_count(0)
    start = timezone.localdate() + timedelta(days=3)

    panel.get_by_role("link", name="Schedule Some day").click()
    dialog = timeline.get_by_role("dialog")
    dialog.get_by_label("Start").fill(start.isoformat())
    dialog.get_by_label("End").fill((start + timedelta(days=6)).isoformat())
    dialog.get_by_role("button", name="Save").click()

    expect(bar(timeline, "Some day")).to_be_visible()
    expect(timeline.locator("[data-unscheduled]")).to_be_hidden()
    expect(timeline).to_have_url(re.compile(r"zoom=month$"))
    assert dates_of(owner, undated) == (start, start + timedelta(days=6))


def test_an_unscheduled_item_opens_beside_the_timeline(timeline, undated):
    timeline.reload()

    timeline.get_by_role("region", name="Unscheduled").get_by_role("link", name="Some day", exact=True).click()

    expect(timeline.locator("#side-panel")).to_contain_text("Calendar days")


def test_without_any_date_the_chart_gives_way_to_the_list(page, signed_in, product_manager, owner, live_server):
    with tenant_scope(owner):
        undated = RoadmapItemFactory(title="Some day", start_on=None, end_on=None)

    signed_in(page, product_manager).goto(address_of(undated.roadmap))

    expect(page.get_by_role("link", name="Schedule Some day")).to_be_visible()
    expect(page.locator("[data-frame]")).to_be_hidden()


def test_a_viewer_is_offered_no_schedule_button(page, signed_in, viewer, plan, undated):
    signed_in(page, viewer).goto(address_of(plan[0]))

    expect(page.get_by_role("region", name="Unscheduled").get_by_role("link")).to_have_text(["Some day"])


def test_a_viewer_cannot_drag(page, signed_in, viewer, owner, plan):
    roadmap, first, _ = plan
    before = dates_of(owner, first)
    signed_in(page, viewer).goto(address_of(roadmap))

    drag_bar(page, "Data", 5)

    expect(page.locator(".plan-item__bubble")).to_have_count(0)
    assert dates_of(owner, first) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_timeline_has_no_serious_axe_violation(timeline, undated, assert_no_serious_violations, scheme, width):
    timeline.set_viewport_size({"width": width, "height": 844})
    timeline.emulate_media(color_scheme=scheme)
    timeline.reload()
    expect(bar(timeline, "Data")).to_be_visible()
    expect(timeline.get_by_role("link", name="Schedule Some day")).to_be_visible()

    assert_no_serious_violations(timeline)
    assert timeline.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_finger_that_rests_on_a_bar_drags_it_and_one_that_does_not_scrolls(
    browser, live_server, signed_in, product_manager, owner, plan
):
    _, first, _ = plan
    before = dates_of(owner, first)
    context = browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}, base_url=live_server.url
    )
    page = signed_in(context.new_page(), product_manager)
    open_requests = watch_requests(page)
    page.goto(address_of(plan[0]))
    expect(bar(page, "Data")).to_be_visible()
    box = bar(page, "Data").bounding_box()
    touch = Finger(context.new_cdp_session(page), box["x"] + 60, box["y"] + box["height"] / 2)

    touch.swipe(page, -4 * PIXELS_PER_DAY, rest=0)
    page.wait_for_timeout(300)
    assert dates_of(owner, first) == before
    box = bar(page, "Data").bounding_box()
    touch = Finger(touch.session, box["x"] + 60, box["y"] + box["height"] / 2)
    touch.swipe(page, 4 * PIXELS_PER_DAY, rest=500)

    expect(page.locator("#toasts")).to_contain_text("Moved “Data” to")
    assert dates_of(owner, first) == (before[0] + timedelta(days=4), before[1] + timedelta(days=4))
    wait_until(page, lambda: not open_requests)
    context.close()


class Finger:
    """Touches through the browser's own protocol: Playwright itself only taps."""

    def __init__(self, session, x, y):
        self.session, self.x, self.y = session, x, y

    def swipe(self, page, by, *, rest):
        self._send("touchStart", self.x)
        page.wait_for_timeout(rest)
        for step in range(1, 9):
            self._send("touchMove", self.x + by * step / 8)
            page.wait_for_timeout(16)
        self._send("touchEnd", None)

    def _send(self, kind, x):
        points = [] if x is None else [{"x": x, "y": self.y}]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_without_javascript_the_plan_is_a_table(browser, live_server, signed_in, product_manager, plan, undated):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = signed_in(context.new_page(), product_manager)

    page.goto(address_of(plan[0]))

    expect(page.get_by_role("link", name="Data", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Edit Data")).to_be_visible()
    expect(page.get_by_role("row", name="Some day")).to_contain_text("Unscheduled")
    expect(page.locator("[data-frame]")).to_have_count(0)
    context.close()


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
