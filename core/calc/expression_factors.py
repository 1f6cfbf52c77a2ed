"""Takes the product at the top of a formula apart, so that what does not change with time is computed only once."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.calc.expression_functions import NEGATION, OPERATORS
from core.calc.expression_parser import Apply, Name, Number, Step

_MINUS_ONE = Number(-1.0, 0)


@dataclass(frozen=True)
class Factor:
    """One factor of a product, or one of its divisors; `name` when it is nothing but a name."""

    steps: tuple[Step, ...]
    is_divisor: bool
    name: str | None


def factors(steps: Sequence[Step]) -> tuple[Factor, ...]:
    """The factors whose product, divided by the divisors, is the value of the steps.

    (a + b) * c / d has the factors a + b and c and the divisor d. A formula that is no product is its only factor.
    """
    stack: list[tuple[int, list[Factor]]] = []
    for index, step in enumerate(steps):
        if not isinstance(step, Apply):
            stack.append((index, [_factor((step,))]))
            continue
        operands = stack[len(stack) - step.arguments :]
        del stack[len(stack) - step.arguments :]
        start = operands[0][0] if operands else index
        if step.function is OPERATORS["*"]:
            parts = operands[0][1] + operands[1][1]
        elif step.function is OPERATORS["/"]:
            parts = operands[0][1] + [_inverse(factor) for factor in operands[1][1]]
        elif step.function is NEGATION:
            parts = [_factor((_MINUS_ONE,)), *operands[0][1]]
        else:
            parts = [_factor(tuple(steps[start : index + 1]))]
        stack.append((start, parts))
    return tuple(stack.pop()[1])


def _factor(steps: tuple[Step, ...]) -> Factor:
    only = steps[0] if len(steps) == 1 else None
    return Factor(steps, is_divisor=False, name=only.name if isinstance(only, Name) else None)


def _inverse(factor: Factor) -> Factor:
    return Factor(factor.steps, is_divisor=not factor.is_divisor, name=factor.name)
