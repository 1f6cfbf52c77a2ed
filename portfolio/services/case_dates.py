"""Business cases follow the dates of their initiative: plans while they are open, forecasts once approved."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from portfolio.enums import CaseStatus, LineAnchor, Measure
from portfolio.models import BusinessCase, CashLine, CashPeriod, Initiative
from portfolio.selectors.case_content import anchor_month
from portfolio.services.actuals import record_forecast
from portfolio.services.business_cases import record_inputs
from portfolio.validators import add_months, months_between
from tenancy.actor import Actor

# Marks forecasts made here, so that those of people are never overwritten.
SOURCE = "dates"


def follow_dates(*, initiatives: Sequence[Initiative], actor: Actor) -> None:
    """Move the lines that hang on dates that changed; called with the initiatives as they are now.

    In open cases the plan moves, and the horizon grows where it must. What was approved stays the
    plan; its forecast moves instead, for months without an actual amount or a forecast of somebody's.
    """
    anchored = CashLine.objects.filter(case__initiative__in=initiatives).exclude(anchor=LineAnchor.NONE)
    rows = list(anchored.select_related("case__initiative").order_by("case", "pk"))
    for case in {line.case_id: line.case for line in rows}.values():
        if case.is_open:
            locked = BusinessCase.objects.for_update().get(pk=case.pk)
            record_inputs(locked, actor=actor, may_extend=True)
    for line in rows:
        if line.case.status == CaseStatus.APPROVED:
            _move_forecast(line, actor)


def _move_forecast(line: CashLine, actor: Actor) -> None:
    month = anchor_month(line.anchor, line.case.initiative)
    if month is None or line.anchored_month is None:
        return
    shift = months_between(line.anchored_month, add_months(month, line.offset_months))
    stated: dict[str, dict[date, CashPeriod]] = {measure: {} for measure in Measure.values}
    for row in CashPeriod.objects.filter(line=line):
        stated[row.measure][row.month] = row
    kept = {*stated[Measure.ACTUAL], *(each for each, row in stated[Measure.FORECAST].items() if row.source != SOURCE)}
    planned = {each: row.amount for each, row in stated[Measure.PLAN].items()}
    moved = {add_months(each, shift): amount for each, amount in planned.items()}
    expected: dict[date, Decimal | None] = {}
    for each in (planned.keys() | moved.keys() | stated[Measure.FORECAST].keys()) - kept:
        amount = moved.get(each, Decimal(0))
        expected[each] = None if amount == planned.get(each, Decimal(0)) else amount
    end = add_months(line.case.start_month, line.case.horizon_months)
    inside = {each: amount for each, amount in expected.items() if line.case.start_month <= each < end}
    record_forecast(line, inside, actor=Actor.system(actor.organization, source=actor.source), source=SOURCE)
