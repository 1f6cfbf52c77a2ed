"""What a sheet would come to if it were saved: computed in memory, nothing written, nothing locked."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from core.errors import DomainError
from core.ids import uuid7
from portfolio.calc.option_results import OptionResults
from portfolio.enums import BenefitKind, CashCategory, CashSide, SpendKind
from portfolio.models import CaseDriver, CaseOption, CashLine, StaffingLine
from portfolio.selectors.case_content import CaseContent
from portfolio.services.case_plans import CaseProblemError
from portfolio.services.case_sheets import DriverInput, PeopleInput, Sheet
from portfolio.services.cash_lines import LineInput
from portfolio.services.valuations import results_of
from tenancy.actor import Actor


@dataclass(frozen=True)
class SheetPreview:
    """The figures of a sheet, or the places (pointer, sentence) that stand in their way.

    `results` is None while nothing is planned or something is wrong. `line_amounts` and `people_amounts` are by the
    index of the line or people, then by month of the plan.
    """

    results: OptionResults | None
    line_amounts: Sequence[Sequence[float]] = ()
    people_amounts: Sequence[Sequence[float]] = ()
    problems: Sequence[tuple[str, str]] = ()


def preview_sheet(
    stored: CaseContent, option: CaseOption, sheet: Sheet, *, actor: Actor, trials: int = 0
) -> SheetPreview:
    """Compute the sheet of an option of the case `stored`, which stays as it is.

    0 `trials` leave the simulation out, which is right while somebody types.
    """
    actor.require("cash_line.view")
    content = replace(
        stored,
        planned=dict(stored.planned),
        staffing=dict(stored.staffing),
        person_months=dict(stored.person_months),
    )
    shown = _put_on(content, option, sheet)
    if not content.is_known(shown):
        return SheetPreview(None)
    try:
        results = results_of(content, shown, trials=trials)
    except CaseProblemError as error:
        return SheetPreview(None, problems=error.places)
    except DomainError as error:
        return SheetPreview(None, problems=[(error.pointer or "", error.message)])
    amounts = results.line_amounts
    count = len(sheet.lines)
    return SheetPreview(results, amounts[:count], amounts[count:], list(_negative(sheet, amounts)))


def _negative(sheet: Sheet, amounts: Sequence[Sequence[float]]) -> Any:
    """Formulas that saving refuses, because the side of a line says which way its money goes."""
    for index, line in enumerate(sheet.lines):
        month = next((at for at, amount in enumerate(amounts[index], 1) if amount < 0), None)
        if month is not None:
            yield f"lines/{index}/formula", f"{line.name}: the formula gives a negative amount in month {month}."


def _put_on(content: CaseContent, option: CaseOption, sheet: Sheet) -> CaseOption:
    """Replace the option's rows in the content by those of the sheet."""
    shown = copy(next(each for each in content.options if each.pk == option.pk))
    for name, value in sheet.settings.items():
        setattr(shown, name, value)
    content.options = [shown if each.pk == option.pk else each for each in content.options]
    others = [driver for driver in content.drivers if driver.option_id not in (None, option.pk)]
    content.drivers = [*others, *(_driver(content, driver) for driver in sheet.drivers)]
    stored = {line.pk: line for line in content.lines}
    lines = [_line(content, shown, stored, line, position) for position, line in enumerate(sheet.lines)]
    rest = [line for line in content.lines if line.option_id != option.pk]
    for line in content.lines_of(option):
        content.staffing.pop(line.pk, None)
    people = [_people(content, shown, each, len(lines) + index) for index, each in enumerate(sheet.people)]
    content.lines = [*rest, *lines, *people]
    return shown


def _driver(content: CaseContent, driver: DriverInput) -> CaseDriver:
    return CaseDriver(pk=driver.id or uuid7(), case=content.case, **driver.values)


def _line(
    content: CaseContent, option: CaseOption, stored: dict[UUID, CashLine], line: LineInput, position: int
) -> CashLine:
    found = stored.get(line.id) if line.id else None
    row = copy(found) if found is not None else CashLine(pk=uuid7(), case=content.case, option=option)
    is_cost = line.side == CashSide.COST
    if row.side != line.side:
        row.spend_kind, row.benefit_kind = (SpendKind.OPEX, "") if is_cost else ("", BenefitKind.HARD)
    row.side, row.category, row.name, row.position = line.side, line.category, line.name, position
    for name, value in line.settings.items():
        setattr(row, name, value)
    content.planned[row.pk] = dict(line.amounts)
    return row


def _people(content: CaseContent, option: CaseOption, people: PeopleInput, position: int) -> CashLine:
    row = CashLine(pk=uuid7(), case=content.case, option=option, position=position, name=people.role)
    row.side, row.category, row.spend_kind = CashSide.COST, CashCategory.ENGINEERING, people.spend_kind
    content.planned[row.pk] = {}
    content.staffing[row.pk] = StaffingLine(line=row, role=people.role, monthly_rate=people.monthly_rate)
    content.person_months[row.pk] = dict(people.person_months)
    return row
