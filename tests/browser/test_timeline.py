"""The timeline in a real browser: bars are dragged, resized, moved by keys, undone, and refused when stale."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from roadmap.models import RoadmapItem
from roadmap.services.items import change_item
from tenancy.scope import tenant_scope
from tests.browser.plan_page import (
    PIXELS_PER_DAY,
    Finger,
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
from tests.factories.roadmap import RoadmapItemFactory


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


def test_undo_waits_for_moves_on_their_way(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)

    def slowly(route):
        timeline.wait_for_timeout(300)
        route.continue_()

    timeline.route("**/move/", slowly)
    bar(timeline, "Data").focus()
    for _ in range(2):
        timeline.keyboard.press("Alt+ArrowRight")
        timeline.keyboard.press("Enter")
    for _ in range(2):
        timeline.keyboard.press("Control+z")

    expect(timeline.locator("#toasts")).to_contain_text(f"“Data” is back at {before[0].day}")
    wait_until(timeline, lambda: dates_of(owner, first) == before)
    expect(timeline.locator("[data-undo]")).to_be_disabled()


def test_an_answer_that_breaks_off_is_told_and_stops_no_later_undo(timeline, owner, plan):
    _, first, _ = plan
    before = dates_of(owner, first)
    bar(timeline, "Data").focus()
    timeline.keyboard.press("Alt+ArrowRight")
    timeline.keyboard.press("Enter")
    expect(timeline.locator("#toasts")).to_contain_text("Moved “Data” to")
    moved = dates_of(owner, first)
    timeline.keyboard.press("Alt+ArrowRight")
    timeline.keyboard.press("Enter")
    wait_until(timeline, lambda: dates_of(owner, first) not in (before, moved))
    broken = {"status": 200, "content_type": "application/json", "body": '{"chan'}
    timeline.route("**/undo/", lambda route: route.fulfill(**broken), times=1)

    timeline.keyboard.press("Control+z")
    expect(timeline.locator("#toasts")).to_contain_text("This was not undone. The server cannot be reached.")
    timeline.keyboard.press("Control+z")

    expect(timeline.locator("[data-undo]")).to_be_disabled()


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


def test_without_javascript_the_plan_is_a_table(browser, live_server, signed_in, product_manager, plan, undated):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = signed_in(context.new_page(), product_manager)

    page.goto(address_of(plan[0]))

    expect(page.get_by_role("link", name="Data", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Edit Data")).to_be_visible()
    expect(page.get_by_role("row", name="Some day")).to_contain_text("Unscheduled")
    expect(page.locator("[data-frame]")).to_have_count(0)
    context.close()
