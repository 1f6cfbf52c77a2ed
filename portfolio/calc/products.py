"""Amounts per month kept as a product of what is the same in all months and what is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.calc.expression_factors import Factor
from core.calc.expressions import Values, run_steps


@dataclass(frozen=True)
class Product:
    """`still` times `moving`: a number or one value per trial, and months in rows by one column or one per trial.

    `moving` is None where nothing depends on the month. Most of a case is such a product, and a sum over months then
    costs one weighted sum of `moving`, however many factors are still.
    """

    still: Any
    moving: NDArray[np.float64] | None = None

    def full(self) -> Values:
        """The amounts themselves."""
        if self.moving is None:
            return self.still
        return np.asarray(self.moving * self.still)


def product(plan: Sequence[Factor], values: Mapping[str, Product]) -> Product:
    """The product of the factors; whoever calls decides what a floating point error is."""
    still: Any = None
    columns: list[tuple[NDArray[np.float64], bool]] = []
    for factor in plan:
        part = _value(factor, values)
        if part.moving is not None:
            columns.append((part.moving, factor.is_divisor))
        if part.moving is None or not _is_one(part.still):
            still = _combined(still, part.still, is_divisor=factor.is_divisor)
    moving: NDArray[np.float64] | None = None
    # Narrow columns first: they are multiplied among themselves before they meet a column per trial.
    for column, is_divisor in sorted(columns, key=lambda pair: pair[0].shape[1]):
        moving = _combined(moving, column, is_divisor=is_divisor)
    return Product(1.0 if still is None else still, moving)


def _value(factor: Factor, values: Mapping[str, Product]) -> Product:
    if factor.name is not None:
        return values[factor.name]
    result = run_steps(factor.steps, _Expanded(values))
    return Product(1.0, result) if np.ndim(result) == 2 else Product(result)


def _combined(first: Any, second: Any, *, is_divisor: bool) -> Any:
    if is_divisor:
        return np.divide(1.0 if first is None else first, second)
    return second if first is None else np.multiply(first, second)


def _is_one(still: Any) -> bool:
    return isinstance(still, float) and still == 1.0


class _Expanded(dict[str, Values]):
    """Multiplies out the values a formula asks for, and only those."""

    def __init__(self, values: Mapping[str, Product]) -> None:
        super().__init__()
        self._values = values

    def __missing__(self, name: str) -> Values:
        value = self[name] = self._values[name].full()
        return value
