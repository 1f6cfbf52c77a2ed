"""The floor of a page: a bare WSGI application that runs the page's own statements and answers their rows as JSON.

No session, no scope, no framework, no template: what remains is the server, the driver and the queries.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson

from benchmarks.floor import connected
from config import env


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers every address with the rows of the statements in the file BENCH_STATEMENTS."""
    return _answer(lambda rows: json.dumps(rows, default=str).encode(), start_response)


def fast_application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The same with the fastest encoder there is."""
    return _answer(lambda rows: orjson.dumps(rows, default=str), start_response)


def _answer(encode: Callable[[Any], bytes], start_response: Callable[..., Any]) -> Iterable[bytes]:
    statements = json.loads(Path(env.text("BENCH_STATEMENTS")).read_text())
    body = encode([connected().execute(statement).fetchall() for statement in statements])
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
