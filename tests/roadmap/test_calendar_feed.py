"""Calendar feeds: the format to the letter, and the link that serves them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from roadmap.calc.icalendar import Event, calendar_of, escaped, folded
from roadmap.enums import Audience, LinkKind, PublishedField
from roadmap.models import RoadmapItem
from roadmap.services.public_links import address_of, create_public_link
from tests.factories.roadmap import MilestoneFactory, RoadmapFactory, RoadmapItemFactory

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
EVENT = Event("abc", "Search", date(2026, 4, 13), date(2026, 6, 17))


def unfolded(content: bytes) -> list[str]:
    """The lines as a reader puts them together again."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_is_whole_days_with_an_end_that_no_longer_belongs_to_it():
    lines = unfolded(calendar_of([EVENT], name="Plan", made_at=NOW))
    assert lines[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Fairlead//Roadmap//EN", "CALSCALE:GREGORIAN"]
    assert "DTSTART;VALUE=DATE:20260413" in lines
    assert "DTEND;VALUE=DATE:20260618" in lines
    assert "DTSTAMP:20260504T090000Z" in lines
    assert "UID:abc@fairlead" in lines
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("two\r\nlines\rthree", "two\\nlines\\nthree"),
        ("bell\x07 and\x00 nul", "bell and nul"),
        ("END:VEVENT\nBEGIN:VALARM", "END:VEVENT\\nBEGIN:VALARM"),
    ],
)
def test_text_is_escaped(text, written):
    assert escaped(text) == written


@pytest.mark.parametrize("text", ["x" * 5000, "🚀" * 500, "نموذج " * 300, "é" * 74, "x" * 75, "x" * 76, ""])
def test_lines_are_at_most_75_octets_and_no_character_is_split(text):
    content = folded(f"SUMMARY:{text}")
    pieces = content.split(b"\r\n")
    assert pieces[-1] == b""
    assert max(map(len, pieces)) <= 75
    assert [piece.decode() for piece in pieces]
    assert unfolded(content)[0] == f"SUMMARY:{text}"


def test_the_last_day_of_all_has_no_day_after_it():
    content = calendar_of([Event("a", "T", date.max, date.max)], name="P", made_at=NOW)
    assert b"DTEND;VALUE=DATE:99991231" in content


@pytest.fixture
def plan(scope):
    with time_machine.travel(NOW, tick=False):
        roadmap = RoadmapFactory(name="Assistant; beta, and more")
        RoadmapItemFactory(
            roadmap=roadmap,
            title="Search, answers",
            start_on=date(2026, 4, 13),
            end_on=date(2026, 6, 17),
            description="Secret",
        )
        RoadmapItemFactory(roadmap=roadmap, title="Some day", start_on=None, end_on=None)
        MilestoneFactory(roadmap=roadmap, title="Beta", due_on=date(2026, 9, 23))
        yield roadmap


def feed(plan, scope, **wanted):
    link, secret = create_public_link(roadmap=plan, actor=scope, name="Feed", kind=LinkKind.CALENDAR, **wanted)
    address = address_of(link, secret).partition("://")[2].partition("/")[2].join(("/", ""))
    return Client().get(address), address


def test_a_feed_tells_what_its_link_allows(plan, scope):
    response, _ = feed(plan, scope, audience=Audience.FULL, allowed_fields=[PublishedField.MILESTONES])
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "noindex" in response["X-Robots-Tag"]
    lines = unfolded(response.content)
    assert "X-WR-CALNAME:Assistant\\; beta\\, and more" in lines
    assert [line for line in lines if line.startswith("SUMMARY")] == ["SUMMARY:Search\\, answers", "SUMMARY:◆ Beta"]
    assert {"DTSTART;VALUE=DATE:20260413", "DTEND;VALUE=DATE:20260618", "DTSTART;VALUE=DATE:20260923"} <= set(lines)
    assert "Secret" not in response.content.decode()
    assert str(plan.pk) not in response.content.decode()


def test_quarters_are_all_a_feed_tells_when_only_they_are_allowed(plan, scope):
    response, _ = feed(plan, scope, audience=Audience.QUARTERS_ONLY, allowed_fields=[PublishedField.MILESTONES])
    days = [line for line in unfolded(response.content) if line.startswith(("DTSTART", "DTEND"))]
    assert days == [
        "DTSTART;VALUE=DATE:20260401",
        "DTEND;VALUE=DATE:20260701",
        "DTSTART;VALUE=DATE:20260930",
        "DTEND;VALUE=DATE:20261001",
    ]


def test_an_event_keeps_its_identity_when_its_dates_move(plan, scope):
    first, address = feed(plan, scope, audience=Audience.FULL)
    item = RoadmapItem.objects.get(roadmap=plan, title="Search, answers")
    item.start_on, item.end_on = item.start_on + timedelta(days=30), item.end_on + timedelta(days=30)
    item.save()
    second = Client().get(address)
    uids = [[line for line in unfolded(each.content) if line.startswith("UID")] for each in (first, second)]
    assert uids[0] == uids[1]
    assert str(item.pk) not in uids[0][0]
    assert first["ETag"] != second["ETag"]


def test_an_unchanged_feed_is_not_sent_again(plan, scope):
    response, address = feed(plan, scope, audience=Audience.FULL)
    again = Client().get(address, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_feed_is_no_page_and_a_page_is_no_feed(plan, scope):
    _, address = feed(plan, scope, audience=Audience.FULL)
    assert Client().get(address.removesuffix("roadmap.ics")).status_code == 404
    link, secret = create_public_link(roadmap=plan, actor=scope, name="Page")
    page = address_of(link, secret).partition("://")[2].partition("/")[2].join(("/", ""))
    assert Client().get(page).status_code == 200
    assert Client().get(f"{page}roadmap.ics").status_code == 404
    assert Client().post(address).status_code == 405
