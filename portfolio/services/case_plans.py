"""Computed plans: what formulas, people and moving dates make of a case's lines, written as planned amounts."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from core.calc.errors import CalculationError
from core.calc.expressions import ExpressionError
from core.errors import InvalidInputError
from portfolio.calc.case_model import CaseModelError, Problem
from portfolio.calc.case_program import CompiledOption
from portfolio.models import CaseOption, CashLine, CashPeriod
from portfolio.selectors.case_content import CaseContent, engine_option, line_names
from portfolio.validators import CENT, MAX_AMOUNT, add_months

# What the engine calls otherwise than the records do.
_FIELDS = {
    "name": "key",
    "active_users": "users_key",
    "actions": "actions_key",
    "ceiling": "adoption_ceiling",
    "months_to_reach": "adoption_months",
    "start_month": "adoption_start_month",
    "months": "horizon_months",
}


class CaseProblemError(InvalidInputError):
    """The case cannot be computed; `pointer` and `position` say where, `code` is that of the first problem.

    `part` is what is at fault (line, driver, formula, adoption or option) and `part_id` its record,
    None for a part that has none of its own. `places` has the pointer and the sentence of every problem.
    """

    def __init__(self, problem: Problem, *, part_id: UUID | None, places: Iterable[tuple[str, str]]) -> None:
        self.places = tuple(places)
        super().__init__(problem.message, pointer=self.places[0][0], reasons=[text for _, text in self.places])
        self.code = problem.code
        self.part, self.part_id, self.position = problem.part, part_id, problem.position


def write_plans(content: CaseContent) -> None:
    """Bring the planned amounts of every computed line up to what its formula or people say; only what differs.

    Refuses formulas that name what does not exist, go in circles, mix units, divide by zero or come
    out below zero.
    """
    wanted: dict[UUID, dict[date, Decimal]] = {}
    for option in content.options:
        wanted |= plans_of(content, option)
    if wanted:
        _write(content, wanted)


def plans_of(content: CaseContent, option: CaseOption) -> dict[UUID, dict[date, Decimal]]:
    """Planned amounts of the option's computed lines by month, zeros left out."""
    lines = content.lines_of(option)
    computed = [line for line in lines if line.formula or line.pk in content.staffing]
    if not computed and not content.drivers_of(option):
        return {}
    amounts = dict(zip([line.pk for line in lines], _computed(content, option), strict=True))
    return {
        line.pk: {
            add_months(content.case.start_month, index): _money(amount, line, index, content)
            for index, amount in enumerate(amounts[line.pk])
            if amount
        }
        for line in computed
    }


def _computed(content: CaseContent, option: CaseOption) -> list[list[float]]:
    with refusing_problems(content, option):
        rows: list[list[float]] = CompiledOption(engine_option(content, option)).monthly_amounts().tolist()
    return rows


@contextmanager
def refusing_problems(content: CaseContent, option: CaseOption) -> Iterator[None]:
    """Turn what keeps the option from being computed into a refusal that names the place."""
    try:
        yield
    except CaseModelError as error:
        raise _problem_error(error.problems, content, option) from error
    except ExpressionError as error:
        problem = Problem("line", error.name or "", "formula", error.message, error.code, error.position)
        raise _problem_error([problem], content, option) from error
    except CalculationError as error:
        raise InvalidInputError(error.message, pointer=error.pointer) from error


def _problem_error(problems: Iterable[Problem], content: CaseContent, option: CaseOption) -> CaseProblemError:
    """The refusal for what stands in the way of computing an option."""
    listed = list(problems)
    first = listed[0]
    part_id = _record_of(first, content, option)
    places = [(_pointer(problem, content, option), problem.message) for problem in listed]
    return CaseProblemError(first, part_id=part_id, places=places)


def _record_of(problem: Problem, content: CaseContent, option: CaseOption) -> UUID | None:
    drivers: dict[str, UUID] = {driver.key: driver.pk for driver in content.drivers_of(option)}
    lines = dict(zip(line_names(content, option), content.lines_of(option), strict=True))
    if problem.name in lines and problem.part == "line":
        return lines[problem.name].pk
    return drivers.get(problem.name)


def _pointer(problem: Problem, content: CaseContent, option: CaseOption) -> str:
    """Reads like lines/2/formula or drivers/price/unit; what concerns the option is at its own field."""
    lines = dict(zip(line_names(content, option), content.lines_of(option), strict=True))
    if problem.part == "line" and problem.name in lines:
        return f"lines/{lines[problem.name].position}/{problem.field}"
    if problem.part in ("driver", "formula", "line"):
        return f"drivers/{problem.name}/{_FIELDS.get(problem.field, problem.field)}"
    return _FIELDS.get(problem.field, problem.field)


@contextmanager
def at_own_field(part_id: UUID) -> Iterator[None]:
    """Let a refusal for this record name the record's field, as the caller who changes only it knows it."""
    try:
        yield
    except CaseProblemError as refusal:
        if refusal.part_id == part_id and refusal.pointer:
            refusal.pointer = refusal.pointer.rpartition("/")[2]
        raise


def _money(amount: float, line: CashLine, index: int, content: CaseContent) -> Decimal:
    month = add_months(content.case.start_month, index)
    exact = Decimal(repr(amount))
    if exact < 0:
        message = f"{line.name}: the formula gives a negative amount in {month:%Y-%m}; the side says which way it goes."
        raise InvalidInputError(message, pointer="formula")
    if exact > MAX_AMOUNT:
        raise InvalidInputError(f"{line.name}: the amount in {month:%Y-%m} is too large.", pointer="formula")
    return exact.quantize(CENT, ROUND_HALF_EVEN)


def _write(content: CaseContent, wanted: Mapping[UUID, Mapping[date, Decimal]]) -> None:
    rows = CashPeriod.objects.planned().filter(line__in=list(wanted))
    stored = {(row.line_id, row.month): row for row in rows}
    created, changed = [], []
    for line_id, amounts in wanted.items():
        for month, amount in amounts.items():
            row = stored.pop((line_id, month), None)
            if row is None:
                created.append(CashPeriod(line_id=line_id, month=month, amount=amount))
            elif row.amount != amount:
                row.amount = amount
                changed.append(row)
        content.planned[line_id] = dict(amounts)
    CashPeriod.objects.filter(pk__in=[row.pk for row in stored.values()]).delete()
    CashPeriod.objects.bulk_update(changed, ["amount"])
    CashPeriod.objects.bulk_create(created)
