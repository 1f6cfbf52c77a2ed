"""What KPIs were worth, written as actual amounts to the benefits of approved cases that are fed by them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from uuid import UUID

from portfolio.enums import ActualSource, CaseStatus, RollupPeriod
from portfolio.models import CashLine, KpiRollup
from portfolio.services.actuals import LONGEST_SOURCE, amounts_recorded, make_actuals
from portfolio.validators import CENT, MAX_AMOUNT, first_of_month
from tenancy.actor import Actor

Amounts = dict[date, Decimal]


def write_kpi_actuals(*, actor: Actor, today: date) -> int:
    """Bring the benefits of approved cases that are fed by KPIs up to date; returns how many amounts differed.

    The amount of a month is the KPI's monthly value times `value_per_unit`, from the start of the plan
    to the last month that is over: a running one has not brought all of it yet. A month without a value
    has no actual amount, and a corrected observation corrects it. Lines that are right are not written.
    """
    lines = list(
        CashLine.objects.filter(
            case__status=CaseStatus.APPROVED, option__is_recommended=True, actual_source=ActualSource.KPI
        ).select_related("case", "kpi")
    )
    if not lines:
        return 0
    values, recorded = _values({line.kpi_id for line in lines}, today), amounts_recorded(lines)
    differing = 0
    for line in lines:
        source = f"{ActualSource.KPI}:{line.kpi.key}"[:LONGEST_SOURCE]
        wanted = _amounts(line, values[line.kpi_id])
        differing += make_actuals(line, wanted, recorded=recorded[line.pk], source=source, actor=actor)
    return differing


def _values(kpis: Iterable[UUID | None], today: date) -> dict[UUID | None, Amounts]:
    """Known values of months that are over, by KPI."""
    rows = KpiRollup.objects.filter(
        kpi__in=kpis, period=RollupPeriod.MONTH, period_start__lt=first_of_month(today), value__isnull=False
    )
    found: dict[UUID | None, Amounts] = defaultdict(dict)
    for kpi, month, value in rows.values_list("kpi_id", "period_start", "value"):
        found[kpi][month] = value
    return found


def _amounts(line: CashLine, values: Amounts) -> Amounts:
    """What the line's months shall be; a benefit below zero is none, one that no column holds is unknown."""
    amounts = {}
    for month, value in values.items():
        if month < line.case.start_month:
            continue
        with localcontext() as context:
            context.prec = 80
            worth = value * (line.value_per_unit or Decimal(0))
            amount = max(worth.quantize(CENT, ROUND_HALF_EVEN), Decimal(0))
        if amount <= MAX_AMOUNT:
            amounts[month] = amount
    return amounts
