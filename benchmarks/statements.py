"""What a page asks of the database."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def statements_of(client: Client, address: str) -> list[str]:
    """The SQL of the second request, without its transaction; raises RuntimeError for any answer but 200."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return [query["sql"] for query in queries if query["sql"] not in {"BEGIN", "COMMIT"}]
