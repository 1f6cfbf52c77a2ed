"""Numbers in texts."""

from decimal import Decimal

import pytest

from core.numbers import plain_number, typed_number

UNREADABLE = [
    "",
    "much",
    "NaN",
    "Infinity",
    "-Infinity",
    "1_000",
    "1" * 41,
    "1e",
    "\u0661",
    "1.2.3",
    "1,2",
    "0,5",
    "\x00",
    "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}",
    "1e1_0",
    "0x10",
    "+-1",
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_finite_number_is_none(text):
    assert plain_number(text) is None
    assert typed_number(text) is None


@pytest.mark.parametrize(("text", "value"), [("12.50", "12.50"), ("-3", "-3"), ("+1.", "1"), (".5", "0.5")])
def test_plain_numbers_are_read(text, value):
    assert plain_number(text) == typed_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1e3", "1E+3", "1.0e03"])
def test_powers_of_ten_are_read_from_files_and_refused_from_people(text):
    assert plain_number(text) == 1000
    assert typed_number(text) is None


@pytest.mark.parametrize("text", [" 1", "1 ", "\t1", "1\n"])
def test_blanks_around_a_number_are_the_readers_to_take_away(text):
    assert plain_number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,200.5", 1200.5), ("1 200", 1200), ("1\xa0200", 1200), ("\N{MINUS SIGN}2", -2), ("-1,000", -1000)],
)
def test_thousands_are_grouped_by_people_alone(text, value):
    assert typed_number(text) == Decimal(str(value))
    assert plain_number(text) is None


@pytest.mark.parametrize("text", ["1,20", "12,3456", "1,200,5", ",5", "1200,"])
def test_comma_that_groups_no_thousands_is_not_left_out(text):
    assert typed_number(text) is None
