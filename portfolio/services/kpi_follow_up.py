"""Everything that follows from observations: rollups, how KPIs stand, benefits of cases, rolled-up money."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from portfolio.services.kpi_actuals import write_kpi_actuals
from portfolio.services.kpi_rollups import roll_up
from portfolio.services.kpi_standings import refresh_standings
from tenancy.actor import Actor


@dataclass(frozen=True)
class KpiOutcome:
    """Touched days, rollups written and removed, standings made anew, actual amounts that differed."""

    days: int
    written: int
    removed: int
    refreshed: int
    actuals: int


@transaction.atomic
def bring_kpis_up_to_date(*, actor: Actor, today: date, job_id: UUID | None = None) -> KpiOutcome:
    """Roll up what was touched and carry it on, in one transaction: a worker that dies leaves nothing half done."""
    rolled_up = roll_up(actor=actor, job_id=job_id)
    refreshed = refresh_standings(actor=actor, kpis=rolled_up.kpis, today=today)
    actuals = write_kpi_actuals(actor=actor, today=today)
    return KpiOutcome(rolled_up.days, rolled_up.written, rolled_up.removed, refreshed, actuals)
