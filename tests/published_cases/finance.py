"""Finance cases: rates, cash flows, annuities, discount factors and business cases."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from portfolio.calc import annuity, cashflow, dated_cashflow, discounting, returns
from portfolio.calc.case_model import Line, Option, Side
from portfolio.calc.option_results import value_option
from portfolio.calc.rate_of_return import RateOfReturn, RateStatus
from tests.published_cases.cases import Case
from tests.published_cases.comparison import Tolerance, differences
from tests.published_cases.registry import expected_of, pick, serves, serves_kind


@serves("metric", "npv")
def net_present_value(case: Case) -> float:
    rate, flows = pick(case.inputs, "rate", "cashflows")
    is_one_period_out = "t=1" in case.convention
    return cashflow.net_present_value(flows, rate=rate, first_flow_at=1 if is_one_period_out else 0)


@serves_kind("metric", "irr")
def internal_rate_of_return(case: Case) -> list[str]:
    return _judge_rate(case, cashflow.internal_rate_of_return(case.inputs["cashflows"]))


@serves("metric", "mirr")
def modified_internal_rate_of_return(case: Case) -> float | None:
    flows, finance_rate, reinvest_rate = pick(case.inputs, "cashflows", "finance_rate", "reinvest_rate")
    return cashflow.modified_internal_rate_of_return(flows, finance_rate=finance_rate, reinvest_rate=reinvest_rate)


@serves("metric", "xnpv")
def dated_net_present_value(case: Case) -> float:
    amounts, dates, day_count = _dated(case)
    return dated_cashflow.dated_net_present_value(amounts, dates, rate=case.inputs["rate"], day_count=day_count)


@serves_kind("metric", "xirr")
def dated_internal_rate_of_return(case: Case) -> list[str]:
    amounts, dates, day_count = _dated(case)
    return _judge_rate(case, dated_cashflow.dated_internal_rate_of_return(amounts, dates, day_count=day_count))


@serves("metric", "payback")
def payback_period(case: Case) -> float | None:
    return cashflow.payback_period(case.inputs["cashflows"])


@serves("metric", "discounted_payback")
def discounted_payback_period(case: Case) -> float | None:
    return cashflow.discounted_payback_period(case.inputs["cashflows"], rate=case.inputs["rate"])


@serves("metric", "discount_factor")
def discount_factor(case: Case) -> float | None:
    year = case.inputs["year"]
    if "schedule" in case.inputs:
        return discounting.scheduled_discount_factor(case.inputs["schedule"], year)
    return discounting.discount_factor(case.inputs["rate"], year)


@serves("metric", "business_case")
def value_business_case(case: Case) -> dict[str, Any]:
    costs, benefits, rate = pick(case.inputs, "costs", "benefits", "rate")
    periods_per_year = case.inputs.get("periods_per_year", 1)
    option = Option(
        name=case.id,
        currency="EUR",
        months=len(costs),
        annual_discount_rate=rate,
        lines=[Line("Costs", Side.COST, amounts=costs), Line("Benefits", Side.BENEFIT, amounts=benefits)],
        periods_per_year=periods_per_year,
    )
    # The function that values a case entered over REST, not one beside it.
    valuation = value_option(option, seed=0, trials=0).valuation
    figures = asdict(valuation)
    figures["roi_pct"] = None if valuation.roi is None else valuation.roi * 100.0
    figures["irr_pct"] = None if valuation.irr is None else valuation.irr * 100.0
    figures["benefit_cost_ratio"] = figures["bcr"] = valuation.profitability_index
    for name in ("payback", "discounted_payback"):
        months = figures[f"{name}_months"]
        figures[f"{name}_years"] = None if months is None else months / 12.0
    return figures


def _same_arguments(metric: str, function: Callable[..., float | None]) -> None:
    """Serve a metric whose inputs bear the names of the function's own arguments."""
    serves("metric", metric)(lambda case: function(**case.inputs))


_same_arguments("pv", annuity.present_value)
_same_arguments("fv", annuity.future_value)
_same_arguments("pmt", annuity.payment)
_same_arguments("nper", annuity.number_of_periods)
_same_arguments("rate", annuity.interest_rate)
_same_arguments("ipmt", annuity.interest_payment)
_same_arguments("ppmt", annuity.principal_payment)
_same_arguments("effective_rate", discounting.effective_rate)
_same_arguments("nominal_rate", discounting.nominal_rate)
_same_arguments("growth_rate", returns.growth_rate)
_same_arguments("roi", returns.return_on_investment)
_same_arguments("roi_annualised", returns.annualised_return_on_investment)


def _dated(case: Case) -> tuple[list[float], list[date], str]:
    amounts, dates = pick(case.inputs, "amounts", "dates")
    return amounts, [date.fromisoformat(day) for day in dates], case.inputs.get("day_count", "act/365F")


def _judge_rate(case: Case, answer: RateOfReturn) -> list[str]:
    """Compare the chosen rate; where a case itself lists several rates, any of those declared as such will do."""
    expected, tolerance = expected_of(case), Tolerance.of_case(case.content)
    found = differences(expected, answer.rate, tolerance)
    is_open_choice = len(case.content.get("all_real_roots", ())) > 1 and answer.status is RateStatus.SEVERAL_RATES
    if found and is_open_choice and any(not differences(expected, rate, tolerance) for rate in answer.rates):
        return []
    return [f"{problem}; status {answer.status}, rates {list(answer.rates)}" for problem in found]
