"""JSON in: strict about encoding, numbers and depth."""

import json
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
        _check(data, 0)
        return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _check(data: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(data, str):
        _check_text(data)
    elif isinstance(data, dict):
        for key, value in data.items():
            _check_text(key)
            _check(value, depth + 1)
    elif isinstance(data, list):
        for value in data:
            _check(value, depth + 1)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError("Text may not contain the NUL character.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ParseError("Text may not contain lone surrogates.")
