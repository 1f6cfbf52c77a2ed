"""Everything one business case holds, read at once and put into the terms of its valuation."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.calc.errors import CalculationError
from core.calc.expressions import ExpressionError, parse
from core.errors import InvalidInputError
from core.numbers import plain_number
from portfolio.calc.adoption import AdoptionShape as CurveShape
from portfolio.calc.case_model import (
    ADOPTION,
    Adoption,
    CaseModelError,
    Hardness,
    Line,
    Option,
    Problem,
    Side,
    Spending,
)
from portfolio.calc.drivers import Distribution, Driver
from portfolio.calc.option_results import ENGINE_VERSION
from portfolio.enums import (
    COST_TO_SERVE_CATEGORIES,
    AdoptionShape,
    CashSide,
    LineAnchor,
    OptionKind,
    SpendKind,
)
from portfolio.models import (
    BusinessCase,
    CaseDriver,
    CaseOption,
    CashLine,
    CashPeriod,
    Initiative,
    StaffingLine,
    StaffingPeriod,
)
from portfolio.validators import add_months, first_of_month, months_between


class AnchorMissingError(InvalidInputError):
    """A line hangs on a date its initiative does not have."""

    code = "anchor_missing"


@dataclass
class CaseContent:
    """A case with its rows; they may be changed in memory to see what would become of it.

    `planned` holds amounts and `person_months` people by line and month.
    """

    case: BusinessCase
    initiative: Initiative
    options: list[CaseOption]
    drivers: list[CaseDriver] = field(default_factory=list)
    lines: list[CashLine] = field(default_factory=list)
    planned: dict[UUID, dict[date, Decimal]] = field(default_factory=dict)
    staffing: dict[UUID, StaffingLine] = field(default_factory=dict)
    person_months: dict[UUID, dict[date, Decimal]] = field(default_factory=dict)

    @property
    def months(self) -> list[date]:
        """The months of the plan."""
        return [add_months(self.case.start_month, index) for index in range(self.case.horizon_months)]

    def lines_of(self, option: CaseOption) -> list[CashLine]:
        """The option's lines in their order."""
        return [line for line in self.lines if line.option_id == option.pk]

    def drivers_of(self, option: CaseOption) -> list[CaseDriver]:
        """What the option's formulas may name: its own drivers, and the case's where it has none of that key."""
        own = {driver.key: driver for driver in self.drivers if driver.option_id == option.pk}
        shared = [driver for driver in self.drivers if driver.option_id is None and driver.key not in own]
        return [*shared, *own.values()]

    def has_amounts(self, option: CaseOption) -> bool:
        """Whether anything is planned for the option, be it zero."""
        lines = self.lines_of(option)
        return any(line.formula or self.planned.get(line.pk) or self.person_months.get(line.pk) for line in lines)

    def is_known(self, option: CaseOption) -> bool:
        """Whether there is something to value; doing nothing may cost and bring nothing."""
        return self.has_amounts(option) or option.kind == OptionKind.DO_NOTHING

    def fixed_amounts(self, line: CashLine) -> dict[date, Decimal]:
        """Planned amounts of a line without formula; those of people follow from their months and rate."""
        people = self.staffing.get(line.pk)
        if people is None:
            return self.planned.get(line.pk, {})
        return {month: count * people.monthly_rate for month, count in self.person_months.get(line.pk, {}).items()}


def content_of(case: BusinessCase) -> CaseContent:
    """What the case holds now, in eight queries at most."""
    content = CaseContent(
        case=case,
        initiative=Initiative.objects.only("start_on", "end_on").get(pk=case.initiative_id),
        options=list(CaseOption.objects.filter(case=case)),
        drivers=list(CaseDriver.objects.filter(case=case)),
        lines=list(CashLine.objects.filter(case=case)),
    )
    content.planned = {line.pk: {} for line in content.lines}
    periods = CashPeriod.objects.planned().filter(line__case=case).values_list("line_id", "month", "amount")
    for line_id, month, amount in periods:
        content.planned[line_id][month] = amount
    content.staffing = {row.line_id: row for row in StaffingLine.objects.filter(line__case=case)}
    if content.staffing:
        _read_person_months(content)
    return content


