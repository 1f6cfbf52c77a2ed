"""Valuations: what a business case holds, and what each option is worth, computed once for the same inputs."""

from dataclasses import asdict
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from portfolio.calc.option_results import OptionResults, value_option
from portfolio.enums import CashSide
from portfolio.models import BusinessCase, CaseOption, Valuation
from portfolio.selectors.case_content import CaseContent, content_of, digest_of, engine_option
from portfolio.services.case_plans import refusing_problems
from portfolio.validators import CENT, add_months, months_between
from tenancy.actor import Actor
from tenancy.scope import named_action

_MICRO = Decimal("0.000001")
# By the column of a valuation: how its figure comes about.
FORMULAS = {
    "npv": "Σ over months t of (benefit - cost) ÷ (1 + r)^(t ÷ 12), the first month t = 0, r the yearly discount rate",
    "npv_hard_only": "as the net present value, without soft benefits",
    "irr": "the yearly rate at which the net present value is zero; of several the one nearest to 10%",
    "mirr": "the yearly rate between the present value of net outflows and the final value of net inflows, both at r",
    "roi": "(present value of benefits - present value of costs) ÷ present value of costs",
    "profitability_index": "present value of benefits ÷ present value of costs",
    "payback_months": "months until the running total of benefits - costs is back at zero, even within a month",
    "discounted_payback_months": "as the payback, on present values",
    "total_cost_of_ownership": "all costs over the horizon, not discounted",
    "capex": "costs over the horizon that buy something that lasts, not discounted",
    "opex": "all other costs over the horizon, not discounted",
    "hard_benefits": "benefits over the horizon that show in the accounts, not discounted",
    "soft_benefits": "benefits over the horizon that have to be believed, not discounted",
    "cost_per_user": "running costs over the horizon ÷ active users of all months",
    "cost_per_thousand_actions": "1,000 times running costs over the horizon ÷ actions of all months",
    "break_even_adoption": "the lowest ceiling of the adoption curve at which the net present value is zero",
    "cost_of_delay": "net present value lost when everything starts a month later and ends when it ended before",
    "npv_p10": "the net present value a tenth of all trials lies below",
    "npv_p50": "the net present value half of all trials lie below",
    "npv_p90": "the net present value nine tenths of all trials lie below",
    "probability_negative": "the share of trials with a net present value below zero",
}


def value_business_case(case_id: UUID, *, actor: Actor, job_id: UUID | None = None) -> Valuation | None:
    """Value every option of the case as it is now, and return the recommended one's valuation.

    None when the case has gone or holds no amount, because then nothing is known. The case is
    locked, so that half an edit is never valued. The same inputs and seed have one valuation per
    option, however often and by however many workers it is asked for. A submitted or decided case
    keeps the inputs, and so the valuations, it was submitted with.
    """
    actor.require("business_case.value")
    case = BusinessCase.objects.permitted(actor).for_update().filter(pk=case_id).first()
    if case is None:
        return None
    named_action("business_case.valued")
    content = content_of(case)
    if case.is_open:
        _note_inputs(case, content)
    if not case.inputs_digest:
        return None
    known = Valuation.objects.filter(case=case, inputs_digest=case.inputs_digest)
    done = set(known.values_list("option_id", flat=True))
    missing = [option for option in content.options if content.is_known(option) and option.pk not in done]
    rows = [_row(content, option, results_of(content, option), job_id) for option in missing]
    Valuation.objects.bulk_create(rows, ignore_conflicts=True)
    return known.recommended().first()


def _note_inputs(case: BusinessCase, content: CaseContent) -> None:
    digest = digest_of(content)
    if case.inputs_digest != digest:
        case.inputs_digest = digest
        case.save(update_fields=["inputs_digest", "updated_at"])
        case.refresh_from_db(fields=["version"])


def results_of(content: CaseContent, option: CaseOption, *, trials: int | None = None) -> OptionResults:
    """The figures of one option; `trials` None is the case's own number, 0 leaves the simulation out.

    Raises CaseProblemError, with the place, for what cannot be computed.
    """
    count = content.case.trials if trials is None else trials
    with refusing_problems(content, option):
        return value_option(engine_option(content, option), seed=content.case.simulation_seed, trials=count)


def _row(content: CaseContent, option: CaseOption, results: OptionResults, job_id: UUID | None) -> Valuation:
    case, value = content.case, results.valuation
    costs, benefits = (_planned(content, option, side) for side in (CashSide.COST, CashSide.BENEFIT))
    return Valuation(
        case=case,
        option=option,
        case_version=case.version,
        inputs_digest=case.inputs_digest,
        currency=case.currency,
        discount_rate=case.discount_rate,
        irr_reason="" if value.irr_status == "found" else str(value.irr_status),
        total_costs=sum(costs, Decimal(0)),
        total_benefits=sum(benefits, Decimal(0)),
        **figures_of_results(results),
        explanation=_explanation(content, option, results, costs, benefits),
        engine_version=f"{value.engine_version} {results.engine_version}",
        computed_at=timezone.now(),
        job_id=job_id,
    )


