"""Every figure of one option of a business case; the one function behind REST, screens and the published cases."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.calc.expressions import ExpressionError
from portfolio.calc.break_even import BreakEven, break_even_adoption
from portfolio.calc.business_case import CaseValuation, value_cashflow
from portfolio.calc.case_model import Hardness, Line, Option, Side, Spending
from portfolio.calc.case_program import Amounts, CompiledOption
from portfolio.calc.cashflow import modified_internal_rate_of_return, net_present_value
from portfolio.calc.cost_of_delay import cost_of_delay
from portfolio.calc.discounting import periodic_rate, total
from portfolio.calc.rate_of_return import RateStatus
from portfolio.calc.sensitivity import Swing, tornado
from portfolio.calc.simulation import Simulation, simulate_net_present_value

# Stored beside every result; raise it whenever the same inputs and seed may give another figure.
ENGINE_VERSION = "case-engine-1"
DEFAULT_TRIALS = 10_000
# What only the simulation knows; without one all of them lack it for the same reason.
SIMULATED = ("npv_p10", "npv_p50", "npv_p90", "probability_negative")
_RATE_REASONS = {
    RateStatus.NO_CASH_FLOW: "There is no cash flow.",
    RateStatus.NO_SIGN_CHANGE: "The net cash flow never changes its sign, so no rate makes it worth nothing.",
    RateStatus.NO_REAL_RATE: "No real rate makes the net cash flow worth nothing.",
    RateStatus.ONLY_TOTAL_LOSS: "Only a loss of nearly everything would make the net cash flow worth nothing.",
}


@dataclass(frozen=True)
class Reason:
    """Why a figure has no answer: a stable word and a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class OptionResults:
    """All figures of one option with its drivers at their likely values, and the spread around them.

    Money is in the currency of the option, rates are fractions per year. `valuation` holds net present value, internal
    rate of return, ROI, profitability index, paybacks and totals. A figure that is None has its reason in `reasons`
    under its own name (`irr`, `roi` and the others of `valuation` under theirs, those of `simulation` as in SIMULATED).
    `npv_hard_only` leaves soft benefits out. `cost_per_user` and `cost_per_thousand_actions` are undiscounted cost to
    serve, the first per user and month; `cost_of_delay` is that of one month. `line_amounts` are by line, in the order
    given, and month.
    """

    valuation: CaseValuation
    npv_hard_only: float
    mirr: float | None
    total_cost_of_ownership: float
    capex: float
    opex: float
    hard_benefits: float
    soft_benefits: float
    cost_per_user: float | None
    cost_per_thousand_actions: float | None
    break_even_adoption: BreakEven
    cost_of_delay: float
    tornado: tuple[Swing, ...]
    simulation: Simulation | None
    line_amounts: tuple[tuple[float, ...], ...]
    reasons: dict[str, Reason]
    seed: int
    trials: int
    engine_version: str = ENGINE_VERSION


def value_option(option: Option, *, seed: int, trials: int = DEFAULT_TRIALS) -> OptionResults:
    """Value an option completely; 0 `trials` leave the simulation out.

    Raises CaseModelError with every problem of its texts, ExpressionError where a formula has no value at the likely
    values of the drivers, and CalculationError where amounts are too large to compute with.
    """
    compiled = CompiledOption(option)
    amounts = compiled.monthly_amounts()
    costs, benefits = (_by_month(option.lines, amounts, _is_on(side)) for side in (Side.COST, Side.BENEFIT))
    valuation = value_cashflow(
        costs,
        benefits,
        annual_discount_rate=option.annual_discount_rate,
        periods_per_year=option.periods_per_year,
    )
    break_even = break_even_adoption(compiled)
    reasons = _reasons_of(valuation, break_even)
    hard = _by_month(option.lines, amounts, _is_hard)
    rate = periodic_rate(option.annual_discount_rate, option.periods_per_year)
    return OptionResults(
        valuation=valuation,
        npv_hard_only=net_present_value(_differences(hard, costs), rate=rate),
        mirr=_annual_mirr(_differences(benefits, costs), rate, option.periods_per_year, reasons),
        total_cost_of_ownership=valuation.total_costs,
        capex=_sum_of(option.lines, amounts, lambda line: line.spending is Spending.CAPEX),
        opex=_sum_of(option.lines, amounts, lambda line: line.spending is Spending.OPEX),
        hard_benefits=total(hard),
        soft_benefits=_sum_of(option.lines, amounts, lambda line: _is_on(Side.BENEFIT)(line) and not _is_hard(line)),
        cost_per_user=_cost_to_serve(compiled, amounts, "active_users", 1.0, reasons),
        cost_per_thousand_actions=_cost_to_serve(compiled, amounts, "actions", 1000.0, reasons),
        break_even_adoption=break_even,
        cost_of_delay=cost_of_delay(compiled, amounts=amounts),
        tornado=tornado(compiled),
        simulation=_simulated(compiled, trials, seed, reasons),
        line_amounts=tuple(tuple(row) for row in amounts.tolist()),
        reasons=reasons,
        seed=seed,
        trials=trials,
    )