def _read_person_months(content: CaseContent) -> None:
    rows = StaffingPeriod.objects.filter(staffing_line__in=content.staffing.values())
    for line_id, month, count in rows.values_list("staffing_line__line_id", "month", "person_months"):
        content.person_months.setdefault(line_id, {})[month] = count


def anchor_month(anchor: str, initiative: Initiative) -> date | None:
    """The month of the initiative's date the anchor names; None when it has none or nothing is named."""
    day = {LineAnchor.START: initiative.start_on, LineAnchor.END: initiative.end_on}.get(LineAnchor(anchor))
    return None if day is None else first_of_month(day)


def first_month_of(line: CashLine, content: CaseContent) -> date:
    """The month in which the line begins."""
    if line.anchor == LineAnchor.NONE:
        return add_months(content.case.start_month, line.offset_months)
    month = anchor_month(line.anchor, content.initiative)
    if month is None:
        date_name = "start" if line.anchor == LineAnchor.START else "end"
        message = f"{line.name}: the initiative has no {date_name} date the line could hang on."
        raise AnchorMissingError(message, pointer="anchor")
    return add_months(month, line.offset_months)


def window_of(line: CashLine, content: CaseContent) -> tuple[int, int] | None:
    """First and last month of a formula, counted from 1 and within the plan; None when it lies outside."""
    begin = months_between(content.case.start_month, first_month_of(line, content)) + 1
    end = content.case.horizon_months if line.duration_months is None else begin + line.duration_months - 1
    first, last = max(begin, 1), min(end, content.case.horizon_months)
    return (first, last) if first <= last else None


def engine_option(content: CaseContent, option: CaseOption) -> Option:
    """The option in the terms of its valuation."""
    drivers = _drivers_for(content, option)
    keys = {driver.key for driver in drivers}
    case = content.case
    return Option(
        name=option.name,
        currency=case.currency,
        months=case.horizon_months,
        annual_discount_rate=float(case.discount_rate),
        lines=[
            _engine_line(line, name, content)
            for line, name in zip(content.lines_of(option), line_names(content, option), strict=True)
        ],
        drivers=_engine_drivers([driver for driver in drivers if not driver.formula]),
        formulas={driver.key: driver.formula for driver in drivers if driver.formula},
        adoption=_adoption(option),
        active_users=case.users_key if case.users_key in keys else None,
        actions=case.actions_key if case.actions_key in keys else None,
    )


def _drivers_for(content: CaseContent, option: CaseOption) -> list[CaseDriver]:
    """The option's drivers; without an adoption curve those are left out that need one and that no line needs."""
    drivers = content.drivers_of(option)
    if option.adoption_shape != AdoptionShape.NONE:
        return drivers
    named = {driver.key: names_in(driver.formula) for driver in drivers}
    needed = _reached({name for line in content.lines_of(option) for name in names_in(line.formula)}, named)
    return [driver for driver in drivers if driver.key in needed or ADOPTION not in _reached(named[driver.key], named)]


def _reached(names: Iterable[str], named: Mapping[str, frozenset[str]]) -> set[str]:
    """The names and all that they, directly or not, are computed from."""
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(named.get(name, ()))
    return reached


def names_in(formula: str) -> frozenset[str]:
    """What a formula names; nothing for one that cannot be read, which its own check reports."""
    try:
        return parse(formula).names if formula else frozenset()
    except ExpressionError:
        return frozenset()


def line_names(content: CaseContent, option: CaseOption) -> list[str]:
    """Names of the option's lines that tell them apart."""
    seen: Counter[str] = Counter()
    names = []
    for line in content.lines_of(option):
        seen[line.name] += 1
        names.append(line.name if seen[line.name] == 1 else f"{line.name} ({seen[line.name]})")
    return names


def _engine_drivers(drivers: Iterable[CaseDriver]) -> list[Driver]:
    found, problems = [], []
    for driver in drivers:
        try:
            found.append(_engine_driver(driver))
        except CalculationError as error:
            problems.append(Problem("driver", driver.key, error.pointer or "likely", error.message, error.code))
    if problems:
        raise CaseModelError(problems)
    return found


