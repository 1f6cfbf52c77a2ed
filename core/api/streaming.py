"""Answers sent piece by piece; they outlive the request's tenant scope and open it again."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.request import Request

from core.api.renderers import dump

FLUSH_BYTES = 32_768


def json_lines(request: Request, rows: Callable[[], Iterable[Any]], *, filename: str) -> StreamingHttpResponse:
    """`rows()` as newline-delimited JSON; it is called inside the actor's own scope while the answer is sent."""
    response = StreamingHttpResponse(_lines(request, rows), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["X-Accel-Buffering"] = "no"
    return response


def _lines(request: Request, rows: Callable[[], Iterable[Any]]) -> Iterator[bytes]:
    pending: list[bytes] = []
    size = 0
    with request._request.open_scope():
        for row in rows():
            pending.append(dump(row) + b"\n")
            size += len(pending[-1])
            if size >= FLUSH_BYTES:
                yield b"".join(pending)
                pending, size = [], 0
    yield b"".join(pending)
