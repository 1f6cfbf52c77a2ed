"""Reads about one business case: its figures and whether they are current, its lines, its cash flow."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from portfolio.enums import CaseStatus
from portfolio.models import BusinessCase, CaseOption, Valuation
from portfolio.selectors.case_money import Figures, MoneyTable
from portfolio.validators import add_months
from tenancy.actor import Actor
from tenancy.enums import JobStatus
from tenancy.models import Job

# A job older than this no longer says anything about the case's present state.
_JOB_MEMORY = timedelta(days=2)
# Bars of a chart one can still tell apart.
_MOST_BARS = 24


@dataclass(frozen=True)
class CaseFigures:
    """What is known of a case's value.

    `valuation` is that of exactly the present inputs, None when there is none; `earlier` is then the
    last one computed from other inputs. `is_waiting` while a job is about to compute it, `error` is
    what the last job failed with.
    """

    valuation: Valuation | None
    earlier: Valuation | None
    is_waiting: bool
    error: str
    job: Job | None

    @property
    def shown(self) -> Valuation | None:
        """The valuation to show: of the present inputs, else the last one, marked as outdated."""
        return self.valuation or self.earlier


def figures_of(case: BusinessCase, *, now: datetime, option: CaseOption | None = None) -> CaseFigures:
    """The figures of one option (None: the recommended one) and the state of the job that computes them."""
    valued = Valuation.objects.filter(case=case)
    valued = valued.recommended() if option is None else valued.filter(option=option)
    valuation = None
    if case.inputs_digest:
        valuation = valued.filter(inputs_digest=case.inputs_digest).first()
    earlier = None if valuation else valued.first()
    job = Job.objects.filter(
        name="portfolio.value_business_case", arguments__case_id=str(case.pk), created_at__gte=now - _JOB_MEMORY
    ).first()
    return CaseFigures(
        valuation=valuation,
        earlier=earlier,
        is_waiting=job is not None and job.status == JobStatus.WAITING and valuation is None,
        error=job.error if job is not None and job.status == JobStatus.FAILED and valuation is None else "",
        job=job,
    )


def valuations_by_option(case: BusinessCase) -> dict[UUID, Valuation]:
    """What each option is worth with exactly the present inputs; options not valued so are left out."""
    rows = Valuation.objects.filter(case=case, inputs_digest=case.inputs_digest) if case.inputs_digest else ()
    return {row.option_id: row for row in rows}


def cases_to_decide(actor: Actor, *, limit: int = 50) -> list[BusinessCase]:
    """Submitted cases the actor may approve and did not submit, the oldest first."""
    if not actor.can("business_case.approve"):
        return []
    rows = BusinessCase.objects.permitted(actor, "approve").filter(status=CaseStatus.SUBMITTED)
    rows = rows.exclude(submitted_by__user=actor.user_id).select_related("initiative", "submitted_by__user")
    return list(rows.order_by("submitted_at", "pk")[:limit])


@dataclass(frozen=True)
class MonthlyFlow:
    """Costs and benefits of one month."""

    month: date
    costs: Decimal
    benefits: Decimal

    @property
    def net(self) -> Decimal:
        return self.benefits - self.costs


def monthly_flow(case: BusinessCase, money: MoneyTable) -> list[MonthlyFlow]:
    """Every month of the plan of what the table holds; a month without amounts plans no payment."""
    last = add_months(case.start_month, case.horizon_months - 1)
    return [
        MonthlyFlow(each.month, each.costs.plan, each.benefits.plan)
        for each in money.months
        if case.start_month <= each.month <= last
    ]


Points = list[tuple[str, Decimal | None]]
Series = list[tuple[str, Points]]


def cash_flow_series(flow: list[MonthlyFlow]) -> tuple[Series, Series]:
    """For the charts: costs and benefits per month, quarter or year (at most 24 bars), and the running total."""
    size = next(size for size in (1, 3, 12) if len(flow) / size <= _MOST_BARS)
    groups = [flow[start : start + size] for start in range(0, len(flow), size)]
    labels = [_label(group[0].month, size) for group in groups]
    costs: Points = [
        (label, sum((month.costs for month in group), Decimal(0))) for label, group in zip(labels, groups, strict=True)
    ]
    benefits: Points = [
        (label, sum((month.benefits for month in group), Decimal(0)))
        for label, group in zip(labels, groups, strict=True)
    ]
    running: Points = []
    total = Decimal(0)
    for month in flow:
        total += month.net
        running.append((f"{month.month:%b %y}", total))
    return [("Costs", costs), ("Benefits", benefits)], [("Running total", running)]


def measured_series(money: MoneyTable, side: str) -> Series:
    """Plan, forecast and actual of one side (costs or benefits) by month, quarter or year, for the chart."""
    size = next((size for size in (1, 3, 12) if len(money.months) / size <= _MOST_BARS), 12)
    groups = [money.months[start : start + size] for start in range(0, len(money.months), size)]
    labels = [_label(group[0].month, size) for group in groups]
    sums = [sum((getattr(month, side) for month in group), Figures()) for group in groups]
    return [
        (name, [(label, getattr(each, measure)) for label, each in zip(labels, sums, strict=True)])
        for measure, name in (("plan", "Plan"), ("forecast", "Forecast"), ("actual", "Actual"))
    ]


def _label(month: date, size: int) -> str:
    return f"from {month:%b %y}" if size == 12 else f"{month:%b %y}"
