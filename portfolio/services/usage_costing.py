"""Everything that follows from usage: unit costs, actual amounts of cases, measured savings, rolled-up money."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from portfolio.services.cost_optimizations import measure_savings_of
from portfolio.services.unit_costs import compute_unit_costs
from portfolio.services.usage_actuals import write_usage_actuals
from tenancy.actor import Actor


@dataclass(frozen=True)
class CostingOutcome:
    """Touched days costed, months whose figures changed, actual amounts that differed, savings measured anew."""

    days: int
    months: int
    actuals: int
    savings: int


@transaction.atomic
def cost_usage(*, actor: Actor, today: date, job_id: UUID | None = None) -> CostingOutcome:
    """Cost what was touched and carry it on, in one transaction: a worker that dies leaves nothing half done."""
    result = compute_unit_costs(actor=actor, job_id=job_id)
    savings = measure_savings_of({initiative for initiative, _ in result.months}, actor=actor) if result.months else 0
    actuals = write_usage_actuals(actor=actor, today=today)
    return CostingOutcome(result.days, len(result.months), actuals, savings)
