"""Celery tasks of the portfolio: each loads nothing itself and calls one service."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from portfolio.services import kpi_months, selection_more, selection_solving, valuations
from portfolio.services.kpi_follow_up import bring_kpis_up_to_date
from portfolio.services.money_rollups import refresh_money as refresh
from portfolio.services.score_results import compute_results
from portfolio.services.usage_costing import cost_usage
from tenancy.actor import Actor
from tenancy.tasks import global_task, send_to_each_organization, tenant_task


@tenant_task("portfolio.value_business_case", queue="interactive")
def value_business_case(actor: Actor, *, case_id: str, job_id: UUID | None = None) -> dict[str, Any]:
    """Value one business case as it is when the job runs."""
    valuation = valuations.value_business_case(UUID(case_id), actor=actor, job_id=job_id)
    return {"valuation_id": str(valuation.pk) if valuation else None}


@tenant_task("portfolio.compute_scores", queue="interactive")
def compute_scores(actor: Actor, *, round_id: str, job_id: UUID | None = None) -> dict[str, Any]:
    """Compute the results of a closed scoring round."""
    return {"scored": compute_results(UUID(round_id), actor=actor, job_id=job_id)}


@tenant_task("portfolio.roll_up_kpis", queue="rollups")
def roll_up_kpis(actor: Actor, *, job_id: UUID | None = None) -> dict[str, int]:
    """Roll up one organization's touched days, then bring up to date what follows from them."""
    return asdict(bring_kpis_up_to_date(actor=actor, today=timezone.now().date(), job_id=job_id))


@tenant_task("portfolio.compute_unit_costs", queue="rollups")
def compute_unit_costs(actor: Actor, *, job_id: UUID | None = None) -> dict[str, int]:
    """Cost one organization's touched days of usage, and what follows from them."""
    return asdict(cost_usage(actor=actor, today=timezone.now().date(), job_id=job_id))


@tenant_task("portfolio.refresh_money", queue="rollups")
def refresh_money(actor: Actor, *, job_id: UUID | None = None) -> dict[str, int]:
    """Refresh one organization's money rollups as of today."""
    result = refresh(actor=actor, as_of=timezone.now().date(), job_id=job_id)
    return {"written": result.written, "removed": result.removed}


@global_task("portfolio.fan_out_money", queue="rollups")
def fan_out_money() -> None:
    """Refresh every organization's money; catches new rates and the turn of a month."""
    send_to_each_organization(refresh_money)


@global_task("portfolio.fan_out_unit_costs", queue="rollups")
def fan_out_unit_costs() -> None:
    """Cost every organization's usage; catches what no feed asked for."""
    send_to_each_organization(compute_unit_costs)


@global_task("portfolio.fan_out_rollups", queue="rollups")
def fan_out_rollups() -> None:
    """Roll up every organization; catches what no ingest asked for."""
    send_to_each_organization(roll_up_kpis)


@tenant_task("portfolio.search_selection", queue="bulk")
def search_selection(actor: Actor, *, run_id: str, job_id: UUID | None = None) -> dict[str, Any]:
    """Find the best set of a selection's candidates as they are when the job runs."""
    result = selection_solving.search(UUID(run_id), actor=actor, job_id=job_id)
    return {"result_id": str(result.pk) if result else None}


@tenant_task("portfolio.value_more_of_resource", queue="bulk")
def value_more_of_resource(actor: Actor, *, resource_id: str, units: str, job_id: UUID | None = None) -> dict[str, Any]:
    """Find out exactly what more of one resource would add to a result."""
    resource = selection_more.value_more(UUID(resource_id), Decimal(units), actor=actor, job_id=job_id)
    return {"exact": resource.exact if resource else None}


@global_task("portfolio.prepare_kpi_months", queue="rollups")
def prepare_kpi_months() -> None:
    """Make the partitions of this month's and the coming months' observations."""
    kpi_months.prepare_coming_months()
