"""Cases on A/B tests: comparisons, intervals, sample ratio, sample size, several comparisons at once."""

from typing import Any

from experiments.calc import frequentist, multiple_comparisons, power, proportions, sample_ratio
from experiments.calc.significance import NotComputable, SignificanceResult, relative_variance
from experiments.calc.summaries import SampleSummary, mean_summary_from_sums, proportion_summary, ratio_summary
from tests.published_cases.cases import Case
from tests.published_cases.registry import UnservedCaseError, pick, serves

_ALTERNATIVES = {"two": "two-sided", "greater": "greater", "less": "less"}


@serves("category", "frequentist_fixed")
def fixed_horizon_test(case: Case) -> dict[str, Any]:
    inputs = case.inputs
    alternative = _ALTERNATIVES[inputs.get("sided", "two")]
    result = frequentist.welch_t_test(
        _summary(inputs["control"]), _summary(inputs["treatment"]), alpha=inputs["alpha"], alternative=alternative
    )
    if result.reason is NotComputable.NO_VARIANCE:
        # The sources write "not computable" as an estimate of 0 with p = 1 and an error; here both are None.
        return {"error": "ZERO_NEGATIVE_VARIANCE", "estimate": 0.0, "p_value": 1.0}
    is_relative = inputs["difference_type"] == "relative"
    return _figures(result, is_relative=is_relative, alternative=alternative)


def _figures(result: SignificanceResult, *, is_relative: bool, alternative: str) -> dict[str, Any]:
    prefix = "relative_" if is_relative else ""
    low, high = (getattr(result, f"{prefix}{end}") for end in ("ci_low", "ci_high"))
    return {
        "estimate": result.relative_lift if is_relative else result.lift,
        "standard_error": getattr(result, f"{prefix}standard_error"),
        "ci_lower": "-inf" if alternative == "less" else low,
        "ci_upper": "inf" if alternative == "greater" else high,
        "p_value": getattr(result, f"{prefix}p_value"),
        "df": result.degrees_of_freedom,
        "error": result.reason,
    }


def _summary(arm: dict[str, Any]) -> SampleSummary:
    if arm["type"] == "proportion":
        return proportion_summary(arm["n"], arm["sum"])
    if arm["type"] == "mean":
        return mean_summary_from_sums(arm["n"], arm["sum"], arm["sum_squares"])
    if arm["type"] == "ratio":
        top, bottom = ((arm[part]["sum"], arm[part]["sum_squares"]) for part in ("numerator", "denominator"))
        products = arm["num_den_sum_of_products"]
        return ratio_summary(arm["n"], numerator=top, denominator=bottom, sum_of_products=products)
    raise UnservedCaseError(f"arms of type {arm['type']!r} are not served")


@serves("category", "srm")
def sample_ratio_check(case: Case) -> dict[str, Any]:
    inputs = case.inputs
    if "batches" in inputs:
        concentration = inputs["dirichlet_concentration"]
        p_values = sample_ratio.sequential_sample_ratio_p_values(
            inputs["batches"], inputs["weights"], concentration=concentration
        )
        return {"p_values": p_values}
    observed = inputs["observed"]
    # The source compares only arms that were observed, and writes "nothing to compare" as p = 1.
    p_value = sample_ratio.sample_ratio_mismatch(observed, inputs["weights"][: len(observed)]).p_value
    return {"p_value": 1.0 if p_value is None else p_value}


@serves("category", "multiple_comparisons")
def adjust_for_comparisons(case: Case) -> dict[str, Any]:
    inputs = case.inputs
    if "adjusted_p" in inputs:
        estimate, adjusted_p, alpha = pick(inputs, "estimate", "adjusted_p", "alpha")
        return {"ci": multiple_comparisons.interval_from_adjusted_p(estimate, adjusted_p, alpha=alpha)}
    methods = {
        "holm": multiple_comparisons.holm_adjusted,
        "fdr_bh": multiple_comparisons.benjamini_hochberg_adjusted,
    }
    return {"adjusted": methods[inputs["method"]](inputs["p_values"])}


