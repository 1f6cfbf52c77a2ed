"""Two-arm tests against SciPy, published figures and simulated experiments."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.calc.errors import CalculationError
from experiments.calc.frequentist import (
    NonInferiorityStatus,
    check_non_inferiority,
    two_proportion_z_test,
    welch_t_test,
)
from experiments.calc.significance import NotComputable
from experiments.calc.summaries import (
    mean_summary,
    mean_summary_from_sums,
    proportion_summary,
    ratio_summary,
)

UNITS = st.integers(2, 10_000)
MEANS = st.floats(-1e3, 1e3)
VARIANCES = st.floats(1e-3, 1e4)
CONTROL = mean_summary_from_sums(3407, 1396.87, 52377.9767)
TREATMENT = mean_summary_from_sums(3461, 2422.7, 134698.29)


@given(UNITS, MEANS, VARIANCES, UNITS, MEANS, VARIANCES, st.sampled_from(["two-sided", "greater", "less"]))
def test_welch_t_test_agrees_with_scipy(n1, mean1, var1, n2, mean2, var2, alternative):
    oracle = stats.ttest_ind_from_stats(
        mean2, math.sqrt(var2), n2, mean1, math.sqrt(var1), n1, equal_var=False, alternative=alternative
    )

    result = welch_t_test(mean_summary(n1, mean1, var1), mean_summary(n2, mean2, var2), alternative=alternative)

    assert result.p_value == pytest.approx(oracle.pvalue, rel=1e-6, abs=1e-12)
    assert result.is_significant == (result.p_value < 0.05)
    # The interval excludes zero exactly when the test rejects.
    inside = (result.ci_low is None or result.ci_low <= 0) and (result.ci_high is None or result.ci_high >= 0)
    assert inside == (not result.is_significant) or result.p_value == pytest.approx(0.05, abs=1e-9)


def test_welch_t_test_matches_the_published_relative_lift():
    result = welch_t_test(CONTROL, TREATMENT)

    assert result.relative_lift == pytest.approx(0.7073170731707317)
    assert result.relative_ci_low == pytest.approx(-0.03526008906611777)
    assert result.relative_ci_high == pytest.approx(1.449894235407581)
    assert result.relative_p_value == pytest.approx(0.06191182745618362)
    assert (result.ci_low, result.ci_high) == pytest.approx((0.04537789255929012, 0.5346221074407098))
    assert result.degrees_of_freedom == pytest.approx(5841.742032093565)
    assert result.is_significant


def test_relative_lift_has_the_sign_of_the_absolute_one_when_the_baseline_is_negative():
    result = welch_t_test(mean_summary(1000, -10.0, 4.0), mean_summary(1000, -5.0, 4.0))

    assert (result.lift, result.relative_lift) == (5.0, 0.5)
    assert result.relative_ci_low > 0


@pytest.mark.parametrize(
    ("control", "treatment", "reason"),
    [
        (mean_summary(1, 5.0, 1.0), mean_summary(50, 6.0, 1.0), NotComputable.TOO_FEW_UNITS),
        (mean_summary(50, 5.0, 0.0), mean_summary(50, 6.0, 1.0), NotComputable.NO_VARIANCE),
        (mean_summary_from_sums(2, 1396.87, 52377.9767), TREATMENT, NotComputable.NO_VARIANCE),
        (proportion_summary(10, 0), proportion_summary(10, 0), NotComputable.NO_VARIANCE),
    ],
)
def test_welch_t_test_says_why_it_cannot_be_computed(control, treatment, reason):
    result = welch_t_test(control, treatment)

    assert result.reason is reason
    assert (result.p_value, result.ci_low, result.ci_high, result.relative_p_value) == (None, None, None, None)
    assert result.lift == treatment.mean - control.mean
    assert not result.is_significant


def test_welch_t_test_without_baseline_has_no_relative_lift():
    result = welch_t_test(mean_summary(50, 0.0, 1.0), mean_summary(50, 1.0, 1.0))

    assert (result.relative_lift, result.relative_ci_low, result.relative_p_value) == (None, None, None)
    assert result.p_value is not None
    assert result.reason is None


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_two_proportion_z_test_is_the_root_of_chi_square(units_control, units_treatment, data):
    hits_control = data.draw(st.integers(0, units_control))
    hits_treatment = data.draw(st.integers(0, units_treatment))
    table = [
        [hits_control, units_control - hits_control],
        [hits_treatment, units_treatment - hits_treatment],
    ]

    result = two_proportion_z_test((hits_control, units_control), (hits_treatment, units_treatment))

    if result.reason is None:
        oracle = stats.chi2_contingency(table, correction=False)
        assert result.p_value == pytest.approx(oracle.pvalue, rel=1e-7, abs=1e-12)
    else:
        assert {hits_control / units_control, hits_treatment / units_treatment} <= {0.0, 1.0}


def test_a_baseline_next_to_zero_gives_no_relative_lift_instead_of_infinity():
    result = welch_t_test(mean_summary(50, 1e-308, 1.0), mean_summary(50, 1e10, 1.0))

    assert (result.relative_lift, result.relative_standard_error, result.relative_ci_high) == (None, None, None)
    assert result.p_value is not None


def test_two_proportion_z_test_without_conversions_in_treatment_has_no_relative_interval():
    result = two_proportion_z_test((10, 100), (0, 100))

    assert result.relative_lift == -1.0
    assert (result.relative_ci_low, result.relative_ci_high, result.relative_p_value) == (None, None, None)
    assert result.p_value == pytest.approx(stats.chi2_contingency([[10, 90], [0, 100]], correction=False).pvalue)
    assert result.ci_low < result.ci_high < 0


def test_two_proportion_z_test_has_the_wald_interval():
    result = two_proportion_z_test((1, 34), (7, 34))

    assert (result.ci_low, result.ci_high) == pytest.approx((0.02916942, 0.32377176), abs=6e-7)
    assert result.degrees_of_freedom is None


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_one_sided_tests_leave_one_end_open(alternative):
    result = welch_t_test(CONTROL, TREATMENT, alternative=alternative)

    assert (result.ci_low is None) == (alternative == "less")
    assert (result.ci_high is None) == (alternative == "greater")
    assert result.p_value == pytest.approx(0.010079, abs=1e-5) or alternative == "less"


@pytest.mark.parametrize(
    ("lift", "higher_is_better", "status"),
    [
        (0.00, True, NonInferiorityStatus.NON_INFERIOR),
        (0.05, True, NonInferiorityStatus.NON_INFERIOR),
        (-0.05, True, NonInferiorityStatus.INFERIOR),
        (-0.019, True, NonInferiorityStatus.UNDETERMINED),
        (0.05, False, NonInferiorityStatus.INFERIOR),
        (-0.05, False, NonInferiorityStatus.NON_INFERIOR),
    ],
)
def test_guardrail_is_judged_against_its_margin(lift, higher_is_better, status):
    control, treatment = mean_summary(10_000, 100.0, 900.0), mean_summary(10_000, 100.0 * (1 + lift), 900.0)

    result = check_non_inferiority(control, treatment, margin=0.02, higher_is_better=higher_is_better)

    assert result.status is status
    assert (result.p_value < 0.05) == (status is NonInferiorityStatus.NON_INFERIOR)
    assert result.lower_bound < result.benefit < result.upper_bound


def test_guardrail_with_a_margin_in_the_unit_of_the_metric_agrees_with_a_shifted_t_test():
    control, treatment = mean_summary(400, 100.0, 90.0), mean_summary(300, 99.5, 80.0)
    shifted = mean_summary(400, 99.0, 90.0)
    oracle = welch_t_test(shifted, treatment, alternative="greater")

    result = check_non_inferiority(control, treatment, margin=1.0, higher_is_better=True, is_relative=False)

    assert result.p_value == pytest.approx(oracle.p_value)


def test_guardrail_says_why_it_cannot_be_computed():
    without_baseline = check_non_inferiority(
        mean_summary(50, 0.0, 1.0), mean_summary(50, 1.0, 1.0), margin=0.1, higher_is_better=True
    )
    without_variance = check_non_inferiority(
        proportion_summary(10, 0), proportion_summary(10, 0), margin=0.1, higher_is_better=True
    )

    assert without_baseline.status is without_variance.status is NonInferiorityStatus.NOT_COMPUTABLE
    assert without_baseline.reason is NotComputable.NO_BASELINE
    assert without_variance.reason is NotComputable.NO_VARIANCE


def test_ratio_summary_agrees_with_the_variance_of_linearised_units():
    rng = np.random.default_rng(20261122)
    orders = rng.integers(1, 6, 500).astype(float)
    revenue = orders * rng.normal(20, 4, 500)
    linearised = (revenue - revenue.sum() / orders.sum() * orders) / orders.mean()

    summary = ratio_summary(
        500,
        numerator=(revenue.sum(), (revenue**2).sum()),
        denominator=(orders.sum(), (orders**2).sum()),
        sum_of_products=(revenue * orders).sum(),
    )

    assert summary.mean == pytest.approx(revenue.sum() / orders.sum())
    assert summary.variance == pytest.approx(linearised.var(ddof=1))


def test_mean_summary_from_sums_agrees_with_numpy():
    values = np.random.default_rng(3).normal(5, 2, 100)

    summary = mean_summary_from_sums(100, values.sum(), (values**2).sum())

    assert (summary.mean, summary.variance) == pytest.approx((values.mean(), values.var(ddof=1)))


def test_tests_of_equal_arms_raise_false_alarms_as_often_as_promised():
    rng = np.random.default_rng(41)
    hits = rng.binomial(1000, 0.1, (2000, 2))

    alarms = sum(two_proportion_z_test((int(a), 1000), (int(b), 1000)).is_significant for a, b in hits)

    assert 0.04 <= alarms / 2000 <= 0.06 + 3 * math.sqrt(0.05 * 0.95 / 2000)


@pytest.mark.parametrize(
    "call",
    [
        lambda: welch_t_test(CONTROL, TREATMENT, alpha=0.0),
        lambda: welch_t_test(CONTROL, TREATMENT, alternative="both"),
        lambda: two_proportion_z_test((11, 10), (1, 10)),
        lambda: two_proportion_z_test((-1, 10), (1, 10)),
        lambda: check_non_inferiority(CONTROL, TREATMENT, margin=-0.1, higher_is_better=True),
        lambda: mean_summary(0, 1.0, 1.0),
        lambda: mean_summary(2, math.nan, 1.0),
        lambda: proportion_summary(1.5, 1),
        lambda: ratio_summary(2, numerator=(1, 1), denominator=(0, 1), sum_of_products=1),
    ],
)
def test_comparisons_refuse_input_without_meaning(call):
    with pytest.raises(CalculationError):
        call()
