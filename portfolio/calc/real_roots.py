"""All real roots of a sum of exponentials, the equation behind every internal rate of return."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.calc.lazy import load_when_used

optimize = load_when_used("scipy.optimize")

# Beyond these logarithmic rates a rate is no longer a float greater than -1 and below infinity.
_LOWEST, _HIGHEST = -36.0, 709.0
# A sum this small beside its largest terms is zero within rounding: the curve touches the axis there.
_TOUCHES_ZERO = 1e-13


@dataclass(frozen=True)
class _ExponentialSum:
    """Sum of signs[i] * exp(logs[i] - x * times[i]), kept as logarithms so that no term can overflow."""

    signs: NDArray[np.float64]
    logs: NDArray[np.float64]
    times: NDArray[np.float64]

    def __call__(self, x: float) -> float:
        """Value at x relative to the sum of the absolute terms: the sign is exact, the size lies in [-1, 1]."""
        powers = self.logs - x * self.times
        terms = np.exp(powers - powers.max())
        return float(np.dot(self.signs, terms) / terms.sum())

    def sign_changes(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.signs[:-1] != self.signs[1:])

    def with_one_sign_change_less(self) -> "_ExponentialSum":
        """Derivative after multiplication with exp(x * pivot), the pivot lying between two terms of unlike sign."""
        changes = self.sign_changes()
        at = int(changes[len(changes) // 2])
        pivot = (self.times[at] + self.times[at + 1]) / 2.0
        factors = pivot - self.times
        return _ExponentialSum(self.signs * np.sign(factors), self.logs + np.log(np.abs(factors)), self.times)


def sign_change_count(amounts: Sequence[float]) -> int:
    """Return how often the sign changes along the amounts, zeros left out (Descartes' bound on positive roots)."""
    signs = [amount > 0.0 for amount in amounts if amount != 0.0]
    return sum(1 for before, after in pairwise(signs) if before != after)


def real_roots(coefficients: Sequence[float], times: Sequence[float]) -> tuple[float, ...]:
    """Return every real x, ascending, at which the sum of coefficients[i] * exp(-x * times[i]) is zero.

    `times` must be strictly ascending. With x = ln(1 + rate) these are all internal rates of return above -100%.
    Method: multiplying by an exponential between two terms of unlike sign and differentiating removes exactly one
    sign change, so by Rolle's theorem the roots of that derivative fence in the roots of the sum; the chain ends at
    a sum without sign change, which has none (Polya and Szego, Problems and Theorems in Analysis II, part V, 77).
    """
    chain = [_exponential_sum(coefficients, times)]
    while chain[-1].sign_changes().size:
        chain.append(chain[-1].with_one_sign_change_less())

    roots: list[float] = []
    for function in reversed(chain[:-1]):
        roots = _roots_between(function, [_LOWEST, *roots, _HIGHEST])
    return tuple(roots)


def _exponential_sum(coefficients: Sequence[float], times: Sequence[float]) -> _ExponentialSum:
    weights = np.asarray(coefficients, dtype=np.float64)
    moments = np.asarray(times, dtype=np.float64)
    present = weights != 0.0
    weights, moments = weights[present], moments[present]
    return _ExponentialSum(np.sign(weights), np.log(np.abs(weights)), moments)


def _roots_between(function: _ExponentialSum, fences: list[float]) -> list[float]:
    """Roots of a function that has at most one root between neighbouring fences."""
    values = [function(fence) for fence in fences]
    roots: list[float] = []
    for index in range(len(fences) - 1):
        left, right = values[index], values[index + 1]
        is_inner_fence = index > 0
        if is_inner_fence and abs(left) <= _TOUCHES_ZERO:
            roots.append(fences[index])
            continue
        right_touches = index + 2 < len(fences) and abs(right) <= _TOUCHES_ZERO
        if left * right < 0.0 and not right_touches:
            roots.append(float(optimize.brentq(function, fences[index], fences[index + 1], xtol=1e-15, maxiter=500)))
    return roots
