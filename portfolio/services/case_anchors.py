"""Lines that hang on the initiative's dates: where they begin now, and moving them when the dates move."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from core.errors import InvalidInputError
from portfolio.enums import LineAnchor, Measure
from portfolio.models import BusinessCase, CashLine, StaffingPeriod
from portfolio.models.business_case import MAX_HORIZON_MONTHS
from portfolio.models.cash import CashPeriod
from portfolio.selectors.case_content import CaseContent, first_month_of
from portfolio.validators import add_months, months_between


def place_lines(content: CaseContent, *, may_extend: bool = False) -> bool:
    """Move the entered amounts of anchored lines to where their anchor is now; returns whether any moved.

    Refused when an amount would lie before the plan, or after it, unless `may_extend` lets the
    horizon grow.
    """
    moved = False
    for line in content.lines:
        month = None if line.anchor == LineAnchor.NONE else first_month_of(line, content)
        if month == line.anchored_month:
            continue
        if month is not None and line.anchored_month is not None and not line.formula:
            _shift(line, months_between(line.anchored_month, month))
            moved = True
        line.anchored_month = month
        line.save(update_fields=["anchored_month", "updated_at"])
    if moved:
        _require_inside(content.case, may_extend=may_extend)
    return moved


def shift_unanchored(case: BusinessCase, months: int) -> None:
    """Move what was entered on lines without an anchor along with the start of the case."""
    _shift_rows(CashLine.objects.filter(case=case, anchor=LineAnchor.NONE).values_list("pk", flat=True), months)


def _shift(line: CashLine, months: int) -> None:
    _shift_rows([line.pk], months)


def _shift_rows(lines: Any, months: int) -> None:
    ids: list[UUID] = list(lines)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE portfolio_cashperiod SET month = (month + make_interval(months => %s))::date, updated_at = now()
            WHERE line_id = ANY(%s) AND measure = %s
            """,
            [months, ids, Measure.PLAN],
        )
        cursor.execute(
            """
            UPDATE portfolio_staffingperiod period
            SET month = (period.month + make_interval(months => %s))::date, updated_at = now()
            FROM portfolio_staffingline staffing
            WHERE staffing.id = period.staffing_line_id AND staffing.line_id = ANY(%s)
            """,
            [months, ids],
        )


def _require_inside(case: BusinessCase, *, may_extend: bool) -> None:
    months = [
        *CashPeriod.objects.planned().filter(line__case=case, amount__gt=0).values_list("month", flat=True),
        *StaffingPeriod.objects.filter(staffing_line__line__case=case).values_list("month", flat=True),
    ]
    if not months:
        return
    if min(months) < case.start_month:
        message = f"A line of {case} would begin in {min(months):%Y-%m}, before its plan; start the plan earlier first."
        raise InvalidInputError(message, pointer="start_month")
    needed = months_between(case.start_month, max(months)) + 1
    if needed <= case.horizon_months:
        return
    if not may_extend or needed > MAX_HORIZON_MONTHS:
        raise _beyond(case, max(months))
    case.horizon_months = needed
    case.save(update_fields=["horizon_months", "updated_at"])


def _beyond(case: BusinessCase, month: date) -> InvalidInputError:
    last = add_months(case.start_month, case.horizon_months - 1)
    message = f"A line of {case} would reach {month:%Y-%m}, but its plan ends in {last:%Y-%m}; lengthen the plan first."
    return InvalidInputError(message, pointer="horizon_months")