def _by_month(lines: Sequence[Line], amounts: Amounts, wanted: Callable[[Line], bool]) -> list[float]:
    """Exactly rounded sums per month, so that the order of the lines does not change a figure."""
    rows = [row for line, row in zip(lines, amounts.tolist(), strict=True) if wanted(line)]
    return [total(month) for month in zip(*rows, strict=True)] if rows else [0.0] * amounts.shape[1]


def _sum_of(lines: Sequence[Line], amounts: Amounts, wanted: Callable[[Line], bool]) -> float:
    return total(_by_month(lines, amounts, wanted))


def _is_on(side: Side) -> Callable[[Line], bool]:
    return lambda line: line.side is side


def _is_hard(line: Line) -> bool:
    """Benefits nobody called soft are hard."""
    return line.side is Side.BENEFIT and line.hardness is not Hardness.SOFT


def _differences(benefits: Sequence[float], costs: Sequence[float]) -> list[float]:
    return [benefit - cost for benefit, cost in zip(benefits, costs, strict=True)]


def _annual_mirr(
    net: Sequence[float], discount_rate: float, periods_per_year: int, reasons: dict[str, Reason]
) -> float | None:
    """Both the rate at which outflows are financed and that at which inflows are reinvested is the discount rate."""
    rate = modified_internal_rate_of_return(net, finance_rate=discount_rate, reinvest_rate=discount_rate)
    if rate is None:
        message = "The net cash flow needs months with a loss and months with a gain."
        reasons["mirr"] = Reason("no_sign_change", message)
        return None
    return math.expm1(periods_per_year * math.log1p(rate))


def _cost_to_serve(
    compiled: CompiledOption, amounts: Amounts, counted: str, per: float, reasons: dict[str, Reason]
) -> float | None:
    field, noun = {
        "active_users": ("cost_per_user", "active users"),
        "actions": ("cost_per_thousand_actions", "actions"),
    }[counted]
    name = getattr(compiled.option, counted)
    lines = compiled.option.lines
    if name is None:
        reasons[field] = Reason("not_counted", f"No driver or formula counts the {noun}.")
        return None
    if not any(line.is_cost_to_serve for line in lines):
        reasons[field] = Reason("no_cost_to_serve", "No cost is marked as a cost to serve.")
        return None
    count = float(np.sum(compiled.monthly_values(name)))
    if count <= 0.0:
        reasons[field] = Reason("nobody", f"There are no {noun} over the horizon.")
        return None
    return per * _sum_of(lines, amounts, lambda line: line.is_cost_to_serve) / count


def _simulated(compiled: CompiledOption, trials: int, seed: int, reasons: dict[str, Reason]) -> Simulation | None:
    if trials == 0:
        reason = Reason("not_asked_for", "No simulation was asked for.")
    elif not compiled.uncertain_drivers:
        reason = Reason("no_uncertainty", "No driver has a range, so there is only one outcome.")
    else:
        try:
            return simulate_net_present_value(compiled, trials=trials, rng=np.random.Generator(np.random.PCG64(seed)))
        except ExpressionError as error:
            reason = Reason(error.code, f"A formula has no value in some trials: {error.message}")
    reasons.update(dict.fromkeys(SIMULATED, reason))
    return None


def _reasons_of(valuation: CaseValuation, break_even: BreakEven) -> dict[str, Reason]:
    reasons: dict[str, Reason] = {}
    if break_even.value is None:
        reasons["break_even_adoption"] = Reason(break_even.code, break_even.reason)
    if valuation.irr is None:
        reasons["irr"] = Reason(str(valuation.irr_status), _RATE_REASONS[valuation.irr_status])
    for name in ("roi", "profitability_index"):
        if getattr(valuation, name) is None:
            reasons[name] = Reason("no_costs", "There is no cost the return could be measured on.")
    for name in ("payback_months", "discounted_payback_months"):
        if getattr(valuation, name) is None:
            has_costs = valuation.total_costs > 0.0
            reasons[name] = (
                Reason("never_recovered", "What is put in is not recovered within the horizon.")
                if has_costs
                else Reason("no_costs", "There is no cost to recover.")
            )
    return reasons
