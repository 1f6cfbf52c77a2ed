"""Turns a checked option into a program that computes its months for one set of driver values or for many at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.calc.expression_factors import Factor, factors
from core.calc.expressions import Expression, ExpressionError, Values
from portfolio.calc.adoption import adoption_share
from portfolio.calc.case_checks import parse_option
from portfolio.calc.case_model import ADOPTION, CHURN, MONTH, RETAINED, Adoption, Line, Option, Side
from portfolio.calc.drivers import Driver
from portfolio.calc.products import Product, product

Amounts = NDArray[np.float64]


@dataclass(frozen=True)
class _Formula:
    """An expression, its factors, and the months it is needed for (rows first to last, last excluded)."""

    name: str
    expression: Expression
    plan: tuple[Factor, ...]
    first: int
    last: int


@dataclass(frozen=True)
class _CompiledLine:
    sign: float
    formula: _Formula | None
    amounts: Amounts
    weights: Amounts


class CompiledOption:
    """An option ready to be computed again and again.

    Driver values are floats, or arrays with one value per trial, in the drivers' own units; drivers left out take
    their likely values. Every method raises ExpressionError, naming line or formula, where a value is impossible.
    """

    def __init__(self, option: Option) -> None:
        parsed = parse_option(option)
        self.option = option
        self.months = np.arange(1.0, option.months + 1.0).reshape(-1, 1)
        growth = 1.0 + option.annual_discount_rate
        self.discount_factors: Amounts = growth ** -(np.arange(option.months) / option.periods_per_year)
        self._scales = {name: unit.scale for name, unit in parsed.units.items() if unit is not None}
        self._formulas = [_formula(name, parsed.formulas[name], 0, option.months) for name in parsed.order]
        pairs = zip(option.lines, parsed.lines, strict=True)
        self._lines = [self._compiled(line, expression) for line, expression in pairs]

    @property
    def uncertain_drivers(self) -> tuple[Driver, ...]:
        """The drivers with more than one value, in the order of their names."""
        uncertain = (driver for driver in self.option.drivers if not driver.is_certain)
        return tuple(sorted(uncertain, key=lambda driver: driver.name))

    def driver(self, name: str) -> Driver | None:
        """The driver of that name, None if there is none."""
        return next((driver for driver in self.option.drivers if driver.name == name), None)

    def net_present_values(
        self, values: Mapping[str, Values] | None = None, *, adoption_ceiling: Values | None = None
    ) -> Any:
        """Net present value per trial; a float where no driver value is an array."""
        known = self._known(values or {}, adoption_ceiling)
        sums = _WeightedSums()
        result: Any = 0.0
        for line in self._lines:
            part = self._product(line.formula, known) if line.formula else Product(1.0, line.amounts)
            value = line.sign * part.still * sums.of(line.weights, part.moving)
            result = result + value
        return _finite(result)

    def monthly_amounts(
        self, values: Mapping[str, Values] | None = None, *, adoption_ceiling: float | None = None
    ) -> Amounts:
        """Amounts by line and month for one set of driver values, costs and benefits both positive."""
        known = self._known(values or {}, adoption_ceiling)
        result = np.zeros((len(self._lines), self.option.months))
        for row, line in enumerate(self._lines):
            if line.formula is None:
                result[row] = line.amounts[:, 0]
                continue
            full = np.asarray(self._product(line.formula, known).full(), dtype=np.float64)
            amounts = full[:, 0] if full.ndim == 2 else np.broadcast_to(full, (self.option.months,))
            result[row, line.formula.first : line.formula.last] = amounts[line.formula.first : line.formula.last]
        return result

    def monthly_values(self, name: str, values: Mapping[str, Values] | None = None) -> Amounts:
        """A driver, formula or built-in name month by month for one set of driver values."""
        full = np.asarray(self._known(values or {}, None)[name].full(), dtype=np.float64)
        return full[:, 0] if full.ndim == 2 else np.full(self.option.months, float(full))

    def _compiled(self, line: Line, expression: Expression | None) -> _CompiledLine:
        first, last = line.first_month - 1, line.last_month or self.option.months
        amounts = np.zeros((self.option.months, 1))
        formula = None
        weights = self.discount_factors
        if expression is not None:
            formula = _formula(line.name, expression, first, last)
            if last - first != self.option.months:
                weights = np.zeros(self.option.months)
                weights[first:last] = self.discount_factors[first:last]
        elif line.amounts is not None:
            amounts[: len(line.amounts), 0] = line.amounts
        return _CompiledLine(1.0 if line.side is Side.BENEFIT else -1.0, formula, amounts, weights)

    def _known(self, values: Mapping[str, Values], adoption_ceiling: Values | None) -> dict[str, Product]:
        known = {MONTH: Product(1.0, self.months)}
        for driver in self.option.drivers:
            known[driver.name] = Product(values.get(driver.name, driver.likely) * self._scales.get(driver.name, 1.0))
        if CHURN in known:
            known[RETAINED] = Product(1.0, _retained(known[CHURN].still, self.option.months))
        if self.option.adoption is not None:
            known[ADOPTION] = self._adoption(self.option.adoption, known, adoption_ceiling)
        for formula in self._formulas:
            known[formula.name] = self._product(formula, known)
        return known

    def _adoption(self, adoption: Adoption, known: Mapping[str, Product], ceiling: Values | None) -> Product:
        stated, reach = adoption.ceiling, adoption.months_to_reach
        share = adoption_share(
            self.months,
            shape=adoption.shape,
            start_month=adoption.start_month,
            months_to_reach=known[reach].still if isinstance(reach, str) else float(reach),
            ceiling=1.0,
        )
        if ceiling is not None:
            return Product(ceiling, share)
        return Product(known[stated].still if isinstance(stated, str) else float(stated), share)

    def _product(self, formula: _Formula, known: Mapping[str, Product]) -> Product:
        try:
            with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
                return product(formula.plan, known)
        except FloatingPointError:
            return self._explained(formula, known)

    def _explained(self, formula: _Formula, known: Mapping[str, Product]) -> Product:
        """Evaluate as written where it is needed; what an `if` or the line's months leave out may be impossible."""
        rows = slice(formula.first, formula.last)
        values: dict[str, Values] = {}
        for name in formula.expression.names:
            full = known[name].full()
            values[name] = full[rows] if isinstance(full, np.ndarray) and full.ndim == 2 else full
        try:
            result = np.asarray(formula.expression.evaluate(values), dtype=np.float64)
        except ExpressionError as error:
            raise _in_month(error, formula) from error
        if result.ndim < 2:
            return Product(result)
        padded = np.zeros((self.option.months, result.shape[1]))
        padded[rows] = result
        return Product(1.0, padded)


