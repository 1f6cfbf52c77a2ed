"""People of an option: person-months by role, whose cost is the plan of an engineering line of its own."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from core.errors import InvalidInputError
from portfolio.enums import CashCategory, CashSide, SpendKind
from portfolio.models import CaseOption, CashLine, StaffingLine, StaffingPeriod
from portfolio.services.business_cases import by_month_of_plan, open_case, record_inputs
from portfolio.validators import CENT
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

MAX_PERSON_MONTHS = Decimal("999999.99")
EDITABLE = frozenset({"role", "monthly_rate"})

PersonMonths = Mapping[date, Decimal]


@transaction.atomic
def create_staffing_line(
    option: CaseOption,
    *,
    role: str,
    monthly_rate: Decimal,
    person_months: PersonMonths,
    actor: Actor,
    spend_kind: str = SpendKind.OPEX,
) -> StaffingLine:
    """Plan people of one role; the cash line that carries their cost is made with them."""
    actor.require("staffing_line.create")
    case = open_case(option.case, actor)
    if not CaseOption.objects.filter(case=case, pk=option.pk).exists():
        raise InvalidInputError("There is no such option in this business case.", pointer="option")
    named_action("staffing_line.created")
    staffing = add_people(
        option, role=role, monthly_rate=monthly_rate, person_months=person_months, spend_kind=spend_kind
    )
    record_inputs(case, actor=actor)
    return staffing


@transaction.atomic
def change_staffing_line(
    staffing: StaffingLine, *, actor: Actor, person_months: PersonMonths | None = None, **changes: Any
) -> StaffingLine:
    """Change role or rate, and with `person_months` the whole plan of people."""
    actor.require("staffing_line.change")
    case = open_case(staffing.line.case, actor)
    locked: StaffingLine = StaffingLine.objects.for_update().select_related("line__case").get(pk=staffing.pk)
    named_action("staffing_line.changed")
    if change_people(locked, changes, person_months) or person_months is not None:
        record_inputs(case, actor=actor)
    return locked


@transaction.atomic
def delete_staffing_line(staffing: StaffingLine, *, actor: Actor) -> None:
    """Plan these people no more; their cash line goes with them."""
    actor.require("staffing_line.delete")
    case = open_case(staffing.line.case, actor)
    named_action("staffing_line.deleted")
    delete_checked(CashLine.objects.for_update().get(pk=staffing.line_id))
    record_inputs(case, actor=actor)


def add_people(
    option: CaseOption, *, role: str, monthly_rate: Decimal, person_months: PersonMonths, spend_kind: str
) -> StaffingLine:
    """Write people and the cash line that carries their cost, in the locked case; its plan is left to the caller."""
    last = CashLine.objects.filter(option=option).aggregate(last=Max("position"))["last"]
    line = CashLine(
        case_id=option.case_id,
        option=option,
        side=CashSide.COST,
        category=CashCategory.ENGINEERING,
        spend_kind=spend_kind,
        name=role.strip(),
        position=0 if last is None else last + 1,
    )
    save_checked(line)
    staffing = save_checked(StaffingLine(line=line, role=role.strip(), monthly_rate=monthly_rate))
    _write_periods(staffing, person_months)
    return staffing


def change_people(staffing: StaffingLine, changes: Mapping[str, Any], person_months: PersonMonths | None) -> list[str]:
    """Write changed fields of locked people, and with `person_months` their whole plan; returns what changed."""
    changed = assign(staffing, changes, editable=EDITABLE)
    if changed:
        save_checked(staffing, update_fields=changed)
    if "role" in changed:
        staffing.line.name = staffing.role
        save_checked(staffing.line, update_fields=["name"])
    if person_months is not None:
        _write_periods(staffing, person_months)
    return changed


def _write_periods(staffing: StaffingLine, person_months: PersonMonths) -> None:
    wanted = by_month_of_plan(staffing.line.case, person_months, pointer="person_months", checked=_checked)
    stored = {row.month: row for row in StaffingPeriod.objects.filter(staffing_line=staffing)}
    gone = [row.pk for month, row in stored.items() if not wanted.get(month)]
    changed = [row for month, row in stored.items() if wanted.get(month) and row.person_months != wanted[month]]
    for row in changed:
        row.person_months = wanted[row.month]
    StaffingPeriod.objects.filter(pk__in=gone).delete()
    StaffingPeriod.objects.bulk_update(changed, ["person_months"])
    StaffingPeriod.objects.bulk_create(
        StaffingPeriod(staffing_line=staffing, month=month, person_months=count)
        for month, count in wanted.items()
        if count and month not in stored
    )


def _checked(count: Decimal, pointer: str) -> Decimal:
    if not count.is_finite() or not 0 <= count <= MAX_PERSON_MONTHS:
        raise InvalidInputError(f"Person-months lie between 0 and {MAX_PERSON_MONTHS}.", pointer=pointer)
    if count != count.quantize(CENT):
        raise InvalidInputError("Person-months have at most two decimal places.", pointer=pointer)
    return count.quantize(CENT)