@serves("category", "power")
def plan_experiment(case: Case) -> dict[str, Any]:
    inputs = dict(case.inputs)
    if inputs.get("sequential_tuning_parameter") or "engine" in inputs:
        raise UnservedCaseError("power of sequential and Bayesian designs is not served")
    for key, answer in _PLANS.items():
        if key in inputs:
            return answer(inputs)
    return _means_plan(inputs)


def _delta_method(inputs: dict[str, Any]) -> dict[str, Any]:
    control = SampleSummary(inputs["n_a"], inputs["mean_a"], inputs["var_a"])
    treatment = SampleSummary(inputs["n_b"], inputs["mean_b"], inputs["var_b"])
    if inputs["relative"]:
        return {"variance": relative_variance(control, treatment)}
    error = frequentist.welch_t_test(control, treatment).standard_error
    return {"variance": None if error is None else error**2}


def _users_plan(inputs: dict[str, Any]) -> dict[str, Any]:
    mean, variance, alpha = pick(inputs, "mean", "variance", "alpha")
    units = inputs["users_total"] / inputs["variations"]
    if "lift" in inputs:
        return {"power": power.power_for_relative_lift(mean, variance, inputs["lift"], units, alpha=alpha)}
    return {"mde": power.minimum_detectable_lift(mean, variance, units, alpha=alpha, power=inputs["power"])}


def _weekly_plan(inputs: dict[str, Any]) -> dict[str, Any]:
    alpha, wanted = pick(inputs, "alpha", "target_power")
    curves: dict[str, Any] = {}
    for metric, short in (("click_through_rate", "ctr"), ("revenue", "revenue")):
        facts = inputs["metrics"][metric]
        mean = facts["rate"] if facts["type"] == "proportion" else facts["mean"]
        variance = mean * (1.0 - mean) if facts["type"] == "proportion" else facts["variance"]
        weekly = inputs["users_per_week"] / inputs["variations"]
        units = [weekly * week for week in range(1, inputs["weeks"] + 1)]
        curves[f"power_{short}"] = [
            power.power_for_relative_lift(mean, variance, facts["lift"], count, alpha=alpha) for count in units
        ]
        curves[f"mde_{short}"] = [
            power.minimum_detectable_lift(mean, variance, count, alpha=alpha, power=wanted) for count in units
        ]
    return curves


def _proportions_plan(inputs: dict[str, Any]) -> dict[str, Any]:
    baseline, difference, alpha, wanted = pick(inputs, "baseline", "mde_absolute", "alpha", "power")
    per_arm = {
        kind: power.required_sample_size_for_proportions(
            baseline, difference, alpha=alpha, power=wanted, null_variance=kind
        )
        for kind in ("baseline", "pooled")
    }
    return {"n_per_variation": per_arm["baseline"], "n_total": 2.0 * per_arm["pooled"]}


def _means_plan(inputs: dict[str, Any]) -> dict[str, Any]:
    if "delta" in inputs:
        return {"n_per_variant": power.rule_of_thumb_sample_size(inputs["variance"], inputs["delta"])}
    variance, difference, alpha, wanted = pick(inputs, "variance", "mde_absolute", "alpha", "power")
    return {"n_total": 2.0 * power.required_sample_size_for_means(variance, difference, alpha=alpha, power=wanted)}


def _risk(inputs: dict[str, Any]) -> dict[str, Any]:
    prior, alpha, wanted = pick(inputs, "prior_success_rate", "alpha_one_tail", "power")
    return {"false_positive_risk": power.false_positive_risk(prior, alpha_one_tail=alpha, power=wanted)}


def _effect_size_plan(inputs: dict[str, Any]) -> dict[str, Any]:
    effect_size, units, alpha = pick(inputs, "effect_size", "n_per_arm", "alpha")
    return {"power": power.power_for_effect_size(effect_size, units, alpha=alpha)}


