"""The published page in a browser without an account, and what is in its source."""

import re
from datetime import date

import pytest

from roadmap.enums import Audience
from roadmap.services.public_links import create_public_link
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory
from tests.factories.roadmap import MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory

HIDDEN = ("Secret team", "Secret lane", "Secret initiative", "Secret description", "Secret milestone", "In progress")


@pytest.fixture
def publish(transactional_db, owner):
    """publish(**settings): the path of a link to a roadmap with something secret in every field."""
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="Assistant")
        team = TeamFactory(name="Secret team")
        RoadmapItemFactory(
            roadmap=roadmap,
            title="Search that answers",
            start_on=date(2026, 4, 13),
            end_on=date(2026, 6, 17),
            status="in_progress",
            owning_team=team,
            lane="Secret lane",
            description="Secret description",
            initiative=InitiativeFactory(title="Secret initiative"),
        )
        RoadmapItemFactory(roadmap=roadmap, title="الصوت " * 20, start_on=date(2026, 7, 6), end_on=date(2026, 9, 11))
        MilestoneFactory(roadmap=roadmap, title="Secret milestone")

    def make(**settings):
        with tenant_scope(owner):
            _, secret = create_public_link(roadmap=roadmap, actor=owner, name="Customers", **settings)
        return f"/published/acme/{secret}/"

    return make


def test_nothing_hidden_is_in_what_a_signed_out_browser_receives(publish, page):
    """Whatever the browser is sent for the page: its source, every file it asks for, and what is drawn of it."""
    received = []
    page.on("response", lambda response: received.append(response))
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    path = publish(audience=Audience.QUARTERS_ONLY, allowed_fields=[])
    assert page.goto(path).status == 200

    assert page.get_by_role("heading", name="Search that answers").is_visible()
    assert page.get_by_text("Q2 2026").is_visible()
    everything = "\n".join([page.content(), *(response.text() for response in received)])
    for hidden in (*HIDDEN, "2026-04", "2026-06", "13 Apr", "17 Jun"):
        assert hidden not in everything, hidden
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}", page.content()), "an id of ours"
    assert page.context.cookies() == []
    assert page.evaluate("document.scripts.length") == 0
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("audience", [Audience.FULL, Audience.QUARTERS_ONLY, Audience.NO_DATES])
def test_the_page_is_readable_on_every_screen(publish, page, assert_no_serious_violations, scheme, audience):
    page.emulate_media(color_scheme=scheme)
    page.goto(publish(audience=audience, allowed_fields=["status", "team", "milestones"], grouping="team"))
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_no_serious_violations(page)


def test_a_password_opens_the_page(publish, page, assert_no_serious_violations):
    path = publish(audience=Audience.FULL, allowed_fields=[], password="correct horse")
    page.goto(path)
    assert_no_serious_violations(page)
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Open").click()
    assert page.get_by_role("alert").inner_text() == "This is not the password."
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Open").click()
    assert page.get_by_role("heading", name="Search that answers").is_visible()


def test_a_frame_of_another_site_stays_empty(publish, page, live_server):
    """Only named sites may show an embedded page; `about:blank` of the test is none of them."""
    allowed = publish(kind="embed", audience=Audience.FULL, allowed_origins=[live_server.url])
    refused = publish(kind="embed", audience=Audience.FULL, allowed_origins=["https://wiki.example.com"])
    page.route("**/host", lambda route: route.fulfill(content_type="text/html", body="<body></body>"))
    for path, is_shown in ((allowed, True), (refused, False)):
        page.goto(f"{live_server.url}/host")
        page.evaluate("src => document.body.append(Object.assign(document.createElement('iframe'), {src}))", path)
        page.wait_for_timeout(1500)
        assert (page.frame_locator("iframe").get_by_text("Search that answers").count() > 0) is is_shown
