"""Formulas: what they mean, how every mistake is explained, and that no text can hurt."""

import ast
import math
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.calc.expressions import FUNCTIONS, MAX_LENGTH, ExpressionError, Function, parse, resolve
from core.calc.units import parse_unit

UNITS = {
    name: parse_unit(unit)
    for name, unit in {
        "users": "users",
        "share": "percent",
        "tokens": "tokens/user/month",
        "price": "EUR/1000000 tokens",
        "dollars": "USD",
        "euros": "EUR",
        "factor": "",
    }.items()
} | {"unstated": None}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("7 - 4 - 2", 1.0),
        ("8 / 4 / 2", 1.0),
        ("-2 ^ 2", -4.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("2 ** -1", 0.5),
        ("--3 - -1", 4.0),
        ("1e3 + .5 + 2.", 1002.5),
        ("6 × 2 ÷ 3 − 1", 3.0),  # noqa: RUF001 - the signs people paste from a text
        ("2 > 1", 1.0),
        ("2 <> 2", 0.0),
        ("1 + 1 = 2", 1.0),
        ("min(3, 1, 2) + max(3, 4)", 5.0),
        ("abs(-2) + sqrt(9) + exp(0) + ln(1)", 6.0),
        ("log(1000) + log(8, 2)", 6.0),
        ("clamp(12, 0, 10)", 10.0),
        ("round(2.5) + round(-2.5)", 0.0),
        ("round(1.005 * 100, 1)", 100.5),
        ("if(3 > 2, 10, 20)", 10.0),
        ("IF(0, 10, 20)", 20.0),
    ],
)
def test_a_formula_has_the_value_of_school_arithmetic(text, value):
    assert parse(text).evaluate({}) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "code", "position", "message"),
    [
        ("", "syntax", 0, "The formula is empty."),
        ("  ", "syntax", 0, "The formula is empty."),
        ("1 +", "syntax", 3, "Character 4: the formula ends where a number, a name or ( is expected."),
        ("1 2", "syntax", 2, "Character 3: 2 stands where an operator or the end is expected."),
        ("(1 + 2", "syntax", 0, "Character 1: this is opened by ( but never closed by )."),
        ("1)", "syntax", 1, "Character 2: ) stands where an operator or the end is expected."),
        ("min(1, 2", "syntax", 0, "Character 1: this is opened by ( but never closed by )."),
        ("5 %", "syntax", 2, "Character 3: '%' has no meaning in a formula: write 0.05 for 5%."),
        ("1 < 2 < 3", "syntax", 6, "Character 7: comparisons cannot be chained; use if(...)."),
        ("sqrt(1, 2)", "syntax", 0, "Character 1: sqrt takes 1 argument, not 2."),
        ("min()", "syntax", 0, "Character 1: min takes at least 1 argument, not 0."),
        ("log()", "syntax", 0, "Character 1: log takes 1 to 2 arguments, not 0."),
        ("mni(1)", "unknown_name", 0, "Character 1: there is no function mni; did you mean min?"),
        ("__import__('os')", "syntax", 11, 'Character 12: "\'" has no meaning in a formula.'),
        ("a.b", "syntax", 1, "Character 2: '.' has no meaning in a formula."),
        ("1e999", "overflow", 0, "Character 1: this number is too large to compute with."),
        ("9" * 1000, "overflow", 0, "Character 1: this number is too large to compute with."),
        ("1" * 100_000, "too_long", 2000, "A formula has at most 2,000 characters; this one has 100,000."),
        ("(" * 1000, "too_deep", 40, "Character 41: the formula is nested more than 40 deep."),
        ("2^" * 900 + "2", "too_deep", 81, "Character 82: the formula is nested more than 40 deep."),
    ],
)
def test_a_text_that_is_no_formula_is_refused_at_its_character(text, code, position, message):
    with pytest.raises(ExpressionError) as caught:
        parse(text)

    assert (caught.value.code, caught.value.position, caught.value.message) == (code, position, message)


