"""The floor of a page: a bare WSGI application that runs the page's own statements and answers their rows as JSON.

No session, no scope, no framework, no template: what remains is the server, the driver and the queries.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.floor import connected
from config import env


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers every address with the rows of the statements in the file BENCH_STATEMENTS."""
    statements = json.loads(Path(env.text("BENCH_STATEMENTS")).read_text())
    rows = [connected().execute(statement).fetchall() for statement in statements]
    body = json.dumps(rows, default=str).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
