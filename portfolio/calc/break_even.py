"""How much adoption an option needs to be worth nothing, neither gain nor loss."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.calc.errors import CalculationError
from core.calc.expressions import ExpressionError
from core.calc.lazy import load_when_used
from portfolio.calc.case_program import CompiledOption

optimize = load_when_used("scipy.optimize")

_POINTS = 65


@dataclass(frozen=True)
class BreakEven:
    """The ceiling of the adoption curve at which the net present value is zero; None with the `reason`.

    Of several the lowest. `code` is found, always_positive, always_negative, always_zero, no_value or no_adoption;
    `lowest` and `highest` bound where was looked.
    """

    value: float | None
    code: str
    reason: str
    lowest: float
    highest: float


def break_even_adoption(compiled: CompiledOption) -> BreakEven:
    """Solve for the ceiling of the adoption curve, a fraction between 0 and 1; all drivers at their likely values.

    Looks at 65 evenly spaced values and narrows the first change of sign down by Brent's method, so that two crossings
    closer than a sixty-fourth of the range may be missed. Source: Brent, Algorithms for Minimization without
    Derivatives (1973), ch. 4.
    """
    if compiled.option.adoption is None:
        return BreakEven(None, "no_adoption", "The option has no adoption curve.", 0.0, 1.0)

    def value_at(share: float) -> float | None:
        try:
            return compiled.net_present_values(adoption_ceiling=share)
        except ExpressionError:
            # A cost per user has no value at no users; other ceilings may still have one.
            return None

    return _solved(value_at, 0.0, 1.0)


def _solved(value_at: Callable[[float], float | None], lowest: float, highest: float) -> BreakEven:
    points = [float(point) for point in np.linspace(lowest, highest, _POINTS)]
    pairs = [(point, value) for point in points if (value := value_at(point)) is not None]
    if not pairs:
        reason = "The option has no value anywhere in the range, because a formula is impossible there."
        return BreakEven(None, "no_value", reason, lowest, highest)
    if all(value == 0.0 for _, value in pairs):
        return BreakEven(None, "always_zero", "The net present value is zero everywhere.", lowest, highest)
    for (left, before), (right, after) in pairwise(pairs):
        if before == 0.0:
            return BreakEven(left, "found", "", lowest, highest)
        if before * after < 0.0:
            tolerance = 1e-12 * max(abs(left), abs(right))
            root = optimize.brentq(lambda point: _certain(value_at(point)), left, right, xtol=tolerance)
            return BreakEven(float(root), "found", "", lowest, highest)
    if pairs[-1][1] == 0.0:
        return BreakEven(pairs[-1][0], "found", "", lowest, highest)
    if pairs[0][1] > 0.0:
        return BreakEven(None, "always_positive", "The option pays off at every value in the range.", lowest, highest)
    return BreakEven(None, "always_negative", "The option pays off at no value in the range.", lowest, highest)


def _certain(value: float | None) -> float:
    if value is None:
        message = "A formula is impossible between two values at which it is possible."
        raise CalculationError(message, code="no_value")
    return value
