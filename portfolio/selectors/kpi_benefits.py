"""Benefits realised from KPIs: what was planned, what the KPI brought, month by month."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from portfolio.enums import ActualSource, CaseStatus, Measure
from portfolio.models import CashLine, CashPeriod, Initiative, Kpi
from tenancy.actor import Actor


@dataclass(frozen=True)
class BenefitMonth:
    """One month of a benefit; `actual` is None while the KPI has no value of it, `plan` zero where none was planned."""

    month: date
    plan: Decimal
    actual: Decimal | None


@dataclass(frozen=True)
class RealisedBenefit:
    """A benefit of an approved case that is measured by a KPI, over the months that have an actual amount."""

    line: CashLine
    currency: str
    months: tuple[BenefitMonth, ...]

    @property
    def realised(self) -> Decimal | None:
        """What the KPI brought so far; None when nothing is known."""
        known = [each.actual for each in self.months if each.actual is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def planned(self) -> Decimal:
        """What was planned for just those months."""
        return sum((each.plan for each in self.months if each.actual is not None), Decimal(0))

    @property
    def share(self) -> Decimal | None:
        """Realised as a fraction of planned; None when nothing was planned or is known."""
        return self.realised / self.planned if self.realised is not None and self.planned else None


def benefits_of_initiative(initiative: Initiative, *, actor: Actor, today: date) -> list[RealisedBenefit]:
    """Of the initiative's approved case; two queries, one where there is none."""
    return _benefits(_fed_lines(actor).filter(case__initiative=initiative), today)


def benefits_of_kpi(kpi: Kpi, *, actor: Actor, today: date) -> list[RealisedBenefit]:
    """Every benefit the KPI measures, of cases the actor may see."""
    return _benefits(_fed_lines(actor).filter(kpi=kpi), today)


def _fed_lines(actor: Actor) -> QuerySet[CashLine]:
    rows = CashLine.objects.permitted(actor).filter(
        case__status=CaseStatus.APPROVED, option__is_recommended=True, actual_source=ActualSource.KPI
    )
    return rows.select_related("case__initiative", "kpi").order_by("case__initiative__title", "position", "pk")


def _benefits(lines: Iterable[CashLine], today: date) -> list[RealisedBenefit]:
    listed = list(lines)
    if not listed:
        return []
    amounts: dict[UUID, dict[str, dict[date, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    rows = CashPeriod.objects.filter(
        line__in=[line.pk for line in listed],
        measure__in=[Measure.PLAN, Measure.ACTUAL],
        month__lt=today.replace(day=1),
    )
    for line_id, measure, month, amount in rows.values_list("line_id", "measure", "month", "amount"):
        amounts[line_id][measure][month] = amount
    return [_benefit(line, amounts[line.pk]) for line in listed]


def _benefit(line: CashLine, amounts: dict[str, dict[date, Decimal]]) -> RealisedBenefit:
    plan, actual = amounts[Measure.PLAN], amounts[Measure.ACTUAL]
    months = sorted(plan.keys() | actual.keys())
    found = tuple(BenefitMonth(month, plan.get(month, Decimal(0)), actual.get(month)) for month in months)
    return RealisedBenefit(line, line.case.currency, found)