def figures_of_results(results: OptionResults) -> dict[str, Any]:
    """Results under the names of a valuation's columns, money in cents; what has no answer is None."""
    value, simulation = results.valuation, results.simulation
    spread = {} if simulation is None else asdict(simulation)
    return {
        "npv": _money(value.npv),
        "irr": value.irr,
        "mirr": results.mirr,
        "roi": value.roi,
        "payback_months": value.payback_months,
        "discounted_payback_months": value.discounted_payback_months,
        "profitability_index": value.profitability_index,
        "pv_costs": _money(value.pv_costs),
        "pv_benefits": _money(value.pv_benefits),
        "total_cost_of_ownership": _money(results.total_cost_of_ownership),
        "capex": _money(results.capex),
        "opex": _money(results.opex),
        "hard_benefits": _money(results.hard_benefits),
        "soft_benefits": _money(results.soft_benefits),
        "npv_hard_only": _money(results.npv_hard_only),
        "cost_per_user": _rounded(results.cost_per_user, _MICRO),
        "cost_per_thousand_actions": _rounded(results.cost_per_thousand_actions, _MICRO),
        "break_even_adoption": results.break_even_adoption.value,
        "cost_of_delay": _money(results.cost_of_delay),
        "npv_p10": _rounded(spread.get("p10"), CENT),
        "npv_p50": _rounded(spread.get("p50"), CENT),
        "npv_p90": _rounded(spread.get("p90"), CENT),
        "probability_negative": spread.get("probability_negative"),
        "seed": results.seed,
        "trials": results.trials,
        "tornado": [asdict(swing) for swing in results.tornado],
        "distribution": {**spread, "bin_edges": list(spread["bin_edges"]), "bin_counts": list(spread["bin_counts"])}
        if spread
        else {},
    }


def _money(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(CENT, ROUND_HALF_EVEN)


def _rounded(value: float | None, unit: Decimal) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(unit, ROUND_HALF_EVEN)


def _planned(content: CaseContent, option: CaseOption, side: CashSide) -> tuple[Decimal, ...]:
    """What is planned per month on one side, in cents as it stands in the plan."""
    row = [Decimal(0)] * content.case.horizon_months
    for line in content.lines_of(option):
        if line.side == side:
            for month, amount in content.planned.get(line.pk, {}).items():
                row[months_between(content.case.start_month, month)] += amount
    return tuple(row)


def _explanation(
    content: CaseContent,
    option: CaseOption,
    results: OptionResults,
    costs: tuple[Decimal, ...],
    benefits: tuple[Decimal, ...],
) -> dict[str, Any]:
    """Inputs, formulas and the reason of every figure that has no answer, as JSON."""
    case = content.case
    value = results.valuation
    reasons = {name: reason.code for name, reason in results.reasons.items()}
    if value.irr_status != "found":
        reasons["irr"] = str(value.irr_status)
    return {
        "inputs": {
            "currency": case.currency,
            "discount_rate": str(case.discount_rate),
            "start_month": case.start_month.isoformat(),
            "end_month": add_months(case.start_month, case.horizon_months - 1).isoformat(),
            "horizon_months": case.horizon_months,
            "option": option.name,
            "lines": _listed_lines(content, option),
            "drivers": _listed_drivers(content, option),
            "costs": [str(amount) for amount in costs],
            "benefits": [str(amount) for amount in benefits],
        },
        "formulas": FORMULAS,
        "function": "portfolio.calc.option_results.value_option",
        "irr_rates": list(value.irr_rates),
        "reasons": reasons,
        "reason_texts": {name: reason.message for name, reason in results.reasons.items()},
        "break_even": asdict(results.break_even_adoption),
    }


def _listed_lines(content: CaseContent, option: CaseOption) -> list[dict[str, Any]]:
    return [
        {
            "side": line.side,
            "category": line.category,
            "name": line.name,
            "formula": line.formula,
            "total": str(sum(content.planned.get(line.pk, {}).values(), Decimal(0))),
            "months": len(content.planned.get(line.pk, {})),
        }
        for line in content.lines_of(option)
    ]


def _listed_drivers(content: CaseContent, option: CaseOption) -> list[dict[str, Any]]:
    return [
        {
            "key": driver.key,
            "name": driver.name,
            "unit": driver.unit,
            "formula": driver.formula,
            "low": str(driver.low),
            "likely": str(driver.likely),
            "high": str(driver.high),
            "distribution": driver.distribution,
        }
        for driver in content.drivers_of(option)
    ]
