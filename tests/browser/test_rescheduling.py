"""Rescheduling in a real browser, by the keyboard alone: from the timeline to the preview, moved, and undone."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tenancy.scope import tenant_scope
from tests.browser.plan_page import address_of, dates_of, leave, watch_requests
from tests.factories.roadmap import DependencyFactory, RoadmapFactory, RoadmapItemFactory

WEEK_1, WEEK_2 = (date(2026, 3, 2), date(2026, 3, 6)), (date(2026, 3, 9), date(2026, 3, 13))


@pytest.fixture
def late(live_server, owner):
    """Model should follow Data and stands beside it."""
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="Assistant")
        data, model = (
            RoadmapItemFactory(roadmap=roadmap, title=title, start_on=WEEK_1[0], end_on=WEEK_1[1])
            for title in ("Data", "Model")
        )
        DependencyFactory(predecessor=data, successor=model)
        return roadmap, model


def test_r_shows_what_would_move_m_moves_it_and_undo_takes_it_back(
    page, signed_in, late, product_manager, assert_no_serious_violations
):
    roadmap, model = late
    open_requests = watch_requests(page)
    signed_in(page, product_manager).goto(address_of(roadmap))
    expect(page.locator("[data-conflicts]")).to_contain_text("1 broken dependency")

    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Reschedule")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Model"))).to_contain_text("+5")
    assert_no_serious_violations(page)
    assert dates_of(product_manager, model) == WEEK_1

    page.keyboard.press("m")
    expect(page.get_by_text("Rescheduled 1 item. Undo takes all of it back.")).to_be_visible()
    assert dates_of(product_manager, model) == WEEK_2

    page.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").locator("button.button--primary, button.button--danger").click()
    expect(page.get_by_text("Undo: Rescheduled 1 item.").first).to_be_visible()
    assert dates_of(product_manager, model) == WEEK_1
    leave(page, open_requests)