# The first key present in the inputs tells which question a planning case asks.
_PLANS = {
    "var_a": _delta_method,
    "users_total": _users_plan,
    "users_per_week": _weekly_plan,
    "baseline": _proportions_plan,
    "prior_success_rate": _risk,
    "effect_size": _effect_size_plan,
}


@serves("category", "eval_intervals")
def rate_interval(case: Case) -> dict[str, Any]:
    inputs, title = case.inputs, str(case.content.get("title"))
    if "Newcombe" in title:
        first, second = (inputs["x1"], inputs["n1"]), (inputs["x2"], inputs["n2"])
        low, high = proportions.newcombe_difference_interval(second, first, level=inputs["level"])
        lift = frequentist.two_proportion_z_test(second, first).lift
        return {"difference": lift, "ci_lower": low, "ci_upper": high}
    methods = {"Wilson": proportions.wilson_interval, "Clopper-Pearson": proportions.clopper_pearson_interval}
    for name, interval in methods.items():
        if title.startswith(name):
            low, high = interval(inputs["count"], inputs["n"], level=inputs["level"])
            _, one_sided = interval(inputs["count"], inputs["n"], level=0.90)
            return {"ci_lower": low, "ci_upper": high, "upper_one_sided_95": one_sided}
    raise UnservedCaseError(f"interval {title!r} is not served")


@serves("metric", "ab_two_arm")
def two_arms(case: Case) -> dict[str, Any]:
    control, treatment = ((case.inputs[arm]["conversions"], case.inputs[arm]["n"]) for arm in ("control", "treatment"))
    result = frequentist.two_proportion_z_test(control, treatment)
    p_value = result.p_value
    if "chi-square" in case.inputs["test"]:
        is_corrected = "with continuity" in case.inputs["test"]
        chi_square = proportions.proportions_chi_square(
            (control[0], treatment[0]), (control[1], treatment[1]), has_continuity_correction=is_corrected
        )
        p_value = None if chi_square is None else chi_square.p_value
    rates = {"rate_control": control[0] / control[1], "rate_treatment": treatment[0] / treatment[1]}
    return rates | {"abs_diff": result.lift, "p": p_value}


@serves("metric", "ab_chi2_k_arms")
def several_arms(case: Case) -> dict[str, Any] | None:
    result = proportions.proportions_chi_square(*pick(case.inputs, "successes", "trials"))
    return None if result is None else {"chi2": result.statistic, "p": result.p_value}


@serves("metric", "ab_diff_ci95")
def difference_interval(case: Case) -> tuple[float, float]:
    # The source subtracts the second arm from the first, so the second is the control.
    treatment, control = zip(*pick(case.inputs, "successes", "trials"), strict=True)
    methods = {
        "agresti-caffo": proportions.agresti_caffo_difference_interval,
        "newcomb": proportions.newcombe_difference_interval,
        "wald": proportions.wald_difference_interval,
    }
    if case.inputs["method"] not in methods:
        raise UnservedCaseError(f"intervals by method {case.inputs['method']!r} are not served")
    return methods[case.inputs["method"]](control, treatment)


@serves("metric", "ab_power")
def power_of_difference(case: Case) -> float:
    baseline, difference, units, alpha = pick(case.inputs, "prop_control", "diff", "n_per_arm", "alpha")
    return power.power_for_proportions(baseline, difference, units, alpha=alpha)


@serves("metric", "ab_sample_size")
def sample_size_of_difference(case: Case) -> float:
    baseline, difference, alpha, wanted = pick(case.inputs, "prop_control", "diff", "alpha", "power")
    return power.required_sample_size_for_proportions(baseline, difference, alpha=alpha, power=wanted)


@serves("metric", "ab_srm")
def planned_ratio(case: Case) -> dict[str, Any]:
    result = sample_ratio.sample_ratio_mismatch(*pick(case.inputs, "observed", "planned_ratio"))
    return {"chi2": result.statistic, "p": result.p_value}
