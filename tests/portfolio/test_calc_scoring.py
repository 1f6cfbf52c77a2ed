"""Scores by framework, and every way in which there is none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calc.errors import CalculationError
from core.calc.expressions import parse
from portfolio.calc.normalisation import normalised
from portfolio.calc.scoring import MAX_FACTORS, Factor, Method, method_of, population_of, weighted_method

RICE = method_of("rice")
FULL = {"reach": 1000.0, "impact": 2.0, "confidence": 0.8, "effort": 5.0}


def score(method, row):
    return population_of(method, [row]).scores[0]


def test_rice_is_reach_times_impact_times_confidence_by_effort():
    assert score(RICE, FULL).value == 320.0


def test_ml_rice_is_rice_times_readiness_and_feasibility_by_one_plus_the_penalty():
    row = {**FULL, "data_readiness": 0.5, "feasibility": 0.5, "risk_penalty": 0.25}

    assert score(method_of("ml_rice"), row).value == pytest.approx(320 * 0.25 / 1.25)


def test_ml_wsjf_is_cost_of_delay_times_evaluation_confidence_by_job_size():
    row = {"user_business_value": 8, "time_criticality": 5, "risk_reduction_opportunity": 3, "job_size": 4}

    assert score(method_of("ml_wsjf"), {**row, "evaluation_confidence": 0.25}).value == 1.0


def test_weights_are_exponents_where_factors_are_multiplied():
    method = method_of("rice", weights={"impact": 2.0, "effort": 0.5})

    assert score(method, {**FULL, "effort": 4.0}).value == pytest.approx(1000 * 4 * 0.8 / 2)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"effort": 0.0}, "effort is zero"),
        ({"effort": -1.0}, "effort is below zero"),
        ({"effort": None}, "effort has no rating"),
        ({"effort": None, "reach": None}, "reach and effort have no rating"),
        ({"reach": None, "impact": None, "effort": None}, "reach, impact and effort have no rating"),
        ({"reach": 1e300, "impact": 1e300}, "the result is too large to be a number"),
    ],
)
def test_a_row_that_is_not_scoreable_says_why(changes, reason):
    result = score(RICE, {**FULL, **changes})

    assert (result.value, result.reason) == (None, reason)


def test_one_row_without_a_score_leaves_the_others_theirs():
    result = population_of(RICE, [FULL, {**FULL, "effort": 0.0}, FULL]).scores

    assert [row.value for row in result] == [320.0, None, 320.0]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "5", True, 10**400])
def test_a_value_that_is_no_finite_number_is_refused(value):
    with pytest.raises(CalculationError):
        population_of(RICE, [{**FULL, "reach": value}])


def test_a_missing_optional_addend_is_left_out_and_the_others_count_for_the_whole_weight():
    method = Method(
        (Factor("value", "addend", weight=3), Factor("fit", "addend", weight=1, is_required=False)),
    )

    assert score(method, {"value": 2, "fit": 10}).value == 16
    assert score(method, {"value": 2}).value == 8


def test_only_optional_addends_and_none_rated_is_not_scoreable():
    method = Method((Factor("value", "addend", is_required=False), Factor("fit", "addend", is_required=False)))

    assert score(method, {}).reason == "value and fit have no rating"


def test_an_own_formula_knows_factors_and_their_weights():
    method = Method(
        (Factor("value", "variable", weight=2), Factor("cost", "variable")), parse("weight_value * value / cost ^ 2")
    )

    assert score(method, {"value": 9, "cost": 3}).value == 2.0


def test_an_own_formula_that_divides_by_zero_says_so_for_that_row_only():
    method = Method((Factor("value", "variable"), Factor("cost", "variable")), parse("value / cost"))

    fine, zero, missing = population_of(
        method, [{"value": 1, "cost": 2}, {"value": 1, "cost": 0}, {"value": 1, "cost": None}]
    ).scores

    assert fine.value == 0.5
    assert zero.value is None
    assert zero.reason.startswith("the formula has no answer: ")
    assert missing.reason == "cost has no rating"


def test_an_own_formula_with_an_unknown_name_is_refused():
    with pytest.raises(CalculationError) as refused:
        Method((Factor("value", "variable"),), parse("value * luck"))

    assert refused.value.code == "unknown_name"


def test_a_method_needs_factors_with_keys_of_their_own():
    for factors in [(), (Factor("a", "addend"), Factor("a", "addend"))]:
        with pytest.raises(CalculationError):
            Method(factors)
    with pytest.raises(CalculationError):
        Method(tuple(Factor(f"f{number}", "addend") for number in range(MAX_FACTORS + 1)))
    with pytest.raises(CalculationError):
        method_of("custom")


@pytest.mark.parametrize(
    ("method", "expected", "turned"),
    [
        ("none", [1.0, None, 3.0, 3.0, 9.0], [-1.0, None, -3.0, -3.0, -9.0]),
        ("min_max", [0.0, None, 0.25, 0.25, 1.0], [1.0, None, 0.75, 0.75, 0.0]),
        ("rank", [0.0, None, 0.5, 0.5, 1.0], [1.0, None, 0.5, 0.5, 0.0]),
        ("z", [-1.0, None, -1 / 3, -1 / 3, 5 / 3], [1.0, None, 1 / 3, 1 / 3, -5 / 3]),
    ],
)
def test_values_are_normalised_over_the_population_and_turned_when_lower_is_better(method, expected, turned):
    values = [1.0, None, 3.0, 3.0, 9.0]

    assert normalised(values, method) == pytest.approx(expected, nan_ok=False)
    assert normalised(values, method, is_lower_better=True) == pytest.approx(turned)


@pytest.mark.parametrize(("method", "expected"), [("min_max", 0.5), ("rank", 0.5), ("z", 0.0)])
def test_equal_values_are_told_apart_by_nothing(method, expected):
    assert normalised([0.1, 0.1, 0.1], method) == [expected] * 3


def test_an_unknown_way_to_normalise_is_refused():
    with pytest.raises(CalculationError):
        normalised([1.0], "log")


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(-1e6, 1e6), min_size=1), st.data())
def test_a_weighted_sum_is_the_sum_of_weight_times_value(weights, data):
    row = {key: data.draw(st.floats(-1e6, 1e6)) for key in weights}

    expected = math.fsum(weights[key] * row[key] for key in weights)

    assert score(weighted_method(weights), row).value == pytest.approx(expected, rel=1e-9, abs=1e-3)