@pytest.mark.parametrize(
    ("text", "code", "position", "message"),
    [
        ("1 / zero", "division_by_zero", 2, "Character 3: division by zero, because zero is 0 or too small."),
        ("1 / (two - 2)", "division_by_zero", 2, "Character 3: division by zero, because (two - 2) is 0 or too small."),
        ("zero / zero", "division_by_zero", 5, "Character 6: division by zero, because zero is 0 or too small."),
        ("if(1 / zero > 5, 1, 2)", "division_by_zero", 5, None),
        ("(1 / zero) ^ 0", "division_by_zero", 3, None),
        ("1 / (1 / zero)", "division_by_zero", 7, None),
        ("sqrt(-two)", "not_a_number", 0, "Character 1: sqrt needs a number that is not negative, but -two is."),
        ("ln(zero)", "not_a_number", 0, "Character 1: ln needs numbers above zero, and a base other than 1."),
        ("log(two, 1)", "not_a_number", 0, None),
        ("(-two) ^ 0.5", "not_a_number", 7, "Character 8: a negative number has no power that is not whole."),
        ("9 ^ 9 ^ 9 ^ 9", "overflow", 6, None),
        ("zero ^ -1", "overflow", 5, None),
        ("1 / exp(1000)", "overflow", 4, "Character 5: the result of exp is too large to compute with."),
        ("nan + 1", "not_a_number", 0, "nan is not a finite number."),
        ("three + 1", "unknown_name", 0, "Character 1: three is not known here."),
        ("zeroo + 1", "unknown_name", 0, "Character 1: zeroo is not known here; did you mean zero?"),
    ],
)
def test_a_formula_without_a_value_says_why(text, code, position, message):
    with pytest.raises(ExpressionError) as caught:
        parse(text).evaluate({"zero": 0.0, "two": 2.0, "nan": math.nan})

    assert (caught.value.code, caught.value.position) == (code, position)
    if message:
        assert caught.value.message == message


def test_what_an_if_does_not_choose_may_be_impossible():
    parsed = parse("if(users > 0, costs / users, 0)")

    assert parsed.evaluate({"users": 0.0, "costs": 5.0}) == 0.0
    assert parsed.evaluate({"users": np.array([0.0, 2.0]), "costs": 5.0}).tolist() == [0.0, 2.5]


def test_an_impossible_element_of_an_array_is_named():
    with pytest.raises(ExpressionError) as caught:
        parse("1 + a / b").evaluate({"a": np.ones((3, 1)), "b": np.array([1.0, 0.0, 2.0])})

    assert caught.value.index == (0, 1)
    assert caught.value.code == "division_by_zero"


def test_arrays_broadcast_to_their_common_shape():
    result = parse("a * b + 1").evaluate({"a": np.array([[1.0], [2.0]]), "b": np.array([1.0, 2.0, 3.0])})

    assert result.tolist() == [[2.0, 3.0, 4.0], [3.0, 5.0, 7.0]]


def test_a_caller_may_bring_functions_of_its_own():
    span = Function("norm", 1, 1, lambda values: (values - np.min(values)) / np.ptp(values))

    result = parse("norm(reach) * 10", functions={"norm": span}).evaluate({"reach": np.array([1.0, 2.0, 3.0])})

    assert result.tolist() == [0.0, 5.0, 10.0]
    assert "norm" not in FUNCTIONS


def test_a_population_without_spread_is_explained_at_the_callers_function():
    span = Function("norm", 1, 1, lambda values: (values - np.min(values)) / np.ptp(values))

    with pytest.raises(ExpressionError) as caught:
        parse("10 * norm(reach)", functions={"norm": span}).evaluate({"reach": np.array([2.0, 2.0])})

    assert caught.value.position == 5


