"""The live server of the browser tests: what it keeps of the database between requests."""

import time
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.db import connection


def other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_client_that_keeps_its_socket_keeps_no_database_connection(live_server):
    with closing(HTTPConnection(urlsplit(live_server.url).netloc, timeout=30)) as client:
        client.request("GET", "/healthz")
        response = client.getresponse()
        response.read()
        deadline = time.monotonic() + 10
        while other_sessions() and time.monotonic() < deadline:
            time.sleep(0.05)

        assert response.status == 200
        assert response.getheader("Connection") != "close"
        assert other_sessions() == 0
