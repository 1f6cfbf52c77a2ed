"""Chromium for the browser tests: where it is, how it starts, who is signed in, what axe says.

Every test in this folder carries the marker `browser`. Without Chromium they are skipped with one clear line, or
fail when FAIRLEAD_REQUIRE_BROWSER=1 (as in CI) says that there must be one.
"""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from tenancy.actor import Actor
from tenancy.scope import tenant_scope
from tests.browser.plan_page import address_of, leave, watch_requests
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory

CHROMIUM = Path("/usr/bin/chromium")
HERE = Path(__file__).parent
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and say in one line why it does not run."""
    is_required = os.environ.get("FAIRLEAD_REQUIRE_BROWSER") == "1"
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if not CHROMIUM.exists() and not is_required:
            item.add_marker(pytest.mark.skip(reason=f"no browser: {CHROMIUM} is missing (apt-get install chromium)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, without what talks to the network by itself."""
    if not CHROMIUM.exists():
        pytest.fail(f"FAIRLEAD_REQUIRE_BROWSER=1, but {CHROMIUM} is missing (apt-get install chromium)")
    return {
        **browser_type_launch_args,
        "executable_path": str(CHROMIUM),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-quic",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    """Addresses in tests are relative to the live server: `page.goto("/acme/roadmap/roadmaps/")`."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desktop screen; tests of narrow screens call `page.set_viewport_size`."""
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}


@pytest.fixture
def signed_in(live_server: Any) -> Callable[[Any, Actor], Any]:
    """signed_in(page, actor): gives the page's context the session of the actor's person and returns the page."""

    def sign_in(page: Any, actor: Actor) -> Any:
        client = Client()
        client.force_login(actor.user, backend=BACKEND)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return page

    return sign_in


@pytest.fixture
def assert_no_serious_violations() -> Callable[..., None]:
    """assert_no_serious_violations(page): fails with every serious or critical finding of axe on the page."""

    def check(page: Any) -> None:
        findings = Axe().run(page).response["violations"]
        serious = [
            f"{finding['id']} ({finding['impact']}): {finding['help']}\n    "
            + "\n    ".join(node["html"][:200] for node in finding["nodes"][:5])
            for finding in findings
            if finding["impact"] in ("serious", "critical")
        ]
        assert serious == [], "\n" + "\n".join(serious)

    return check


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