def test_names_are_those_a_value_is_needed_for():
    assert parse("users * price + min(users, 3)").names == {"users", "price"}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("users * share * tokens * price", "EUR/month"),
        ("euros + 1", "EUR"),
        ("euros + 100 * factor", "EUR"),
        ("factor * factor", "1"),
        ("100 * factor", None),
        ("max(0, users - 100)", "user"),
        ("if(factor > 1, euros, 0)", "EUR"),
        ("sqrt(euros * euros)", "EUR"),
        ("euros ^ 2 / euros", "EUR"),
        ("euros / users", "EUR/user"),
        ("5 / users", "1/user"),
        ("share + 0.05", "1"),
        ("euros > 5", "1"),
        ("5", None),
        ("unstated * euros", None),
        ("unstated + euros", None),
    ],
)
def test_units_are_carried_through_a_formula(text, unit):
    result = parse(text).unit(UNITS)

    assert (None if result is None else str(result)) == unit


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("users + euros", 6, "Character 7: user and EUR do not go together in +."),
        ("euros - dollars", 6, "Character 7: EUR and USD do not go together in -."),
        ("users > euros", 6, "Character 7: user and EUR do not go together in >."),
        ("2 * min(users, euros)", 4, "Character 5: user and EUR do not go together in min."),
        ("ln(euros)", 0, "Character 1: ln needs a plain number, not EUR."),
        ("2 ^ euros", 2, "Character 3: an exponent needs a plain number, not EUR."),
        ("euros ^ factor", 6, "Character 7: EUR can only be raised to a whole number that is written out."),
        ("sqrt(euros)", 0, "Character 1: EUR has no square root."),
        ("if(euros, 1, 2)", 0, "Character 1: the condition of if needs a plain number, not EUR."),
        (
            "price + 1",
            6,
            "Character 7: the number in + has no unit; give it a name with a unit like the other's.",
        ),
    ],
)
def test_units_that_do_not_go_together_are_named(text, position, message):
    with pytest.raises(ExpressionError) as caught:
        parse(text).unit(UNITS)

    assert (caught.value.code, caught.value.position, caught.value.message) == ("unit_mismatch", position, message)


def test_formulas_are_put_in_the_order_they_need():
    formulas = {name: parse(text) for name, text in {"a": "b + c", "b": "c * 2", "c": "x", "d": "a + b"}.items()}

    assert resolve(formulas) == ("c", "b", "a", "d")


@pytest.mark.parametrize(
    ("formulas", "message"),
    [
        ({"a": "a + 1"}, "a is computed from itself: a → a."),
        ({"x": "a", "a": "b", "b": "c * 2", "c": "a"}, "a is computed from itself: a → b → c → a."),
    ],
)
def test_a_circle_of_formulas_is_named(formulas, message):
    with pytest.raises(ExpressionError) as caught:
        resolve({name: parse(text) for name, text in formulas.items()})

    assert (caught.value.code, caught.value.message) == ("cycle", message)


def test_a_chain_of_a_thousand_formulas_needs_no_recursion():
    formulas = {f"n{i}": parse(f"n{i + 1}") for i in range(1000)}

    assert resolve(formulas)[0] == "n999"


ALPHABET = st.text("0123456789.eE+-*/^()<>=!, abxminlogsqrt_%\u00d7'\"\n", max_size=300)


@settings(max_examples=300, deadline=None)
@given(st.one_of(ALPHABET, st.text(max_size=200)))
@example("a ^ 1e308")
@example("-" * MAX_LENGTH)
@example("(" * MAX_LENGTH)
@example("1+" * (MAX_LENGTH // 2))
@example("min(" * 500)
@example("a" * MAX_LENGTH)
@example("2^" * 1000)
def test_any_text_is_a_formula_or_explained_within_a_second(text):
    started = time.process_time()

    try:
        parsed = parse(text)
        parsed.unit(dict.fromkeys(parsed.names, parse_unit("EUR")))
        result = parsed.evaluate(dict.fromkeys(parsed.names, 1.5))
    except ExpressionError:
        result = 0.0
    assert math.isfinite(result)
    assert time.process_time() - started < 1.0


NUMBERS = st.integers(0, 20).map(str)


def _joined(children):
    binary = st.tuples(children, st.sampled_from("+-*/"), children).map(lambda parts: f"({' '.join(parts)})")
    return binary | children.map(lambda text: f"-{text}")


@settings(deadline=None)
@given(st.recursive(NUMBERS, _joined, max_leaves=12))
def test_arithmetic_agrees_with_the_interpreters_own(text):
    try:
        # The text holds nothing but numbers, signs and parentheses: it was built above.
        expected = eval(compile(ast.parse(text, mode="eval"), "formula", "eval"))
    except ZeroDivisionError:
        with pytest.raises(ExpressionError) as caught:
            parse(text).evaluate({})
        assert caught.value.code == "division_by_zero"
    else:
        assert parse(text).evaluate({}) == pytest.approx(expected)
