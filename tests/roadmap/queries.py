"""Counting what a page asks for itself; the edge (session, membership, scope) has its own tests."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

_OWN = re.compile(r'(FROM|JOIN|UPDATE|INTO) "(roadmap|portfolio)_|(FROM|JOIN) "tenancy_team"')


@contextmanager
def own_queries() -> Iterator[Callable[[], int]]:
    """Yields a function that says how many queries so far touched plans, initiatives or teams."""
    with CaptureQueriesContext(connection) as captured:
        yield lambda: sum(bool(_OWN.search(query["sql"])) for query in captured.captured_queries)


def warm_queries(client: Client, address: str, query: dict[str, str] | None = None) -> int:
    """How many queries of its own a page takes when it is asked for the second time."""
    client.get(address, query)
    with own_queries() as count_queries:
        response = client.get(address, query)
    assert response.status_code == 200
    return count_queries()