def _formula(name: str, expression: Expression, first: int, last: int) -> _Formula:
    return _Formula(name, expression, factors(expression.steps), first, last)


class _WeightedSums:
    """Sums over months, each computed once: most lines of an option share the adoption curve."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Amounts, Any]] = {}

    def of(self, weights: Amounts, moving: Amounts | None) -> Any:
        if moving is None:
            return weights.sum()
        key = (id(weights), id(moving))
        if key not in self._known:
            # The array is kept with its sum, because an identity is unique only as long as its object lives.
            self._known[key] = (moving, _weighted(weights, moving))
        return self._known[key][1]


def _weighted(weights: Amounts, moving: Amounts) -> Any:
    if moving.shape[1] == 1:
        return float(np.dot(weights, moving[:, 0]))
    return np.einsum("m,mt->t", weights, moving)


def _retained(churn: Any, months: int) -> Amounts:
    """(1 - churn) ** (month - 1) by month and trial."""
    shares = np.empty((months, np.size(churn)))
    shares[0] = 1.0
    shares[1:] = np.subtract(1.0, churn)
    return np.multiply.accumulate(shares, axis=0, out=shares)


def _finite(result: Any) -> Any:
    if not np.all(np.isfinite(result)):
        message = "The net present value is too large to compute with."
        raise ExpressionError(message, code="overflow")
    return result if np.ndim(result) else float(result)


def _in_month(error: ExpressionError, formula: _Formula) -> ExpressionError:
    located = error.about(formula.name)
    if error.index is None or len(error.index) < 2:
        return located
    message = f"{located.message[:-1]}, in month {formula.first + error.index[0] + 1}."
    return ExpressionError(message, code=error.code, position=error.position, name=formula.name, index=error.index)
