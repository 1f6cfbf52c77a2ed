"""Finds everything wrong with an option before it is valued, each problem at the field a person would correct."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.calc.checks import finite_sequence, positive, rate_above_minus_one
from core.calc.errors import CalculationError
from core.calc.expressions import Expression, ExpressionError, parse, resolve
from core.calc.units import PLAIN, Unit, UnitError, parse_unit
from portfolio.calc.case_model import (
    ADOPTION,
    BUILT_IN_NAMES,
    CHURN,
    MAX_DRIVERS,
    MAX_FORMULAS,
    MAX_LINES,
    MAX_MONTHS,
    MAX_STEPS,
    MONTH,
    RETAINED,
    CaseModelError,
    Line,
    Option,
    Problem,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]{0,59}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_PER_MONTH = Unit((("month", -1),))


@dataclass(frozen=True)
class ParsedOption:
    """An option whose texts have been read and found consistent."""

    option: Option
    order: tuple[str, ...]
    formulas: dict[str, Expression]
    lines: tuple[Expression | None, ...]
    units: dict[str, Unit | None]


def parse_option(option: Option) -> ParsedOption:
    """Read and check an option; raises CaseModelError with every problem found."""
    problems = list(_problems_of_option(option))
    units: dict[str, Unit | None] = {MONTH: PLAIN}
    problems += _read_drivers(option, units)
    problems += _read_adoption(option, units)
    formulas = _read_formulas(option, units, problems)
    order = _order(formulas, units, problems)
    money = Unit(((option.currency, 1),))
    lines = tuple(_read_line(option, line, units, money, problems) for line in option.lines)
    problems += _read_counts(option, units)
    problems += _too_much(option, [*formulas.values(), *(line for line in lines if line is not None)])
    if problems:
        raise CaseModelError(problems)
    return ParsedOption(option, order, formulas, lines, units)


def _problems_of_option(option: Option) -> Iterator[Problem]:
    if not 1 <= option.months <= MAX_MONTHS:
        message = f"The horizon must lie between 1 and {MAX_MONTHS} months."
        yield Problem("option", option.name, "months", message, "out_of_range")
    yield from _wrong("option", option.name, lambda: positive("periods_per_year", option.periods_per_year))
    if _CURRENCY.fullmatch(option.currency) is None:
        message = "The currency is three capital letters, for example EUR."
        yield Problem("option", option.name, "currency", message, "unknown_currency")
    yield from _wrong("option", option.name, lambda: rate_above_minus_one("discount_rate", option.annual_discount_rate))
    limits = (("lines", MAX_LINES), ("drivers", MAX_DRIVERS), ("formulas", MAX_FORMULAS))
    for field, most in limits:
        if len(getattr(option, field)) > most:
            yield Problem("option", option.name, field, f"An option has at most {most} {field}.", "too_many")


def _read_drivers(option: Option, units: dict[str, Unit | None]) -> Iterator[Problem]:
    seen: set[str] = set()
    for driver in option.drivers:
        yield from _wrong_name("driver", driver.name, seen | BUILT_IN_NAMES)
        seen.add(driver.name)
        units[driver.name] = None
        try:
            units[driver.name] = unit = parse_unit(driver.unit)
        except UnitError as error:
            yield Problem("driver", driver.name, "unit", f"{driver.name}: {error.message}", error.code)
            continue
        if driver.name == CHURN and not (driver.low >= 0.0 and driver.high * unit.scale <= 1.0):
            yield Problem("driver", CHURN, "high", "churn must lie between 0 and 100%.", "out_of_range")
    if CHURN in seen:
        units[RETAINED] = PLAIN


def _read_adoption(option: Option, units: dict[str, Unit | None]) -> Iterator[Problem]:
    adoption = option.adoption
    if adoption is None:
        return
    units[ADOPTION] = PLAIN
    if not 1 <= adoption.start_month <= MAX_MONTHS:
        message = f"Adoption must start between month 1 and {MAX_MONTHS}."
        yield Problem("adoption", ADOPTION, "start_month", message, "out_of_range")
    drivers = {driver.name: driver for driver in option.drivers}
    limits = (("ceiling", adoption.ceiling, 0.0, 1.0), ("months_to_reach", adoption.months_to_reach, 1.0, MAX_MONTHS))
    for field, stated, least, most in limits:
        label = field.replace("_", " ")
        if isinstance(stated, str) and stated not in drivers:
            message = f"The {label} of the adoption curve is {stated!r}, which is no driver."
            yield Problem("adoption", ADOPTION, field, message, "unknown_name")
            continue
        if isinstance(stated, str):
            driver, unit = drivers[stated], units[stated]
            scale = 1.0 if unit is None else unit.scale
            low, high = driver.low * scale, driver.high * scale
        else:
            low = high = stated
        # Not a number compares as false, so that it is refused like any other number out of range.
        if not (least <= low and high <= most):
            message = f"The {label} of the adoption curve must lie between {least:g} and {most:g}."
            yield Problem("adoption", ADOPTION, field, message, "out_of_range")


def _read_formulas(option: Option, units: dict[str, Unit | None], problems: list[Problem]) -> dict[str, Expression]:
    taken = {*units, *BUILT_IN_NAMES}
    formulas: dict[str, Expression] = {}
    for name, text in option.formulas.items():
        problems += _wrong_name("formula", name, taken)
        try:
            formulas[name] = parse(text)
        except ExpressionError as error:
            problems.append(_problem("formula", name, error))
        # Known from here on, so that one mistake is not reported again wherever the name is used.
        units.setdefault(name, None)
    return formulas


def _order(formulas: dict[str, Expression], units: dict[str, Unit | None], problems: list[Problem]) -> tuple[str, ...]:
    try:
        order = resolve(formulas)
    except ExpressionError as error:
        problems.append(_problem("formula", error.name or "", error))
        return ()
    for name in order:
        try:
            units[name] = formulas[name].unit(units)
        except ExpressionError as error:
            problems.append(_problem("formula", name, error))
    return order


def _read_line(
    option: Option, line: Line, units: dict[str, Unit | None], money: Unit, problems: list[Problem]
) -> Expression | None:
    problems += _wrong_months(option, line)
    if (line.formula is None) == (line.amounts is None):
        message = f"{line.name}: a line has either amounts or a formula."
        problems.append(Problem("line", line.name, "formula", message, "ambiguous"))
        return None
    if line.formula is None:
        amounts = line.amounts or ()
        if len(amounts) > option.months:
            message = f"{line.name} has {len(amounts)} amounts, but the horizon has {option.months} months."
            problems.append(Problem("line", line.name, "amounts", message, "length_mismatch"))
        problems += _wrong("line", line.name, lambda: finite_sequence("amounts", amounts, min_length=0))
        return None
    try:
        expression = parse(line.formula)
        unit = expression.unit(units)
    except ExpressionError as error:
        problems.append(_problem("line", line.name, error))
        return None
    # A plain number is taken as money: who states no units is not forced to.
    if unit is not None and not any(unit.is_like(fitting) for fitting in (money, money * _PER_MONTH, PLAIN)):
        message = f"{line.name}: the result is in {unit}, but must be money in {option.currency}."
        problems.append(Problem("line", line.name, "formula", message, "unit_mismatch", 0))
    return expression


def _wrong_months(option: Option, line: Line) -> Iterator[Problem]:
    last = option.months if line.last_month is None else line.last_month
    if not 1 <= line.first_month <= last <= option.months:
        message = f"{line.name}: the months must lie between 1 and {option.months}, the first not after the last."
        yield Problem("line", line.name, "first_month", message, "out_of_range")


def _read_counts(option: Option, units: dict[str, Unit | None]) -> Iterator[Problem]:
    for field in ("active_users", "actions"):
        name = getattr(option, field)
        if name is not None and name not in units:
            message = f"{name!r} is neither a driver nor a formula."
            yield Problem("option", option.name, field, message, "unknown_name")


def _too_much(option: Option, expressions: Iterable[Expression]) -> Iterator[Problem]:
    if sum(len(expression.steps) for expression in expressions) > MAX_STEPS:
        message = f"All formulas together have at most {MAX_STEPS:,} numbers, names and operators."
        yield Problem("option", option.name, "formulas", message, "too_long")


def _wrong_name(part: str, name: str, taken: Iterable[str]) -> Iterator[Problem]:
    if _NAME.fullmatch(name) is None:
        message = f"{name[:60]!r} cannot be used in formulas: use letters, digits and _, a letter first, at most 60."
        yield Problem(part, name, "name", message, "bad_name")
    elif name in taken:
        message = f"{name} is taken; every driver and formula needs a name of its own."
        yield Problem(part, name, "name", message, "duplicate_name")


def _wrong(part: str, name: str, check: Callable[[], object]) -> Iterator[Problem]:
    try:
        check()
    except CalculationError as error:
        yield Problem(part, name, error.pointer or "", f"{name}: {error.message}", error.code)


def _problem(part: str, name: str, error: ExpressionError) -> Problem:
    return Problem(part, name, "formula", f"{name}: {error.message}", error.code, error.position)