def _engine_driver(driver: CaseDriver) -> Driver:
    return Driver(
        name=driver.key,
        low=float(driver.low),
        likely=float(driver.likely),
        high=float(driver.high),
        unit=driver.unit,
        distribution=Distribution(driver.distribution),
    )


def _engine_line(line: CashLine, name: str, content: CaseContent) -> Line:
    window = window_of(line, content) if line.formula else None
    is_cost = line.side == CashSide.COST
    stated: dict[str, Any] = {
        "name": name,
        "side": Side(line.side),
        "category": line.category,
        "spending": Spending(line.spend_kind or SpendKind.OPEX) if is_cost else None,
        "hardness": Hardness(line.benefit_kind) if line.benefit_kind else None,
        "is_cost_to_serve": line.category in COST_TO_SERVE_CATEGORIES and line.spend_kind != SpendKind.CAPEX,
    }
    if window is not None:
        return Line(formula=line.formula, first_month=window[0], last_month=window[1], **stated)
    if line.formula:
        return Line(amounts=(), **stated)
    return Line(amounts=_by_month(content.fixed_amounts(line), content.case), **stated)


def _by_month(amounts: Mapping[date, Decimal], case: BusinessCase) -> tuple[float, ...]:
    """From the first month of the plan on; money becomes floating point here and nowhere else.

    Amounts outside the plan, which services refuse to write, do not count.
    """
    row = [0.0] * case.horizon_months
    for month, amount in amounts.items():
        index = months_between(case.start_month, month)
        if 0 <= index < len(row):
            row[index] = float(amount)
    return tuple(row)


def _adoption(option: CaseOption) -> Adoption | None:
    if option.adoption_shape == AdoptionShape.NONE:
        return None
    return Adoption(
        shape=CurveShape(option.adoption_shape),
        start_month=option.adoption_start_month,
        ceiling=_number_or_name(option.adoption_ceiling),
        months_to_reach=_number_or_name(option.adoption_months),
    )


def _number_or_name(text: str) -> float | str:
    """The number the text says, else the text, which then names a driver; `nan` and `inf` name none."""
    number = plain_number(text)
    return text if number is None else float(number)


def digest_of(content: CaseContent) -> str:
    """Identifies everything the valuations depend on, engine and seed included; empty while no amount is planned."""
    if not any(content.has_amounts(option) for option in content.options):
        return ""
    case = content.case
    stated = {
        "engine": ENGINE_VERSION,
        "case": [
            case.currency,
            f"{Decimal(case.discount_rate):.4f}",
            case.start_month.isoformat(),
            case.horizon_months,
            case.users_key,
            case.actions_key,
            case.simulation_seed,
            case.trials,
        ],
        "options": [_stated_option(option, content) for option in content.options],
    }
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def _stated_option(option: CaseOption, content: CaseContent) -> list[Any]:
    adoption = [option.adoption_start_month, option.adoption_ceiling, option.adoption_months]
    return [
        str(option.pk),
        option.kind,
        [option.adoption_shape, *(adoption if option.adoption_shape != AdoptionShape.NONE else ())],
        [_stated_driver(driver) for driver in sorted(content.drivers_of(option), key=lambda driver: driver.key)],
        [_stated_line(line, content) for line in content.lines_of(option)],
    ]


def _stated_driver(driver: CaseDriver) -> list[str]:
    if driver.formula:
        return [driver.key, driver.formula]
    range_ = (driver.low, driver.likely, driver.high)
    return [driver.key, driver.unit, driver.distribution, *(f"{Decimal(value).normalize():f}" for value in range_)]


def _stated_line(line: CashLine, content: CaseContent) -> list[Any]:
    what = [line.side, line.category, line.spend_kind, line.benefit_kind]
    if line.formula:
        return [*what, line.formula, window_of(line, content)]
    return [*what, _stated_amounts(content.fixed_amounts(line).items())]


def _stated_amounts(amounts: Iterable[tuple[date, Decimal]]) -> list[list[str]]:
    return [[month.isoformat(), f"{amount:.2f}"] for month, amount in sorted(amounts)]
