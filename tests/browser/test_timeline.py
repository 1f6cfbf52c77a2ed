"""The timeline in a real browser: bars are dragged, resized, moved by keys, linked, undone, and refused when stale."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from roadmap.models import Dependency, RoadmapItem
from roadmap.services.items import change_item, delete_item
from tenancy.scope import tenant_scope
from tests.browser.plan_page import (
    PIXELS_PER_DAY,
    address_of,
    bar,
    box_of,
    dates_of,
    drag,
    drag_bar,
    leave,
    wait_until,
    watch_requests,
    words,
)
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory


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
    expect(page.locator("#plan[data-judged]")).to_have_count(1)
    yield page
    leave(page, open_requests)
    assert [text for text in problems if not re.search("40[49]|412", text)] == []


@pytest.fixture
def proposal(timeline):
    """The panel that shows what a move would do."""
    return timeline.get_by_role("dialog", name="Move")


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
    box = box_of(timeline, "Data")

    drag(timeline, box["x"] + box["width"] - 3, box["y"] + box["height"] / 2, -4 * PIXELS_PER_DAY)

    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    assert dates_of(owner, first) == (before[0], before[1] - timedelta(days=4))


def test_keys_move_resize_save_and_undo(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)
    bar(timeline, "Data").focus()

    for key in ("Alt+ArrowRight", "Alt+ArrowRight", "Control+Alt+ArrowLeft", "Shift+Alt+ArrowRight"):
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
    place = box_of(timeline, "Data")
    bar(timeline, "Data").focus()

    timeline.keyboard.press("Alt+ArrowRight")
    timeline.keyboard.press("Escape")

    expect(timeline.locator("#announcer")).to_contain_text("Move cancelled.")
    wait_until(timeline, lambda: box_of(timeline, "Data") == place)
    assert dates_of(owner, first) == before


def test_a_bar_somebody_else_moved_meanwhile_goes_to_the_saved_place(timeline, owner, plan):
    _, first, _ = plan
    # The page must not hear of it before the bar is dropped.
    timeline.route("**/live.json*", lambda route: route.fulfill(status=304))
    theirs = first.start_on + timedelta(days=2)
    with tenant_scope(owner):
        change_item(first, start_on=theirs, actor=owner)
    place = box_of(timeline, "Data")

    drag_bar(timeline, "Data", 5)

    expect(timeline.locator("#toasts")).to_contain_text("Somebody else changed “Data” meanwhile.")
    assert dates_of(owner, first) == (theirs, first.end_on)
    expect(bar(timeline, "Data")).to_have_attribute(
        "aria-label", f"Data, {words(theirs)} to {words(first.end_on)}, 12 days, planned, on the critical path."
    )
    assert box_of(timeline, "Data")["x"] == pytest.approx(place["x"] + 2 * PIXELS_PER_DAY, abs=1)


def test_undo_is_refused_when_somebody_moved_the_bar_after_us(timeline, owner, plan):
    _, first, _ = plan
    drag_bar(timeline, "Data", 5)
    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    theirs = first.start_on - timedelta(days=2)
    with tenant_scope(owner):
        change_item(first, start_on=theirs, actor=owner)

    timeline.locator("[data-undo]").click()

    expect(timeline.locator("#toasts")).to_contain_text("This was not undone. This cannot be undone any more.")
    assert dates_of(owner, first)[0] == theirs


def test_two_quick_moves_of_one_bar_are_both_saved_and_undone_in_turn(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)
    bar(timeline, "Data").focus()

    for _ in range(2):
        timeline.keyboard.press("Alt+ArrowRight")
        timeline.keyboard.press("Enter")

    two = timedelta(days=2)
    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    wait_until(timeline, lambda: dates_of(owner, first) == (before[0] + two, before[1] + two))
    for _ in range(2):
        timeline.keyboard.press("Control+z")
    wait_until(timeline, lambda: dates_of(owner, first) == before)
    expect(timeline.locator("[data-undo]")).to_be_disabled()


def test_a_drag_shows_who_else_moves_and_is_accepted_and_undone_as_one(timeline, owner, plan, proposal):
    _, first, second = plan
    before = [dates_of(owner, item) for item in (first, second)]

    drag_bar(timeline, "Data", 14)

    expect(proposal).to_contain_text("1 other item moves")
    expect(proposal.get_by_role("listitem")).to_contain_text(["Model"])
    expect(timeline.locator(".plan-ghost--proposed")).to_have_count(2)
    assert [dates_of(owner, item) for item in (first, second)] == before

    proposal.get_by_role("button", name="Move all 2").click()

    expect(timeline.locator("#toasts")).to_contain_text("and 1 other.")
    expect(proposal).to_be_hidden()
    moved = dates_of(owner, second)
    assert dates_of(owner, first)[0] == before[0][0] + timedelta(days=14)
    assert moved[0] > dates_of(owner, first)[1]

    timeline.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(timeline.locator("#toasts")).to_contain_text("“Data” is back at")
    assert [dates_of(owner, item) for item in (first, second)] == before


def test_a_cancelled_proposal_puts_the_bar_back(timeline, owner, plan, proposal):
    before = dates_of(owner, plan[1])
    place = box_of(timeline, "Data")

    drag_bar(timeline, "Data", 14)
    expect(proposal.get_by_role("button", name="Move all 2")).to_be_focused()
    timeline.keyboard.press("Escape")

    expect(proposal).to_be_hidden()
    expect(bar(timeline, "Data")).to_be_focused()
    wait_until(timeline, lambda: box_of(timeline, "Data") == place)
    assert dates_of(owner, plan[1]) == before


def test_a_move_that_breaks_a_dependency_says_so_turns_it_red_and_explains(timeline, owner, plan, proposal):
    with tenant_scope(owner):
        RoadmapItem.objects.filter(pk=plan[2].pk).update(scheduling="manual")
    conflicts = timeline.locator("[data-conflicts]")
    expect(conflicts).to_be_hidden()

    drag_bar(timeline, "Data", 14)
    expect(proposal).to_contain_text("1 dependency breaks")
    expect(proposal).to_contain_text("“Model” starts")
    proposal.get_by_role("button", name="Move", exact=True).click()

    expect(timeline.locator(".plan__links .is-broken")).to_have_count(1)
    expect(conflicts).to_contain_text("1 broken dependency")
    conflicts.locator("summary").click()
    conflicts.get_by_role("button", name="“Model” starts").click()
    expect(bar(timeline, "Model")).to_be_focused()


def test_a_promised_date_moves_only_with_a_reason(timeline, owner, plan, proposal):
    with tenant_scope(owner):
        RoadmapItem.objects.filter(pk=plan[1].pk).update(is_committed=True)
    timeline.reload()
    before = dates_of(owner, plan[1])

    drag_bar(timeline, "Data", 3)
    proposal.get_by_role("button", name="Move").click()
    assert dates_of(owner, plan[1]) == before
    proposal.get_by_label("A promised date moves. Why?").select_option(index=1)
    proposal.get_by_role("button", name="Move").click()

    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    assert dates_of(owner, plan[1])[0] == before[0] + timedelta(days=3)


def test_an_item_deleted_while_it_is_dragged_is_said_to_be_gone_and_can_be_made_again(timeline, owner, plan):
    _, first, _ = plan
    box = box_of(timeline, "Data")
    timeline.mouse.move(box["x"] + 40, box["y"] + 10)
    timeline.mouse.down()
    timeline.mouse.move(box["x"] + 40 + 5 * PIXELS_PER_DAY, box["y"] + 10, steps=5)
    with tenant_scope(owner):
        delete_item(first, actor=owner)

    expect(timeline.locator("#toasts")).to_contain_text("Somebody deleted “Data” meanwhile")
    timeline.mouse.up()
    expect(bar(timeline, "Data")).to_have_count(0)
    timeline.locator("#toasts").get_by_role("link", name="Make it again").click()
    dialog = timeline.get_by_role("dialog")

    expect(dialog.get_by_label("Title")).to_have_value("Data")
    expect(dialog.get_by_label("Start")).to_have_value((first.start_on + timedelta(days=5)).isoformat())
    expect(dialog.get_by_label("End")).to_have_value((first.end_on + timedelta(days=5)).isoformat())


def test_a_dependency_is_drawn_from_one_end_to_another_bar_and_undone(timeline, owner, plan):
    with tenant_scope(owner):
        third = RoadmapItemFactory(
            roadmap=plan[0], title="Launch", start_on=plan[2].start_on, end_on=plan[2].end_on, lane="x"
        )
    expect(bar(timeline, "Launch")).to_be_visible()
    bar(timeline, "Data").hover()
    port = bar(timeline, "Data").locator("[data-port=end]").bounding_box()
    target = box_of(timeline, "Launch")

    timeline.mouse.move(port["x"] + 7, port["y"] + 7)
    timeline.mouse.down()
    timeline.mouse.move(target["x"] + 30, target["y"] + 12, steps=6)
    timeline.mouse.up()

    expect(timeline.locator("#toasts")).to_contain_text("“Launch” now starts after “Data”.")
    with tenant_scope(owner):
        assert Dependency.objects.filter(predecessor=plan[1], successor=third, kind="FS").exists()

    timeline.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(timeline.locator("#toasts")).to_contain_text("The dependency is gone again.")
    with tenant_scope(owner):
        assert not Dependency.objects.filter(successor=third).exists()


def test_l_links_by_keyboard_and_a_cycle_is_refused_by_its_names(timeline):
    bar(timeline, "Model").focus()
    for key in ("l", "ArrowLeft", "Enter"):
        timeline.keyboard.press(key)

    expect(timeline.locator("#toasts")).to_contain_text("This would close a cycle: “Model” → “Data” → “Model”.")
    expect(timeline.locator(".plan__links g")).to_have_count(1)


def test_arrows_go_from_row_to_row_and_along_dependencies(timeline):
    bar(timeline, "Data").focus()

    timeline.keyboard.press("ArrowRight")
    expect(bar(timeline, "Model")).to_be_focused()
    timeline.keyboard.press("ArrowUp")
    expect(bar(timeline, "Data")).to_be_focused()


def test_only_rows_in_sight_are_in_the_page(timeline, owner, plan):
    with tenant_scope(owner):
        RoadmapItem.objects.bulk_create(
            RoadmapItem(
                roadmap=plan[0],
                title=f"Row {number:03}",
                start_on=plan[1].start_on,
                end_on=plan[1].end_on,
                position=number + 1,
            )
            for number in range(400)
        )
    expect(bar(timeline, "Row 000")).to_be_visible()

    assert timeline.locator(".plan__row").count() < 60
    timeline.locator("[data-scroll]").evaluate("node => { node.scrollTop = node.scrollHeight; }")

    expect(bar(timeline, "Row 399")).to_be_visible()
    expect(bar(timeline, "Row 000")).to_have_count(0)
    assert timeline.locator(".plan__row").count() < 60


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
    leave(page, open_requests)
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
