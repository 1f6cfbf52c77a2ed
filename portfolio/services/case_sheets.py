"""The sheet of one option: settings, drivers, people and lines, written at once or computed without being written."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from core.errors import InvalidInputError
from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashLine, CashPeriod, StaffingLine
from portfolio.services import case_drivers, case_options, staffing
from portfolio.services.actuals import record_actuals, record_forecast
from portfolio.services.business_cases import open_case
from portfolio.services.cash_lines import LineInput, replace_lines
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

SETTINGS = frozenset({"adoption_shape", "adoption_start_month", "adoption_ceiling", "adoption_months"})

Amounts = Mapping[date, Decimal | None]


@dataclass(frozen=True)
class DriverInput:
    """One driver as it shall be; `id` names an existing one, `values` are its fields."""

    values: Mapping[str, Any]
    id: UUID | None = None

    @property
    def key(self) -> str:
        return str(self.values["key"])


@dataclass(frozen=True)
class PeopleInput:
    """People of one role as they shall be; `id` names an existing staffing line."""

    role: str
    monthly_rate: Decimal
    person_months: Mapping[date, Decimal]
    spend_kind: str
    id: UUID | None = None


@dataclass(frozen=True)
class Sheet:
    """One option as it shall be. Drivers of the case or the option, people and lines that are not listed go.

    `lines` leave out the cash lines of people. `forecast` and `actual` hold, by the index of the line, only months
    that shall change; None removes one.
    """

    lines: Sequence[LineInput]
    drivers: Sequence[DriverInput] = ()
    people: Sequence[PeopleInput] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    forecast: Mapping[int, Amounts] = field(default_factory=dict)
    actual: Mapping[int, Amounts] = field(default_factory=dict)


@transaction.atomic
def save_sheet(option: CaseOption, sheet: Sheet, *, actor: Actor, expected_version: int) -> BusinessCase:
    """Write everything on the sheet or nothing; refused when somebody else changed the case meanwhile.

    Pointers of refusals read like lines/2/formula, lines/2/amounts/2026-03, drivers/0/likely, drivers/price/unit (a
    problem of the formulas) or people/1/role.
    """
    for noun in ("cash_line", "case_driver", "staffing_line", "case_option"):
        actor.require(f"{noun}.change")
    case = open_case(option.case, actor, expected_version=expected_version)
    own: CaseOption = CaseOption.objects.for_update().get(case=case, pk=option.pk)
    named_action("business_case.sheet_saved")
    _write_settings(own, sheet.settings)
    _write_drivers(case, own, sheet.drivers)
    carried = _write_people(own, sheet.people)
    saved = replace_lines(case, lines=[*_with_kept_amounts(own, sheet.lines), *carried], option=own, actor=actor)
    _write_measures(list(CashLine.objects.filter(option=own).order_by("position")), sheet, actor)
    return saved


@transaction.atomic
def save_measures(option: CaseOption, sheet: Sheet, *, actor: Actor) -> None:
    """Write only forecast and actual amounts of existing lines, which a decided case takes too."""
    lines = {line.pk: line for line in CashLine.objects.filter(option=option)}
    _write_measures([lines[line.id] for line in sheet.lines if line.id in lines], sheet, actor)


def _write_settings(option: CaseOption, settings: Mapping[str, Any]) -> None:
    changed = assign(option, settings, editable=SETTINGS)
    if changed:
        with _at("settings"):
            save_checked(option, taken=case_options.TAKEN, update_fields=changed)


def _write_drivers(case: BusinessCase, option: CaseOption, wanted: Sequence[DriverInput]) -> None:
    if len(wanted) > case_drivers.MAX_DRIVERS:
        raise InvalidInputError(f"A business case has at most {case_drivers.MAX_DRIVERS} drivers.", pointer="drivers")
    rows = CaseDriver.objects.for_update().filter(case=case)
    stored = {row.pk: row for row in rows if row.option_id in (None, option.pk)}
    kept = {driver.id for driver in wanted}
    for row in stored.values():
        if row.pk not in kept:
            delete_checked(row)
    last = CaseDriver.objects.filter(case=case).aggregate(last=Max("position"))["last"] or 0
    for index, driver in enumerate(wanted):
        with _at(f"drivers/{index}"):
            last += 1
            _write_driver(stored, driver, CaseDriver(case=case, position=last))


def _write_driver(stored: Mapping[UUID, CaseDriver], driver: DriverInput, blank: CaseDriver) -> None:
    row = blank if driver.id is None else stored.get(driver.id)
    if row is None:
        raise InvalidInputError("There is no such driver in this business case any more.", pointer="key")
    changed = assign(row, driver.values, editable=case_drivers.EDITABLE)
    if driver.id is None:
        save_checked(row, taken=case_drivers.TAKEN)
    elif changed:
        save_checked(row, taken=case_drivers.TAKEN, update_fields=changed)


def _write_people(option: CaseOption, wanted: Sequence[PeopleInput]) -> list[LineInput]:
    """Write the people and return their cash lines, to be listed among the option's."""
    rows = StaffingLine.objects.for_update().filter(line__option=option).select_related("line__case")
    stored = {row.pk: row for row in rows}
    kept = {people.id for people in wanted}
    for row in stored.values():
        if row.pk not in kept:
            delete_checked(row.line)
    written = []
    for index, people in enumerate(wanted):
        with _at(f"people/{index}"):
            written.append((people, _write_one(option, stored, people)))
    return [_line_of(row, people) for people, row in written]


