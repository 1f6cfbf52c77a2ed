"""Formulas people write: read, checked for units, put in order and evaluated on floats or arrays; never eval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.calc.expression_errors import ExpressionError
from core.calc.expression_functions import CHOICE, FUNCTIONS, Function, Values
from core.calc.expression_parser import MAX_LENGTH, Apply, Name, Number, Step, parse_steps, shown, similar
from core.calc.expression_units import UNKNOWN, Kind, Literal, UnitMismatchError
from core.calc.units import Unit, UnitError

__all__ = ["FUNCTIONS", "MAX_LENGTH", "Expression", "ExpressionError", "Function", "Values", "parse", "resolve"]
_NOWHERE = -1


def parse(text: str, *, functions: Mapping[str, Function] | None = None) -> "Expression":
    """Read a formula; `functions` are known by their lower-case name besides the built-in ones.

    Numbers, names, + - * / ^, comparisons, parentheses and functions; ^ binds tighter than a sign in front of it and
    groups to the right, so that -2^2 is -4 and 2^3^2 is 512. Raises ExpressionError.
    """
    return Expression(text, parse_steps(text, {**FUNCTIONS, **(functions or {})}))


@dataclass(frozen=True)
class Expression:
    """A formula that has been read; `steps` are in postfix order."""

    text: str
    steps: tuple[Step, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name the formula takes a value from."""
        return frozenset(step.name for step in self.steps if isinstance(step, Name))

    def require_names(self, known: Mapping[str, object] | frozenset[str]) -> None:
        """Refuse the first name that is not known."""
        for step in self.steps:
            if isinstance(step, Name) and step.name not in known:
                hint = similar(step.name, known)
                message = f"Character {step.position + 1}: {shown(step.name)} is not known here{hint or '.'}"
                raise ExpressionError(message, code="unknown_name", position=step.position, name=step.name)

    def unit(self, units: Mapping[str, Unit | None]) -> Unit | None:
        """The unit of the result when amounts are scaled to their base units before; None when nobody can say.

        A name with the unit None is taken to fit anywhere, and so is a number written into the formula.
        """
        self.require_names(units)
        stack: list[Kind] = []
        for step in self.steps:
            if isinstance(step, Number):
                stack.append(Literal(step.value))
            elif isinstance(step, Name):
                stack.append(units[step.name] or UNKNOWN)
            else:
                kinds = stack[-step.arguments :]
                del stack[-step.arguments :]
                stack.append(_combined_unit(step, kinds))
        result = stack.pop()
        return Unit(result.dimensions) if isinstance(result, Unit) else None

    def evaluate(self, values: Mapping[str, Values]) -> Any:
        """The value for floats (a float) or for arrays that broadcast together (an array of their common shape).

        What an `if` does not choose may be impossible. Raises ExpressionError at the step that has no finite value.
        """
        self.require_names(values)
        used = {name: values[name] for name in self.names}
        for name, value in used.items():
            if not np.all(np.isfinite(value)):
                message = f"{shown(name)} is not a finite number."
                raise ExpressionError(message, code="not_a_number", name=name, position=self._position_of(name))
        try:
            with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
                result = run_steps(self.steps, used)
        except FloatingPointError:
            result = self._traced(used)
        if not np.all(np.isfinite(result)):
            result = self._traced(used)
        return float(result) if np.ndim(result) == 0 else result

    def _position_of(self, name: str) -> int:
        return next(step.position for step in self.steps if isinstance(step, Name) and step.name == name)

    def _traced(self, values: Mapping[str, Values]) -> NDArray[np.float64]:
        """Evaluate once more, remembering per element which step had no value; slow, and only after a failure."""
        stack: list[tuple[NDArray[np.float64], NDArray[np.int64]]] = []
        for index, step in enumerate(self.steps):
            if isinstance(step, Apply):
                operands = stack[-step.arguments :] if step.arguments else []
                del stack[len(stack) - step.arguments :]
                stack.append(_traced_step(index, step, operands))
            else:
                value = np.asarray(step.value if isinstance(step, Number) else values[step.name], dtype=np.float64)
                stack.append((value, np.full((), _NOWHERE)))
        result, origin = stack.pop()
        if np.any(origin != _NOWHERE):
            raise self._explained(np.broadcast_to(origin, result.shape))
        return result

    def _explained(self, origin: NDArray[np.int64]) -> ExpressionError:
        first = int(origin[origin != _NOWHERE].min())
        index = tuple(int(i) for i in np.argwhere(origin == first)[0]) or None
        step = self.steps[first // 2]
        if not isinstance(step, Apply):
            raise TypeError("only an operator or a function can be without a value")
        code, reason = _reason(step, is_too_large=bool(first % 2))
        message = f"Character {step.position + 1}: {reason}."
        return ExpressionError(message, code=code, position=step.position, index=index)


def run_steps(steps: Sequence[Step], values: Mapping[str, Values]) -> Any:
    """The bare evaluation, without any check: the caller decides what a floating point error is."""
    stack: list[Any] = []
    for step in steps:
        if isinstance(step, Apply):
            if step.arguments == 2:
                second = stack.pop()
                stack[-1] = step.function.apply(stack[-1], second)
            else:
                start = len(stack) - step.arguments
                stack[start:] = [step.function.apply(*stack[start:])]
        else:
            stack.append(step.value if isinstance(step, Number) else values[step.name])
    return stack.pop()


def resolve(formulas: Mapping[str, Expression]) -> tuple[str, ...]:
    """The names of the formulas in an order in which each finds the others it uses already evaluated.

    Names that are no formulas are values from outside. Raises ExpressionError with the code cycle, naming the circle.
    """
    order: list[str] = []
    done: set[str] = set()
    for start in formulas:
        path: dict[str, None] = {}
        waiting = [(start, False)]
        while waiting:
            name, is_complete = waiting.pop()
            if is_complete:
                path.popitem()
                done.add(name)
                order.append(name)
            elif name in path:
                raise _cycle([*list(path)[list(path).index(name) :], name])
            elif name not in done:
                path[name] = None
                waiting.append((name, True))
                waiting.extend((used, False) for used in sorted(formulas[name].names & formulas.keys(), reverse=True))
    return tuple(order)


def _cycle(names: list[str]) -> ExpressionError:
    steps = [shown(name) for name in names]
    if len(steps) > 12:
        steps = [*steps[:6], "...", *steps[-5:]]
    message = f"{shown(names[0])} is computed from itself: {' → '.join(steps)}."
    return ExpressionError(message, code="cycle", name=names[0])


def _combined_unit(step: Apply, kinds: Sequence[Kind]) -> Kind:
    try:
        return step.function.unit(step.function.name, kinds)
    except (UnitMismatchError, UnitError) as error:
        reason = str(error).rstrip(".")
        message = f"Character {step.position + 1}: {reason}."
        raise ExpressionError(message, code="unit_mismatch", position=step.position) from error


def _traced_step(
    index: int, step: Apply, operands: Sequence[tuple[NDArray[np.float64], NDArray[np.int64]]]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    values = [value for value, _ in operands]
    with np.errstate(all="ignore"):
        result = np.asarray(step.function.apply(*values), dtype=np.float64)
    if step.function is CHOICE:
        (test, test_origin), (_, yes), (_, no) = operands
        inherited = np.where(test_origin != _NOWHERE, test_origin, np.where(test != 0.0, yes, no))
    else:
        inherited = np.full((), _NOWHERE)
        for _, origin in reversed(operands):
            inherited = np.where(origin != _NOWHERE, origin, inherited)
    # Even for no number at all, odd for one that is too large.
    here = np.where(np.isfinite(result), _NOWHERE, 2 * index + np.isinf(result))
    origin = np.where(inherited != _NOWHERE, inherited, here)
    return np.where(origin != _NOWHERE, np.nan, result), origin


def _reason(step: Apply, *, is_too_large: bool) -> tuple[str, str]:
    name, operand = step.function.name, shown(step.operand)
    if name == "/":
        return ("division_by_zero", f"division by zero, because {operand} is 0 or too small")
    if name in ("ln", "log"):
        return ("not_a_number", f"{name} needs numbers above zero, and a base other than 1")
    if name == "sqrt":
        return ("not_a_number", f"sqrt needs a number that is not negative, but {operand} is")
    if name == "^" and is_too_large:
        return ("overflow", "the result of ^ is too large, or 0 is raised to a negative power")
    if is_too_large:
        return ("overflow", f"the result of {name} is too large to compute with")
    if name == "^":
        return ("not_a_number", "a negative number has no power that is not whole")
    return ("not_a_number", f"{name} has no value here")
