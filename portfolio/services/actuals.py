"""Forecast and actual amounts of cash lines: the one way they are written, by people, usage and KPIs alike."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import ActualSource, CaseStatus, Measure
from portfolio.models import CashLine, CashPeriod
from portfolio.services.access import VIEW_ONLY
from portfolio.services.money_rollups import request_money_refresh
from portfolio.validators import add_months, checked_amount, first_of_month
from tenancy.actor import Actor
from tenancy.scope import named_action

# Months a recorded amount may lie before the plan begins.
EARLIEST_MONTHS = 120
LONGEST_SOURCE = 60

Amounts = Mapping[date, Decimal | None]


@transaction.atomic
def record_actuals(line: CashLine, amounts: Amounts, *, source: str, actor: Actor) -> list[CashPeriod]:
    """Record what a line cost or brought by month; the same again changes nothing, None removes a month.

    Months not named stay as they are. `source` says where the amounts are from: `manual`, `usage`
    or `kpi`, if need be with a detail after a colon. A line fed by usage or a KPI takes amounts from
    there only. Refused for months that have not begun and for more than ten years before the plan.
    Returns the rows that were written.
    """
    actor.require("cash_period.record")
    locked = _locked(line, actor)
    _require_source(locked, source)
    this_month = first_of_month(timezone.now().date())
    earliest = add_months(locked.case.start_month, -EARLIEST_MONTHS)
    checked = _checked(amounts, earliest, this_month, "Actual amounts are recorded from {first} to {last}.")
    named_action("cash_period.actuals_recorded")
    return _write(locked, Measure.ACTUAL, checked, source, actor)


def amounts_recorded(lines: Iterable[CashLine]) -> dict[UUID, dict[date, Decimal]]:
    """Actual amounts by line and month; one query."""
    rows = CashPeriod.objects.actual().filter(line__in=[line.pk for line in lines])
    found: dict[UUID, dict[date, Decimal]] = defaultdict(dict)
    for line, month, amount in rows.values_list("line_id", "month", "amount"):
        found[line][month] = amount
    return found


def make_actuals(
    line: CashLine, wanted: Mapping[date, Decimal], *, recorded: Mapping[date, Decimal], source: str, actor: Actor
) -> int:
    """Make these the actual amounts of a line, where `recorded` are those it has; returns how many differed."""
    changes: dict[date, Decimal | None] = {
        month: amount for month, amount in wanted.items() if recorded.get(month) != amount
    }
    changes |= {month: None for month in recorded if month not in wanted}
    if changes:
        record_actuals(line, changes, source=source, actor=actor)
    return len(changes)


@transaction.atomic
def record_forecast(line: CashLine, amounts: Amounts, *, actor: Actor, source: str = "") -> list[CashPeriod]:
    """Say what a line is now expected to cost or bring by month, within the plan; None returns to the plan."""
    actor.require("cash_period.record")
    locked = _locked(line, actor)
    _require_short(source)
    case = locked.case
    last = add_months(case.start_month, case.horizon_months - 1)
    checked = _checked(amounts, case.start_month, last, "The plan runs from {first} to {last}.")
    named_action("cash_period.forecast_recorded")
    return _write(locked, Measure.FORECAST, checked, source, actor)


def _locked(line: CashLine, actor: Actor) -> CashLine:
    lines = CashLine.objects.permitted(actor, "change").select_related("case").for_update()
    found = lines.filter(pk=line.pk).first()
    if found is None:
        raise NotPermittedError(VIEW_ONLY)
    locked: CashLine = found
    return locked


def _require_source(line: CashLine, source: str) -> None:
    _require_short(source)
    kind = source.partition(":")[0]
    given = kind if kind in ActualSource.values else ActualSource.MANUAL
    if given != line.actual_source:
        label = ActualSource(line.actual_source).label
        raise InvalidInputError(
            f"Actual amounts of \N{LEFT DOUBLE QUOTATION MARK}{line.name}\N{RIGHT DOUBLE QUOTATION MARK} come from: "
            f"{label}.",
            pointer="source",
        )


def _require_short(source: str) -> None:
    if len(source) > LONGEST_SOURCE:
        raise InvalidInputError(f"The source has at most {LONGEST_SOURCE} characters.", pointer="source")


def _checked(amounts: Amounts, first: date, last: date, span: str) -> dict[date, Decimal | None]:
    checked: dict[date, Decimal | None] = {}
    for day, amount in amounts.items():
        month, pointer = first_of_month(day), f"amounts/{day:%Y-%m}"
        if not first <= month <= last:
            raise InvalidInputError(span.format(first=f"{first:%Y-%m}", last=f"{last:%Y-%m}"), pointer=pointer)
        if month in checked:
            raise InvalidInputError("This month is given twice.", pointer=pointer)
        checked[month] = None if amount is None else checked_amount(Decimal(amount), pointer)
    return checked


def _write(line: CashLine, measure: Measure, amounts: Amounts, source: str, actor: Actor) -> list[CashPeriod]:
    """Write what differs; of an approved case the rolled-up money then follows."""
    rows = CashPeriod.objects.filter(line=line, measure=measure, month__in=amounts)
    stored = {row.month: row for row in rows.for_update()}
    gone = [stored[month].pk for month, amount in amounts.items() if amount is None and month in stored]
    created, changed = [], []
    for month, amount in amounts.items():
        if amount is None:
            continue
        row = stored.get(month)
        if row is None:
            created.append(CashPeriod(line=line, month=month, measure=measure, amount=amount, source=source))
        elif (row.amount, row.source) != (amount, source):
            row.amount, row.source = amount, source
            changed.append(row)
    CashPeriod.objects.filter(pk__in=gone).delete()
    CashPeriod.objects.bulk_update(changed, ["amount", "source"])
    CashPeriod.objects.bulk_create(created)
    if line.case.status == CaseStatus.APPROVED and (gone or changed or created):
        request_money_refresh(actor=actor)
    return [*created, *changed]
