"""What a move does to others: previewed, accepted, undone as one; and dependencies drawn by mouse and keyboard."""

from datetime import timedelta

from playwright.sync_api import expect

from roadmap.models import Dependency, RoadmapItem
from roadmap.services.items import delete_item
from tenancy.scope import tenant_scope
from tests.browser.plan_page import (
    PIXELS_PER_DAY,
    bar,
    box_of,
    dates_of,
    drag_bar,
    wait_until,
)
from tests.factories.roadmap import RoadmapItemFactory


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


def test_dates_of_a_move_tell_their_year_and_both_years_where_they_differ(timeline):
    spans = timeline.evaluate(
        """async () => {
            const { dayOf, daySpan } = await import("/static/roadmap/js/scale.js");
            return [["2027-03-29", "2027-08-20"], ["2026-12-22", "2027-03-27"], ["2027-03-29", "2027-03-29"]].map(
                ([start, end]) => daySpan(dayOf(start), dayOf(end)));
        }"""
    )

    assert spans == ["29 Mar \N{EN DASH} 20 Aug 2027", "22 Dec 2026 \N{EN DASH} 27 Mar 2027", "29 Mar 2027"]


def test_a_move_proposed_tells_the_year_of_those_that_move_along(timeline, owner, plan, proposal):
    drag_bar(timeline, "Data", 14)
    said = proposal.get_by_role("listitem").inner_text()

    proposal.get_by_role("button", name="Move all 2").click()

    expect(timeline.locator("#toasts")).to_contain_text("and 1 other.")
    assert str(dates_of(owner, plan[2])[1].year) in said
