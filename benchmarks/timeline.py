"""A timeline of 2,000 items: its page and data against their own statements run bare, and how it moves in a browser."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.test import Client as TestClient

from benchmarks.http import Client, medians, served
from benchmarks.plan_data import large_plans
from benchmarks.report import Figure
from benchmarks.statements import statements_of
from benchmarks.timeline_browser import CHROMIUM, Motion, motion

ITEMS, MANY = 2000, 10_000
ROUNDS = 60
MAX_QUERIES, MAX_RATIO, MAX_WEIGHT_KB, MIN_FRAMES = 10, 3, 600, 50
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def run() -> list[Figure]:
    """Statements, time against the floor, weight, and frames a second where Chromium is there."""
    # Pages name static files by their digest; the server of script/server has collected them.
    call_command("collectstatic", interactive=False, verbosity=0)
    tenant, user, (plan, many) = large_plans([ITEMS, MANY])
    browser = TestClient(headers={"Host": "localhost"})
    browser.force_login(user, backend=BACKEND)
    page = f"/{tenant.slug}/roadmap/roadmaps/{plan.pk}/"
    parts = {"page": "", "data": "timeline.json", "schedule": "schedule.json", "live": "live.json"}
    paths = {name: f"{page}{part}" for name, part in parts.items()}
    statements = {name: statements_of(browser, path) for name, path in paths.items()}
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    figures = [Figure(f"SQL statements, {name}", len(found), "", MAX_QUERIES) for name, found in statements.items()]
    with TemporaryDirectory() as folder:
        file = Path(folder, "statements.json")
        file.write_text(json.dumps([_bare(text) for name in ("page", "data") for text in statements[name]]))
        floor = {"BENCH_STATEMENTS": str(file), "BENCH_ORGANIZATION": str(tenant.pk)}
        with (
            served("config.wsgi:application") as port,
            served("benchmarks.statements_floor:fast_application", **floor) as bare,
        ):
            web = Client(port, {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())})
            requests = {name: (web, path) for name, path in paths.items()}
            measured = medians({**requests, "floor": (Client(bare), "/")}, rounds=ROUNDS)
            figures += _times(measured)
            if CHROMIUM.exists():
                session = {settings.SESSION_COOKIE_NAME: cookies[settings.SESSION_COOKIE_NAME]}
                address = f"http://127.0.0.1:{port}"
                few = motion(f"{address}{page}?zoom=month", session)
                figures += _moves(f"{ITEMS:,} items", few, MIN_FRAMES)
                figures.append(Figure("page weight as transferred", few.weight_kb, "kB", MAX_WEIGHT_KB))
                lots = motion(f"{address}/{tenant.slug}/roadmap/roadmaps/{many.pk}/?zoom=month", session)
                figures += _moves(f"{MANY:,} items", lots, None)
    return figures


def _bare(statement: str) -> str:
    """The query a form's choices are read with, without the cursor around it."""
    return statement.partition(" FOR ")[2] if statement.startswith("DECLARE") else statement


def _times(measured: dict[str, float]) -> list[Figure]:
    name = f"timeline of {ITEMS:,} items"
    ratio = (measured["page"] + measured["data"]) / measured["floor"]
    return [
        *(Figure(f"{name}: {part}", measured[part], "ms") for part in ("page", "data", "schedule", "live", "floor")),
        Figure(f"{name}: page and data against floor", ratio, "x", MAX_RATIO),
    ]


def _moves(name: str, found: Motion, limit: float | None) -> list[Figure]:
    ways = (("scrolling down", found.down), ("scrolling across", found.across), ("dragging", found.drag))
    return [
        Figure(f"{name}: first bars after", found.first_bars_ms, "ms"),
        Figure(f"{name}: rows in the page", found.rows, ""),
        *(Figure(f"{name}: {way}", frames.per_second, "frames/s", limit, at_least=True) for way, frames in ways),
        *(Figure(f"{name}: slowest twentieth of frames, {way}", frames.slow_ms, "ms") for way, frames in ways),
    ]
