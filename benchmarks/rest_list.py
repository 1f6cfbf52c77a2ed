"""A page of 50 initiatives over REST with 100,000 in the organization, against the floor of the same run."""

import json
from urllib.parse import urlencode, urlsplit

from django.db import connection
from django.test import Client as TestClient

from benchmarks.dataset import large_organization
from benchmarks.http import Client, medians, served
from benchmarks.report import Figure
from benchmarks.statements import statements_of

ROUNDS = 200
MAX_RATIO = 5
MAX_QUERIES = 6
DEEP_PAGE = 1000
FILTERS = {"unfiltered": {}, "filtered": {"stage": "beta"}}
# A ninth of the rows is in one stage, so its last full page is nearer.
DEPTH = {"unfiltered": DEEP_PAGE, "filtered": 200}


def run() -> list[Figure]:
    """Ratios and numbers of queries for the first and a deep page, filtered and not."""
    tenant, secret = large_organization()
    base = f"/api/v1/organizations/{tenant.slug}/initiatives/"
    headers = {"Authorization": f"Bearer {secret}"}
    figures = []
    with served("config.wsgi:application") as port:
        api = Client(port, headers)
        first = json.loads(api.get(f"{base}?page_size=50&ordering=title"))
        columns = ", ".join(sorted(_columns(first["results"][0])))
        with served("benchmarks.floor:application", BENCH_ORGANIZATION=str(tenant.pk), BENCH_COLUMNS=columns) as bare:
            floor = Client(bare)
            for name, filters in FILTERS.items():
                figures += _compare(name, filters, base, api, floor)
    return figures + _query_counts(base, secret)


def _columns(row: dict[str, object]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'portfolio_initiative'")
        existing = {name for (name,) in cursor.fetchall()}
    return {column for name in row for column in (name, f"{name}_id") if column in existing}


def _compare(name: str, filters: dict[str, str], base: str, api: Client, floor: Client) -> list[Figure]:
    query = urlencode({"page_size": 50, "ordering": "title", **filters})
    deep_api, last = _walk(api, f"{base}?{query}", DEPTH[name])
    keyset = urlencode({**filters, "title": last["title"], "id": last["id"]})
    measured = medians(
        {
            "first": (api, f"{base}?{query}"),
            "first floor": (floor, f"/?{urlencode(filters)}"),
            "deep": (api, deep_api),
            "deep floor": (floor, f"/?{keyset}"),
        },
        rounds=ROUNDS,
    )
    pages = (("first", "first page"), ("deep", f"page {DEPTH[name]:,}"))
    return [
        figure
        for key, page in pages
        for figure in (
            Figure(f"list of 50, {page}, {name}", measured[key], "ms"),
            Figure(f"floor, {page}, {name}", measured[f"{key} floor"], "ms"),
            Figure(f"ratio, {page}, {name}", measured[key] / measured[f"{key} floor"], "x", MAX_RATIO),
        )
    ]


def _walk(api: Client, path: str, depth: int) -> tuple[str, dict[str, str]]:
    """The address of page `depth` and the last row of the page before it."""
    last: dict[str, str] = {}
    for _ in range(depth - 1):
        page = json.loads(api.get(path))
        last = page["results"][-1]
        parts = urlsplit(page["next"])
        path = f"{parts.path}?{parts.query}"
    return path, last


def _query_counts(base: str, secret: str) -> list[Figure]:
    client = TestClient(headers={"Authorization": f"Bearer {secret}", "Host": "localhost"})
    figures = []
    for size in (1, 50, 500):
        address = f"{base}?page_size={size}&ordering=title"
        count = len(statements_of(client, address))
        figures.append(Figure(f"SQL statements for a page of {size}", count, "", MAX_QUERIES))
    return figures
