"""Sample ratio, sample size, intervals and adjusted p-values against SciPy and published figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.calc.errors import CalculationError
from experiments.calc.multiple_comparisons import (
    benjamini_hochberg_adjusted,
    holm_adjusted,
    interval_from_adjusted_p,
)
from experiments.calc.power import (
    false_positive_risk,
    minimum_detectable_lift,
    power_for_effect_size,
    power_for_proportions,
    power_for_relative_lift,
    required_sample_size_for_means,
    required_sample_size_for_proportions,
    rule_of_thumb_sample_size,
)
from experiments.calc.proportions import (
    agresti_caffo_difference_interval,
    clopper_pearson_interval,
    newcombe_difference_interval,
    proportions_chi_square,
    wilson_interval,
)
from experiments.calc.sample_ratio import sample_ratio_mismatch, sequential_sample_ratio_p_values

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=10)


@given(st.lists(st.tuples(st.integers(1, 5000), st.floats(0.1, 1.0)), min_size=2, max_size=5))
def test_sample_ratio_agrees_with_scipy(arms):
    observed, weights = zip(*arms, strict=True)
    expected = [sum(observed) * weight / sum(weights) for weight in weights]
    oracle = stats.chisquare(observed, expected)

    result = sample_ratio_mismatch(observed, weights)

    assert result.p_value == pytest.approx(oracle.pvalue, rel=1e-9, abs=1e-300)
    assert result.expected == pytest.approx(tuple(expected))
    assert result.is_mismatch == (result.p_value < 0.001)


def test_sample_ratio_matches_the_textbook_example():
    result = sample_ratio_mismatch([821588, 815482], [0.5, 0.5])

    assert result.p_value == pytest.approx(1.8217928726191858e-06)
    assert result.is_mismatch


def test_sample_ratio_leaves_out_arms_without_weight():
    result = sample_ratio_mismatch([1000, 1200, 900], [0.5, 0.5, 0])

    assert (result.p_value, result.degrees_of_freedom) == (pytest.approx(2.007865612426481e-05), 1)
    assert result.expected == (1100.0, 1100.0, 0.0)


@pytest.mark.parametrize(
    ("observed", "weights"), [([1000], [1]), ([1000, 900], [1, 0]), ([0, 0], [1, 1]), ([5, 5], [0, 0])]
)
def test_sample_ratio_has_no_p_value_when_nothing_can_be_compared(observed, weights):
    result = sample_ratio_mismatch(observed, weights)

    assert (result.statistic, result.p_value, result.is_mismatch) == (None, None, False)


def test_sequential_sample_ratio_matches_the_published_example_and_never_rises():
    batches = [(340, 330, 330), (352, 300, 348), (339, 310, 351)]

    p_values = sequential_sample_ratio_p_values([*batches, (333, 333, 334)], [0.34, 0.33, 0.33])

    assert p_values[:3] == pytest.approx((1.0, 1.0, 0.8020031790049034))
    assert p_values[3] <= p_values[2]


@pytest.mark.parametrize(
    "call",
    [
        lambda: sample_ratio_mismatch([1, 2], [1]),
        lambda: sample_ratio_mismatch([], []),
        lambda: sample_ratio_mismatch([1, -2], [1, 1]),
        lambda: sample_ratio_mismatch([1, 2], [1, -1]),
        lambda: sequential_sample_ratio_p_values([[1, 2]], [1, 0]),
        lambda: required_sample_size_for_proportions(0.5, 0.6),
        lambda: required_sample_size_for_proportions(0.5, 0.0),
        lambda: required_sample_size_for_proportions(0.5, 0.1, null_variance="other"),
        lambda: required_sample_size_for_means(-1, 1),
        lambda: power_for_relative_lift(0.0, 1.0, 0.1, 100),
        lambda: minimum_detectable_lift(1.0, 1.0, 100, power=1.0),
        lambda: false_positive_risk(1.0),
        lambda: holm_adjusted([]),
        lambda: benjamini_hochberg_adjusted([1.1]),
        lambda: wilson_interval(3, 2),
        lambda: clopper_pearson_interval(3, 2),
        lambda: proportions_chi_square([1], [1, 2]),
    ],
)
def test_planning_refuses_input_without_meaning(call):
    with pytest.raises(CalculationError):
        call()


@pytest.mark.parametrize(
    ("got", "expected", "relative"),
    [
        (lambda: required_sample_size_for_proportions(0.75, -0.25, power=0.9), 76.70692, 1e-6),
        (
            lambda: required_sample_size_for_proportions(0.05, 0.01, null_variance="baseline"),
            7663.00027166803,
            1e-9,
        ),
        (lambda: power_for_proportions(0.015, -0.014, 550), 0.74156, 2e-6),
        (lambda: 2 * required_sample_size_for_means(100, 0.3, power=0.85), 39905.86745661615, 0.005),
        (lambda: rule_of_thumb_sample_size(0.0475, 0.0025), 121600, 1e-12),
        (lambda: power_for_effect_size(0.2, 200), 0.5160052739761747, 1e-9),
        (lambda: power_for_relative_lift(10, 3909.9997749994377, 0.05, 400000 / 3), 0.5214409191602972, 1e-9),
        (lambda: minimum_detectable_lift(10, 3909.9997749994377, 400000 / 3), 0.07027249875172074, 1e-9),
        (lambda: false_positive_risk(0.1), 0.2195121951219512, 1e-12),
    ],
)
def test_power_and_sample_size_match_published_figures(got, expected, relative):
    assert got() == pytest.approx(expected, rel=relative)


@given(st.floats(0.02, 0.9), st.floats(0.005, 0.09), st.sampled_from(["pooled", "baseline"]))
def test_required_sample_size_reaches_the_wanted_power(baseline, difference, null_variance):
    units = required_sample_size_for_proportions(baseline, difference, null_variance=null_variance)

    # A little above: power also counts significance in the wrong direction, the sample size does not.
    power = power_for_proportions(baseline, difference, units, null_variance=null_variance)
    assert 0.8 - 1e-9 <= power <= 0.802


@given(st.floats(0.5, 100), st.floats(0.5, 100), st.integers(1000, 1_000_000))
def test_minimum_detectable_lift_is_found_with_the_wanted_power(mean, variance, units):
    lift = minimum_detectable_lift(mean, variance, units)

    if lift is None:
        assert units <= 2 * (1.959964 + 0.841621) ** 2 * variance / mean**2
    else:
        assert power_for_relative_lift(mean, variance, lift, units) == pytest.approx(0.8, abs=1e-4)


def test_minimum_detectable_lift_is_none_when_there_are_too_few_units():
    assert minimum_detectable_lift(1.0, 100.0, 50) is None


@given(P_VALUES)
def test_benjamini_hochberg_agrees_with_scipy(p_values):
    oracle = stats.false_discovery_control(p_values, method="bh")

    assert benjamini_hochberg_adjusted(p_values) == pytest.approx(tuple(oracle), rel=1e-9, abs=1e-300)


def test_holm_matches_the_published_example():
    adjusted = holm_adjusted([0.01, 0.04, 0.03, 0.005, 0.55, 0.6])

    assert adjusted == pytest.approx((0.05, 0.12, 0.12, 0.03, 1.0, 1.0))


def test_interval_from_adjusted_p_touches_zero_when_p_equals_alpha():
    assert interval_from_adjusted_p(0.1, 0.05) == pytest.approx((0.0, 0.2), abs=1e-12)
    assert interval_from_adjusted_p(-0.1, 0.05) == pytest.approx((-0.2, 0.0), abs=1e-12)
    assert interval_from_adjusted_p(0.1, 1.0) is None


@given(st.integers(1, 300), st.data())
def test_intervals_of_a_rate_agree_with_scipy(trials, data):
    successes = data.draw(st.integers(0, trials))
    oracle = stats.binomtest(successes, trials)

    for interval, method in ((wilson_interval, "wilson"), (clopper_pearson_interval, "exact")):
        expected = oracle.proportion_ci(method=method)
        assert interval(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_intervals_of_a_difference_match_published_figures():
    assert newcombe_difference_interval((1, 34), (7, 34)) == pytest.approx((0.019, 0.34), abs=0.005)
    assert newcombe_difference_interval((48, 80), (56, 70)) == pytest.approx((0.05243147, 0.33387265), abs=1e-8)
    low, high = agresti_caffo_difference_interval((0, 20), (0, 20))
    assert low == pytest.approx(-high)
    assert high > 0


@pytest.mark.parametrize("has_continuity_correction", [True, False])
def test_chi_square_of_two_arms_agrees_with_scipy(has_continuity_correction):
    table = [[8502, 44700 - 8502], [8279, 45489 - 8279]]
    oracle = stats.chi2_contingency(table, correction=has_continuity_correction)

    result = proportions_chi_square([8502, 8279], [44700, 45489], has_continuity_correction=has_continuity_correction)

    assert (result.statistic, result.p_value) == pytest.approx((oracle.statistic, oracle.pvalue))


def test_chi_square_of_several_arms_matches_r():
    result = proportions_chi_square([73, 90, 114, 75], [86, 93, 136, 82])

    assert (result.statistic, result.degrees_of_freedom) == (pytest.approx(11.11938768628861), 3)
    assert result.p_value == pytest.approx(0.011097511366581344)


@pytest.mark.parametrize(("successes", "trials"), [([3], [10]), ([0, 0], [10, 10]), ([10, 10], [10, 10])])
def test_chi_square_is_none_when_nothing_can_be_compared(successes, trials):
    assert proportions_chi_square(successes, trials) is None
