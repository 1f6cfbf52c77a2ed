"""The floor of the list benchmark: a bare WSGI application that lets PostgreSQL build the page's JSON.

No authentication, no scope, no framework: what remains is the server, the driver and the query.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import psycopg

from config import env

_QUERY = """
    SELECT json_build_object('results', coalesce(json_agg(page), '[]'::json))::text FROM (
        SELECT {columns} FROM portfolio_initiative
        WHERE organization_id = %(organization)s {filters} {after}
        ORDER BY title, id LIMIT 50
    ) page
"""
_local = threading.local()


def connected() -> psycopg.Connection[Any]:
    """This thread's connection, inside the organization BENCH_ORGANIZATION."""
    if not hasattr(_local, "connection"):
        database = env.database(env.text("DATABASE_URL"))
        _local.connection = psycopg.connect(
            host=str(database["HOST"]),
            port=str(database["PORT"]),
            dbname=str(database["NAME"]),
            user=str(database["USER"]),
            password=str(database["PASSWORD"]),
            autocommit=True,
            options=f"-c app.organization_id={env.text('BENCH_ORGANIZATION')}",
        )
    return _local.connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers `/?stage=…&title=…&id=…` with the page of 50 that starts after (title, id)."""
    query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    sql = _QUERY.format(
        columns=env.text("BENCH_COLUMNS"),
        filters="AND stage = %(stage)s" if "stage" in query else "",
        after="AND (title, id) > (%(title)s, %(id)s::uuid)" if "title" in query else "",
    )
    parameters = {"organization": env.text("BENCH_ORGANIZATION"), **query}
    row = connected().execute(sql, parameters).fetchone()
    body = row[0].encode() if row else b""
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
