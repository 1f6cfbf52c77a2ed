"""JSON in: what nests too deep or holds what PostgreSQL cannot keep is refused, wherever it stands."""

import io

import pytest
from rest_framework.exceptions import ParseError

from core.api.parsers import MAX_DEPTH, JSONParser


def parsed(text: str) -> object:
    return JSONParser().parse(io.BytesIO(text.encode()))


def test_deepest_body_is_read():
    assert parsed("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert parsed('{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_one_level_more_is_refused(opening, closing):
    with pytest.raises(ParseError, match="nested deeper than 50 levels"):
        parsed(opening * (MAX_DEPTH + 1) + "1" + closing * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (r'"\u0000"', "NUL"),
        (r'{"a": "\u0000"}', "NUL"),
        (r'{"\u0000": 1}', "NUL"),
        (r'[1, [{"a": ["b", "\ud800"]}]]', "surrogates"),
        (r'[{"a": {"\udfff": null}}]', "surrogates"),
    ],
)
def test_characters_the_database_cannot_keep_are_refused(text, complaint):
    with pytest.raises(ParseError, match=complaint):
        parsed(text)


def test_escaped_pair_is_one_character():
    assert parsed(r'["\ud83d\ude00"]') == ["\U0001f600"]
