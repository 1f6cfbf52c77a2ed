"""JSON out, by orjson."""

from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

from core.api.errors import CONTENT_TYPE


def dump(data: Any) -> bytes:
    """JSON bytes; Decimal as a string, times in UTC with a Z."""
    return orjson.dumps(data, default=_default, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


class JSONRenderer(BaseRenderer):
    """application/json, or application/problem+json when the view set it."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dump(data)


class ProblemRenderer(JSONRenderer):
    """Accepts a client that asks for problems only."""

    media_type = CONTENT_TYPE
