"""The operators and functions a formula may use; a caller may add its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.calc import expression_units as units

Values = float | NDArray[np.float64]


@dataclass(frozen=True)
class Function:
    """Something that turns arguments into a value, element by element where they are arrays.

    `most` None means any number of arguments. `apply` must not have effects and must answer an impossible argument
    with NaN or infinity, which the evaluation then explains.
    """

    name: str
    fewest: int
    most: int | None
    apply: Callable[..., Any]
    unit: units.UnitRule = units.plain


def _comparison(name: str, compare: Callable[..., Any]) -> Function:
    # Times one, so that a truth is the number 1 or 0 and can be computed with.
    return Function(name, 2, 2, lambda a, b: np.multiply(compare(a, b), 1.0), units.compared)


def _smallest(*arguments: Values) -> Any:
    result: Any = arguments[0]
    for argument in arguments[1:]:
        result = np.minimum(result, argument)
    return result


def _largest(*arguments: Values) -> Any:
    result: Any = arguments[0]
    for argument in arguments[1:]:
        result = np.maximum(result, argument)
    return result


def _rounded(value: Values, digits: Values = 0.0) -> Any:
    """Halves away from zero, as spreadsheets do and NumPy does not."""
    factor = np.power(10.0, np.trunc(digits))
    return np.copysign(np.floor(np.abs(value) * factor + 0.5) / factor, value)


def _logarithm(value: Values, base: Values = 10.0) -> Any:
    return np.log10(value) if np.ndim(base) == 0 and base == 10.0 else np.log(value) / np.log(base)


OPERATORS: dict[str, Function] = {
    "+": Function("+", 2, 2, np.add, units.same),
    "-": Function("-", 2, 2, np.subtract, units.same),
    "*": Function("*", 2, 2, np.multiply, units.multiplied),
    "/": Function("/", 2, 2, np.divide, units.divided),
    "^": Function("^", 2, 2, np.power, units.raised),
    "<": _comparison("<", np.less),
    "<=": _comparison("<=", np.less_equal),
    ">": _comparison(">", np.greater),
    ">=": _comparison(">=", np.greater_equal),
    "=": _comparison("=", np.equal),
    "!=": _comparison("!=", np.not_equal),
}
NEGATION = Function("-", 1, 1, np.negative, units.negated)
CHOICE = Function("if", 3, 3, lambda test, yes, no: np.where(np.not_equal(test, 0.0), yes, no), units.chosen)
FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("min", 1, None, _smallest, units.same),
        Function("max", 1, None, _largest, units.same),
        Function("abs", 1, 1, np.abs, units.kept),
        Function("sqrt", 1, 1, np.sqrt, units.rooted),
        Function("log", 1, 2, _logarithm),
        Function("ln", 1, 1, np.log),
        Function("exp", 1, 1, np.exp),
        Function("clamp", 3, 3, lambda value, low, high: np.minimum(np.maximum(value, low), high), units.same),
        Function("round", 1, 2, _rounded, units.kept),
        CHOICE,
    )
}
