"""Valuations: what a business case holds, and what that is worth, computed once for the same inputs."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from portfolio.calc.business_case import ENGINE_VERSION, CaseValuation, value_monthly_cashflow
from portfolio.enums import CashSide, OptionKind
from portfolio.models import BusinessCase, CaseOption, CashLine, CashPeriod, Valuation
from portfolio.validators import add_months, months_between
from tenancy.actor import Actor
from tenancy.scope import named_action

_CENT = Decimal("0.01")
FORMULAS = {
    "npv": "Σ over months t of (benefit - cost) ÷ (1 + r)^(t ÷ 12), the first month t = 0, r the yearly discount rate",
    "irr": "the yearly rate at which the net present value is zero; of several the one nearest to 10 %",
    "roi": "(present value of benefits - present value of costs) ÷ present value of costs",
    "profitability_index": "present value of benefits ÷ present value of costs",
    "payback_months": "months until the running total of benefits - costs is back at zero, even within a month",
    "discounted_payback_months": "as the payback, on present values",
}


@dataclass(frozen=True)
class OptionInputs:
    """What one option costs and brings per month from the start; lines for the explanation only."""

    option: CaseOption
    costs: tuple[Decimal, ...]
    benefits: tuple[Decimal, ...]
    lines: tuple[dict[str, Any], ...]
    has_amounts: bool

    @property
    def is_known(self) -> bool:
        """Whether there is something to value; doing nothing may cost and bring nothing."""
        return self.has_amounts or self.option.kind == OptionKind.DO_NOTHING


@dataclass(frozen=True)
class CaseInputs:
    """Everything the valuations of a case depend on."""

    currency: str
    discount_rate: Decimal
    start_month: date
    horizon_months: int
    options: tuple[OptionInputs, ...]

    @property
    def has_amounts(self) -> bool:
        """Whether any option has an amount."""
        return any(each.has_amounts for each in self.options)

    @property
    def digest(self) -> str:
        """Identifies the inputs and the engine; empty when there is no amount to value."""
        if not self.has_amounts:
            return ""
        stated = {
            "engine": ENGINE_VERSION,
            "currency": self.currency,
            "discount_rate": f"{self.discount_rate:.4f}",
            "start_month": self.start_month.isoformat(),
            "options": [
                {
                    "option": str(each.option.pk),
                    "costs": [f"{amount:.2f}" for amount in each.costs],
                    "benefits": [f"{amount:.2f}" for amount in each.benefits],
                }
                for each in self.options
            ],
        }
        return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def inputs_of(case: BusinessCase) -> CaseInputs:
    """What the case holds now, in three queries."""
    lines = list(CashLine.objects.filter(case=case))
    periods = CashPeriod.objects.planned().filter(line__case=case).values_list("line_id", "month", "amount")
    amounts: dict[UUID, dict[int, Decimal]] = {line.pk: {} for line in lines}
    for line_id, month, amount in periods:
        amounts[line_id][months_between(case.start_month, month)] = amount
    return CaseInputs(
        currency=case.currency,
        discount_rate=Decimal(case.discount_rate),
        start_month=case.start_month,
        horizon_months=case.horizon_months,
        options=tuple(
            _option_inputs(option, [line for line in lines if line.option_id == option.pk], amounts, case)
            for option in CaseOption.objects.filter(case=case)
        ),
    )


def _option_inputs(
    option: CaseOption, lines: list[CashLine], amounts: dict[UUID, dict[int, Decimal]], case: BusinessCase
) -> OptionInputs:
    totals = {side: [Decimal(0)] * case.horizon_months for side in CashSide}
    for line in lines:
        for index, amount in amounts[line.pk].items():
            totals[CashSide(line.side)][index] += amount
    return OptionInputs(
        option=option,
        costs=tuple(totals[CashSide.COST]),
        benefits=tuple(totals[CashSide.BENEFIT]),
        lines=tuple(
            {
                "side": line.side,
                "category": line.category,
                "name": line.name,
                "total": str(sum(amounts[line.pk].values(), Decimal(0))),
                "months": len(amounts[line.pk]),
            }
            for line in lines
        ),
        has_amounts=any(amounts[line.pk] for line in lines),
    )


def value_business_case(case_id: UUID, *, actor: Actor, job_id: UUID | None = None) -> Valuation | None:
    """Value every option of the case as it is now, and return the recommended one's valuation.

    None when the case has gone or holds no amount, because then nothing is known. The case is
    locked, so that half an edit is never valued. The same inputs have one valuation per option,
    however often and by however many workers it is asked for.
    """
    actor.require("business_case.value")
    case = BusinessCase.objects.permitted(actor).for_update().filter(pk=case_id).first()
    if case is None:
        return None
    inputs = inputs_of(case)
    named_action("business_case.valued")
    if case.inputs_digest != inputs.digest:
        case.inputs_digest = inputs.digest
        case.save(update_fields=["inputs_digest", "updated_at"])
        case.refresh_from_db(fields=["version"])
    if not inputs.digest:
        return None
    rows = [_row(case, inputs, each, job_id) for each in inputs.options if each.is_known]
    Valuation.objects.bulk_create(rows, ignore_conflicts=True)
    return Valuation.objects.recommended().filter(case=case, inputs_digest=inputs.digest).first()


def _row(case: BusinessCase, inputs: CaseInputs, offered: OptionInputs, job_id: UUID | None) -> Valuation:
    # Money becomes floating point here and nowhere else; results are rounded back to cents once.
    result = value_monthly_cashflow(
        [float(amount) for amount in offered.costs],
        [float(amount) for amount in offered.benefits],
        annual_discount_rate=float(inputs.discount_rate),
    )
    return Valuation(
        case=case,
        option=offered.option,
        case_version=case.version,
        inputs_digest=inputs.digest,
        currency=inputs.currency,
        discount_rate=inputs.discount_rate,
        npv=_money(result.npv),
        irr=result.irr,
        irr_reason="" if result.irr_status == "found" else str(result.irr_status),
        roi=result.roi,
        payback_months=result.payback_months,
        discounted_payback_months=result.discounted_payback_months,
        profitability_index=result.profitability_index,
        total_costs=sum(offered.costs, Decimal(0)),
        total_benefits=sum(offered.benefits, Decimal(0)),
        pv_costs=_money(result.pv_costs),
        pv_benefits=_money(result.pv_benefits),
        explanation=_explanation(inputs, offered, result),
        engine_version=result.engine_version,
        computed_at=timezone.now(),
        job_id=job_id,
    )


def _money(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_CENT, ROUND_HALF_EVEN)


def _explanation(inputs: CaseInputs, offered: OptionInputs, result: CaseValuation) -> dict[str, Any]:
    """Inputs, formulas and the reason of every figure that has no answer, as JSON."""
    return {
        "inputs": {
            "currency": inputs.currency,
            "discount_rate": str(inputs.discount_rate),
            "start_month": inputs.start_month.isoformat(),
            "end_month": add_months(inputs.start_month, inputs.horizon_months - 1).isoformat(),
            "horizon_months": inputs.horizon_months,
            "lines": list(offered.lines),
            "costs": [str(amount) for amount in offered.costs],
            "benefits": [str(amount) for amount in offered.benefits],
        },
        "formulas": FORMULAS,
        "function": "portfolio.calc.business_case.value_monthly_cashflow",
        "irr_rates": list(result.irr_rates),
        "reasons": _reasons(result),
    }


def _reasons(result: CaseValuation) -> dict[str, str]:
    reasons = {}
    if result.irr_status != "found":
        reasons["irr"] = str(result.irr_status)
    if result.roi is None:
        reasons["roi"] = "no_costs"
    if result.profitability_index is None:
        reasons["profitability_index"] = "no_costs"
    never = "never_recovered" if result.total_costs else "no_costs"
    if result.payback_months is None:
        reasons["payback_months"] = never
    if result.discounted_payback_months is None:
        reasons["discounted_payback_months"] = never
    return reasons