def _write_one(option: CaseOption, stored: Mapping[UUID, StaffingLine], people: PeopleInput) -> StaffingLine:
    if not people.role.strip():
        raise InvalidInputError("Give the role a name.", pointer="role")
    fields: dict[str, Any] = {"role": people.role.strip(), "monthly_rate": people.monthly_rate}
    if people.id is None:
        return staffing.add_people(option, person_months=people.person_months, spend_kind=people.spend_kind, **fields)
    row = stored.get(people.id)
    if row is None:
        raise InvalidInputError("There are no such people in this business case any more.", pointer="role")
    staffing.change_people(row, fields, people.person_months)
    return row


def _line_of(row: StaffingLine, people: PeopleInput) -> LineInput:
    planned = dict(CashPeriod.objects.planned().filter(line=row.line_id).values_list("month", "amount"))
    settings = {"spend_kind": people.spend_kind}
    return LineInput(category=row.line.category, name=row.role, amounts=planned, id=row.line_id, settings=settings)


def _with_kept_amounts(option: CaseOption, lines: Sequence[LineInput]) -> Iterator[LineInput]:
    """Computed lines with the amounts they have, so that computing them again writes only what differs."""
    known = {line.id for line in lines if line.settings.get("formula") and line.id}
    planned: dict[UUID, dict[date, Decimal]] = {}
    rows = CashPeriod.objects.planned().filter(line__option=option, line__in=known)
    for line_id, month, amount in rows.values_list("line_id", "month", "amount"):
        planned.setdefault(line_id, {})[month] = amount
    for line in lines:
        yield replace(line, amounts=planned.get(line.id, {})) if line.id in known else line


def _write_measures(lines: Sequence[CashLine], sheet: Sheet, actor: Actor) -> None:
    for index, amounts in sheet.forecast.items():
        with _at(f"lines/{index}/forecast", is_amount=True):
            record_forecast(lines[index], amounts, actor=actor)
    for index, amounts in sheet.actual.items():
        with _at(f"lines/{index}/actual", is_amount=True):
            record_actuals(lines[index], amounts, source="manual", actor=actor)


@contextmanager
def _at(prefix: str, *, is_amount: bool = False) -> Iterator[None]:
    """Put the place on the sheet before the field a refusal names."""
    try:
        yield
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        shown = "likely" if name == "__all__" else name
        raise InvalidInputError(messages[0], pointer=f"{prefix}/{shown}") from error
    except InvalidInputError as refusal:
        place = (refusal.pointer or "").removeprefix("amounts/") if is_amount else refusal.pointer
        refusal.pointer = f"{prefix}/{place}"
        raise
