"""Units as people write them, and what comes out when they are multiplied and divided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calc.units import PLAIN, Unit, UnitError, parse_unit

BASES = st.sampled_from(["EUR", "user", "action", "token", "hour", "month"])
UNITS = st.builds(lambda name, power: Unit(((name, 1),)) ** power, BASES, st.integers(-2, 2))


@pytest.mark.parametrize(
    ("text", "expected", "scale"),
    [
        ("", "1", 1.0),
        ("EUR", "EUR", 1.0),
        ("users", "user", 1.0),
        ("Users", "user", 1.0),
        ("percent", "1", 0.01),
        ("%", "1", 0.01),
        ("EUR/1000000 tokens", "EUR/token", 1e-6),
        ("EUR per million tokens", "EUR/token", 1e-6),
        ("actions/user/month", "action/month/user", 1.0),
        ("tokens per action", "token/action", 1.0),
        ("GPU-hours", "GPU*hour", 1.0),
        ("EUR/GPU-hour", "EUR/GPU/hour", 1.0),
        ("minutes", "hour", 1 / 60),
        ("EUR/year", "EUR/month", 1 / 12),
        ("m^2", "m^2", 1.0),
        ("queries", "query", 1.0),
        ("boxes", "box", 1.0),
        ("EUR/EUR", "1", 1.0),
    ],
)
def test_a_unit_is_read_as_people_write_it(text, expected, scale):
    unit = parse_unit(text)

    assert str(unit) == expected
    assert unit.scale == pytest.approx(scale)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EUR/", "'EUR/' is not a unit: something is missing at the end."),
        ("/user", "'/user' is not a unit: something is missing before /."),
        ("€", "'€' is not a unit: '€' has no meaning here."),
        ("m^0", "'m^0' is not a unit: an exponent is a whole number from 1 to 9."),
        ("EUR/0 tokens", "'EUR/0 tokens' is not a unit: 0 is not a possible number of units."),
        ("a" * 101, "A unit has at most 100 characters."),
        ("a^9 a", "This unit has too high powers or too large numbers."),
    ],
)
def test_what_is_not_a_unit_is_refused_with_the_reason(text, message):
    with pytest.raises(UnitError) as caught:
        parse_unit(text)

    assert caught.value.message == message


@given(st.text(max_size=120))
def test_any_text_is_a_unit_or_refused(text):
    try:
        unit = parse_unit(text)
    except UnitError:
        return

    assert unit.scale > 0


@given(UNITS, UNITS)
def test_dividing_undoes_multiplying(first, second):
    assert (first * second) / second == first
    assert first / first == PLAIN
    assert first * second == second * first
