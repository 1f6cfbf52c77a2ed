"""JSON in: strict about encoding, numbers and depth."""

import json
from itertools import chain
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser as FrameworkParser

MAX_DEPTH = 50


class JSONParser(FrameworkParser):
    """Refuses what is not UTF-8 JSON, NaN and Infinity, NUL characters, and absurd nesting."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            text = stream.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not UTF-8 (byte {error.start}).") from error
        try:
            data = json.loads(text, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            raise ParseError(
                f"The body is not JSON: {error.msg} at line {error.lineno} column {error.colno}."
            ) from error
        except (RecursionError, ValueError) as error:
            raise ParseError(f"The body is not acceptable JSON: {error}") from error
        # NUL and surrogates come only as escapes: raw ones are no UTF-8 or no JSON.
        _check(data, has_escapes="\\u" in text)
        return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _check(data: Any, *, has_escapes: bool) -> None:
    """Level by level, which costs a large body less than a call for every object in it."""
    level: list[Any] = [[data]]
    depth = 0
    while level:
        if depth > MAX_DEPTH:
            raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.")
        values = [value for each in level for value in (each.values() if each.__class__ is dict else each)]
        if has_escapes:
            names = (name for each in level if each.__class__ is dict for name in each)
            for text in chain(values, names):
                if isinstance(text, str):
                    _check_text(text)
        level = [value for value in values if value.__class__ is dict or value.__class__ is list]
        depth += 1


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError("Text may not contain the NUL character.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ParseError("Text may not contain lone surrogates.")
