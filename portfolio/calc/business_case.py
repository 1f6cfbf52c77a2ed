"""The value of a business case from its costs and benefits per period; where the amounts come from is not here."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.calc.checks import finite_sequence, positive, rate_above_minus_one, same_length
from portfolio.calc.cashflow import payback_period
from portfolio.calc.discounting import discounted, total, within_range
from portfolio.calc.rate_of_return import RateStatus, rate_of_return

# Stored beside every valuation; raise it whenever the same inputs may give another figure.
ENGINE_VERSION = "business-case-1"
_MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class CaseValuation:
    """All figures of one business case. Money is in the unit of the inputs, rates are fractions.

    `irr` is effective per year, None with the reason in `irr_status`; `irr_rates` holds every real rate.
    `roi` is (pv_benefits - pv_costs) / pv_costs and `profitability_index` is pv_benefits / pv_costs (the benefit-cost
    ratio), both None when the present value of the costs is not above zero. Paybacks are in months from the start of
    the case, None when the costs are never recovered or there are none.
    """

    npv: float
    irr: float | None
    irr_status: RateStatus
    irr_rates: tuple[float, ...]
    roi: float | None
    profitability_index: float | None
    payback_months: float | None
    discounted_payback_months: float | None
    total_costs: float
    total_benefits: float
    net_benefits: float
    pv_costs: float
    pv_benefits: float
    annual_discount_rate: float
    periods_per_year: int
    engine_version: str


def value_cashflow(
    costs: Sequence[float], benefits: Sequence[float], *, annual_discount_rate: float, periods_per_year: int
) -> CaseValuation:
    """Value costs and benefits per period, both as positive numbers, the first period falling today (t = 0).

    Amounts of period t are divided by (1 + annual_discount_rate) ** (t / periods_per_year), which is discounting with
    the periodic rate (1 + r) ** (1 / m) - 1. Paybacks are linear within a period.
    Sources: Brealey, Myers and Allen, Principles of Corporate Finance, ch. 2 and 5; Forrester, Total Economic Impact
    methodology, for ROI on present values.
    """
    cost_amounts, benefit_amounts = finite_sequence("costs", costs), finite_sequence("benefits", benefits)
    same_length("costs", cost_amounts, "benefits", benefit_amounts)
    rate = rate_above_minus_one("annual_discount_rate", annual_discount_rate)
    months_per_period = _MONTHS_PER_YEAR / positive("periods_per_year", periods_per_year)
    times = [period / periods_per_year for period in range(len(cost_amounts))]
    present_costs = discounted(cost_amounts, times, rate)
    present_benefits = discounted(benefit_amounts, times, rate)
    pv_costs, pv_benefits = total(present_costs), total(present_benefits)
    net, present_net = _differences(benefit_amounts, cost_amounts), _differences(present_benefits, present_costs)
    # Solved on years, not periods, so that the rates are effective annual ones at once.
    irr = rate_of_return(net, times)
    has_costs = any(cost_amounts)
    return CaseValuation(
        npv=total(present_net),
        irr=irr.rate,
        irr_status=irr.status,
        irr_rates=irr.rates,
        roi=_ratio(pv_benefits - pv_costs, pv_costs),
        profitability_index=_ratio(pv_benefits, pv_costs),
        payback_months=_payback_months(net, months_per_period) if has_costs else None,
        discounted_payback_months=_payback_months(present_net, months_per_period) if has_costs else None,
        total_costs=total(cost_amounts),
        total_benefits=total(benefit_amounts),
        net_benefits=total(net),
        pv_costs=pv_costs,
        pv_benefits=pv_benefits,
        annual_discount_rate=rate,
        periods_per_year=periods_per_year,
        engine_version=ENGINE_VERSION,
    )


def _differences(benefits: Sequence[float], costs: Sequence[float]) -> list[float]:
    return [benefit - cost for benefit, cost in zip(benefits, costs, strict=True)]


def _ratio(amount: float, pv_costs: float) -> float | None:
    return within_range(lambda: amount / pv_costs) if pv_costs > 0.0 else None


def _payback_months(net: Sequence[float], months_per_period: float) -> float | None:
    periods = payback_period(net)
    return None if periods is None else periods * months_per_period
