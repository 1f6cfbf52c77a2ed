"""What the browser tests of a roadmap do again and again: find bars, drag and touch them, read dates, wait."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from roadmap.models import RoadmapItem
from tenancy.scope import tenant_scope

PIXELS_PER_DAY = 13  # months zoom, static/roadmap/js/scale.js


def watch_requests(page):
    """The page's requests without an answer yet. Emptying the tables under one would deadlock with it."""
    open_requests = set()
    page.on("request", lambda request: open_requests.add(request))
    page.on("requestfinished", lambda request: open_requests.discard(request))
    page.on("requestfailed", lambda request: open_requests.discard(request))
    return open_requests


def leave(page, open_requests):
    """Stop the page's polling, so that no request meets an emptied table."""
    page.goto("about:blank")
    wait_until(page, lambda: not open_requests)


def address_of(roadmap, query="zoom=month"):
    return reverse("roadmap:roadmap_detail", kwargs={"organization": "acme", "pk": roadmap.pk}) + f"?{query}"


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


def box_of(page, title):
    """Where the bar stands, once the page has drawn what the server last said."""
    expect(page.locator("#plan[data-judged]")).to_have_count(1)
    found = []
    wait_until(page, lambda: found.append(bar(page, title).bounding_box()) or found[-1] is not None)
    return found[-1]


def drag_bar(page, title, days):
    box = box_of(page, title)
    drag(page, box["x"] + 40, box["y"] + box["height"] / 2, days * PIXELS_PER_DAY)


def wait_until(page, condition, attempts=50):
    for _ in range(attempts):
        if condition():
            return
        page.wait_for_timeout(100)
    pytest.fail("The condition did not come true within five seconds.")


def words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


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
