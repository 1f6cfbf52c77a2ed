"""The readout's rules, without a database."""

import json
from dataclasses import asdict, replace

import pytest

from experiments import enums
from experiments.calc import readout
from experiments.calc.readout import Aggregate, ArmPlan, ExperimentPlan, MetricPlan, compute_readout

CONTROL = ArmPlan("control", "Control", is_control=True, allocation=0.5)
TREATMENT = ArmPlan("treatment", "Treatment", is_control=False, allocation=0.5)
CLICKS = MetricPlan("clicks", "Click rate", "primary", is_proportion=True, higher_is_better=True)
LATENCY = MetricPlan("latency", "Latency", "guardrail", is_proportion=False, higher_is_better=False, margin=0.05)
PLAN = ExperimentPlan((CONTROL, TREATMENT), (CLICKS, LATENCY), alpha=0.05, planned_units=None, is_stopped=True)


def mean_aggregate(units: int, mean: float, deviation: float) -> Aggregate:
    return Aggregate(units, total=units * mean, sum_of_squares=(units - 1) * deviation**2 + units * mean**2)


def figures(*, clicks=(1000, 1200), latency=(200.0, 200.0), units=10_000) -> dict:
    return {
        ("control", "clicks"): Aggregate(units, conversions=clicks[0]),
        ("treatment", "clicks"): Aggregate(units, conversions=clicks[1]),
        ("control", "latency"): mean_aggregate(units, latency[0], 40.0),
        ("treatment", "latency"): mean_aggregate(units, latency[1], 40.0),
    }


@pytest.mark.parametrize(
    ("changes", "data", "expected", "reasons"),
    [
        (
            {},
            figures(),
            "ship",
            [
                "Treatment: Click rate is significantly better than control,"
                " and every guardrail stays within its margin."
            ],
        ),
        ({}, figures(clicks=(1200, 1000)), "stop", ["Treatment: Click rate is significantly worse than control."]),
        (
            {},
            figures(clicks=(1000, 1001)),
            "inconclusive",
            ["Treatment: Click rate shows no significant difference from control."],
        ),
        ({}, figures(latency=(200.0, 230.0)), "stop", ["Treatment: Latency is worse than its margin allows."]),
        (
            {"is_stopped": False},
            figures(),
            "continue",
            ["No sample size was planned, so the primary metric is judged when the experiment is stopped."],
        ),
        (
            {"is_stopped": False, "planned_units": 20_000},
            figures(),
            "continue",
            ["The primary metric is judged when every variant has 20,000 units."],
        ),
        (
            {"is_stopped": False, "planned_units": 10_000},
            figures(),
            "ship",
            [
                "Treatment: Click rate is significantly better than control,"
                " and every guardrail stays within its margin."
            ],
        ),
        (
            {"is_stopped": False, "planned_units": 10_000},
            figures(clicks=(1000, 1001)),
            "inconclusive",
            ["Treatment: Click rate shows no significant difference from control."],
        ),
        (
            {"is_stopped": False},
            figures(latency=(200.0, 230.0)),
            "stop",
            ["Treatment: Latency is worse than its margin allows."],
        ),
        (
            {},
            {key: value for key, value in figures().items() if key[1] == "clicks"},
            "inconclusive",
            [
                "Treatment: Click rate is significantly better than control.",
                "Treatment: Latency is not yet shown to stay within its margin.",
            ],
        ),
    ],
)
def test_recommendation_follows_from_the_figures(changes, data, expected, reasons):
    result = compute_readout(replace(PLAN, **changes), data)

    assert result.recommendation == expected
    assert list(result.reasons) == reasons


def test_readout_without_data_knows_nothing():
    result = compute_readout(replace(PLAN, is_stopped=False), {})

    assert result.recommendation == "continue"
    assert [(arm.units, arm.value) for arm in result.metrics[0].arms] == [(None, None), (None, None)]
    assert result.metrics[0].comparisons[0] == readout.Comparison("treatment", readout.Verdict.UNKNOWN)
    assert result.sample_ratio.p_value is None


def test_readout_treats_an_arm_without_units_as_unknown():
    data = {**figures(), ("treatment", "clicks"): Aggregate(0, conversions=0)}

    arm = compute_readout(PLAN, data).metrics[0].arms[1]

    assert (arm.units, arm.value) == (0, None)


def test_readout_is_inconclusive_when_the_split_is_off():
    data = {**figures(), ("treatment", "clicks"): Aggregate(9_000, conversions=1_500)}

    result = compute_readout(PLAN, data)

    assert result.sample_ratio.is_mismatch
    assert result.recommendation == "inconclusive"
    assert result.reasons == (
        "The split between the variants is not the planned one, so no figure below can be trusted.",
    )


def test_readout_counts_a_fall_as_better_where_lower_is_better():
    plan = replace(PLAN, metrics=(replace(CLICKS, higher_is_better=False), LATENCY))

    result = compute_readout(plan, figures(clicks=(1200, 1000)))

    assert result.metrics[0].comparisons[0].verdict == "better"


def test_readout_adjusts_the_primary_metric_for_the_number_of_treatments():
    second = ArmPlan("second", "Second", is_control=False, allocation=0.5)
    data = figures(clicks=(1000, 1085))
    data |= {
        ("second", "clicks"): Aggregate(10_000, conversions=1000),
        ("second", "latency"): data["control", "latency"],
    }

    alone = compute_readout(PLAN, figures(clicks=(1000, 1085))).metrics[0].comparisons[0]
    both = compute_readout(replace(PLAN, arms=(CONTROL, TREATMENT, second)), data).metrics[0].comparisons[0]

    assert alone.verdict == "better"
    assert both.verdict == "undecided"
    assert both.adjusted_p_value == pytest.approx(2 * alone.significance.p_value)


def test_readout_ships_one_good_treatment_beside_a_bad_one():
    second = ArmPlan("second", "Second", is_control=False, allocation=0.5)
    data = figures() | {
        ("second", "clicks"): Aggregate(10_000, conversions=700),
        ("second", "latency"): mean_aggregate(10_000, 200.0, 40.0),
    }

    result = compute_readout(replace(PLAN, arms=(CONTROL, TREATMENT, second)), data)

    assert result.recommendation == "ship"
    assert result.reasons[1] == "Second: Click rate is significantly worse than control."


def test_readout_holds_only_what_json_can_hold():
    text = json.dumps(asdict(compute_readout(PLAN, figures())), allow_nan=False)

    assert json.loads(text)["recommendation"] == "ship"


def test_recommendations_of_engine_and_model_are_the_same_words():
    assert [word.value for word in readout.Recommendation] == enums.Recommendation.values
    assert list(readout.Role.__args__) == enums.MetricRole.values
