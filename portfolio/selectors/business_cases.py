"""Reads about one business case: its figures and whether they are current, its lines, its cash flow."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from portfolio.enums import CashSide
from portfolio.models import BusinessCase, CashLine, CashPeriod, Valuation
from portfolio.validators import add_months, months_between
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


def figures_of(case: BusinessCase, *, now: datetime) -> CaseFigures:
    """The case's figures and the state of the job that computes them."""
    valuation = None
    if case.inputs_digest:
        valuation = Valuation.objects.recommended().filter(case=case, inputs_digest=case.inputs_digest).first()
    earlier = None if valuation else Valuation.objects.recommended().filter(case=case).first()
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


@dataclass(frozen=True)
class MonthlyFlow:
    """Costs and benefits of one month."""

    month: date
    costs: Decimal
    benefits: Decimal

    @property
    def net(self) -> Decimal:
        return self.benefits - self.costs


def monthly_flow(case: BusinessCase) -> list[MonthlyFlow]:
    """Every month of the recommended option's plan; a month without amounts plans no payment."""
    totals = {side: [Decimal(0)] * case.horizon_months for side in CashSide}
    planned = CashPeriod.objects.planned().filter(line__case=case, line__option__is_recommended=True)
    rows = planned.values_list("line__side", "month", "amount")
    for side, month, amount in rows:
        totals[CashSide(side)][months_between(case.start_month, month)] += amount
    return [
        MonthlyFlow(add_months(case.start_month, index), totals[CashSide.COST][index], totals[CashSide.BENEFIT][index])
        for index in range(case.horizon_months)
    ]


Series = list[tuple[str, list[tuple[str, Decimal]]]]


def cash_flow_series(flow: list[MonthlyFlow]) -> tuple[Series, Series]:
    """For the charts: costs and benefits per month, quarter or year (at most 24 bars), and the running total."""
    size = next(size for size in (1, 3, 12) if len(flow) / size <= _MOST_BARS)
    groups = [flow[start : start + size] for start in range(0, len(flow), size)]
    labels = [_label(group[0].month, size) for group in groups]
    costs = [
        (label, sum((month.costs for month in group), Decimal(0))) for label, group in zip(labels, groups, strict=True)
    ]
    benefits = [
        (label, sum((month.benefits for month in group), Decimal(0)))
        for label, group in zip(labels, groups, strict=True)
    ]
    running, total = [], Decimal(0)
    for month in flow:
        total += month.net
        running.append((f"{month.month:%b %y}", total))
    return [("Costs", costs), ("Benefits", benefits)], [("Running total", running)]


def _label(month: date, size: int) -> str:
    return f"from {month:%b %y}" if size == 12 else f"{month:%b %y}"


def lines_with_amounts(case: BusinessCase) -> list[tuple[CashLine, dict[date, Decimal]]]:
    """The recommended option's lines, costs first, with their planned amounts by month."""
    rows = CashLine.objects.filter(case=case, option__is_recommended=True)
    lines = list(rows.order_by("-side", "position", "pk"))
    amounts: dict[object, dict[date, Decimal]] = {line.pk: {} for line in lines}
    planned = CashPeriod.objects.planned().filter(line__in=lines)
    for line_id, month, amount in planned.values_list("line_id", "month", "amount"):
        amounts[line_id][month] = amount
    return [(line, amounts[line.pk]) for line in lines]
