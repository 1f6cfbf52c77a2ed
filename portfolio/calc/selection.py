"""The most valuable set of candidates that fits every scarce resource, found exactly.

A 0-1 multidimensional knapsack with prerequisites, exclusions and must-dos, solved by branch and bound with HiGHS
(Huangfu & Hall, Mathematical Programming Computation 10, 2018) through scipy.optimize.milp.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.calc.lazy import load_when_used
from core.errors import InvalidInputError

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult
    from scipy.sparse import csr_array

optimize = load_when_used("scipy.optimize")
sparse = load_when_used("scipy.sparse")

# Amounts come from decimals with at most four places; what is smaller than this is rounding.
TOLERANCE = 1e-6


class Outcome(StrEnum):
    """How the search ended."""

    OPTIMAL = "optimal"
    WITHIN_GAP = "within_gap"
    TIME_LIMIT = "time_limit"
    INFEASIBLE = "infeasible"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class Candidate:
    """Something that may be chosen: its value and how much it takes of each resource, by the resource's name."""

    key: str
    value: float
    uses: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Candidates, the capacity of each resource, and the rules between candidates (by key).

    `prerequisites` are pairs (candidate, what it needs); of each set in `exclusions` at most one is chosen;
    `required` are chosen and `forbidden` are not. A resource without a capacity is not limited.
    """

    candidates: Sequence[Candidate]
    capacities: Mapping[str, float]
    prerequisites: Sequence[tuple[str, str]] = ()
    exclusions: Sequence[Sequence[str]] = ()
    required: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Selection:
    """The chosen keys in the order of the candidates.

    `value` is their sum and `bound` what no selection can exceed; `gap` is (bound - value) / |value|, None when
    nothing was found or the value is 0. `used` is what the chosen ones take of each limited resource. `marginal` is
    what one more unit of a resource is worth by the linear relaxation (its dual value; 0 where something is left
    over), None where the relaxation has no answer. `seconds` is the time of the search.
    """

    outcome: Outcome
    chosen: tuple[str, ...]
    value: float
    bound: float | None
    gap: float | None
    used: Mapping[str, float]
    marginal: Mapping[str, float] | None
    seconds: float


def select(problem: Problem, *, relative_gap: float = 0.0, time_limit: float = 60.0) -> Selection:
    """The best selection, proven within `relative_gap` (a fraction) or the best found within `time_limit` seconds.

    Raises InvalidInputError for rules about unknown candidates, values that are not finite, and negative uses.
    """
    _require_sound(problem)
    started = time.perf_counter()
    if not problem.candidates:
        return Selection(Outcome.OPTIMAL, (), 0.0, 0.0, None, dict.fromkeys(problem.capacities, 0.0), None, 0.0)
    matrix, limits = _constraints(problem)
    lower, upper = _bounds(problem)
    values = np.array([candidate.value for candidate in problem.candidates])
    result = optimize.milp(
        -values,
        integrality=np.ones(len(values)),
        bounds=optimize.Bounds(lower, upper),
        constraints=optimize.LinearConstraint(matrix, ub=limits) if matrix.shape[0] else None,
        options={"mip_rel_gap": relative_gap, "time_limit": time_limit},
    )
    seconds = time.perf_counter() - started
    if result.x is None:
        outcome = Outcome.INFEASIBLE if result.status == 2 else Outcome.NOT_FOUND
        return Selection(outcome, (), 0.0, None, None, {}, None, seconds)
    taken = np.round(result.x).astype(bool)
    return _selection(problem, taken, result, matrix, limits, seconds)


def _selection(
    problem: Problem,
    taken: NDArray[np.bool_],
    result: "OptimizeResult",
    matrix: "csr_array",
    limits: NDArray[np.float64],
    seconds: float,
) -> Selection:
    chosen = [candidate for candidate, is_in in zip(problem.candidates, taken, strict=True) if is_in]
    value = sum(candidate.value for candidate in chosen)
    dual_bound = getattr(result, "mip_dual_bound", None)
    bound = value if dual_bound is None else max(-float(dual_bound), value)
    gap = (bound - value) / abs(value) if abs(value) > TOLERANCE else None
    status = getattr(result, "status", None)
    closed = bound - value <= TOLERANCE * max(1.0, abs(value))
    outcome = Outcome.TIME_LIMIT if status == 1 else Outcome.OPTIMAL if closed else Outcome.WITHIN_GAP
    return Selection(
        outcome=outcome,
        chosen=tuple(candidate.key for candidate in chosen),
        value=value,
        bound=bound,
        gap=gap,
        used=uses_of(chosen, problem.capacities),
        marginal=_marginal(problem, matrix, limits),
        seconds=seconds,
    )


def uses_of(candidates: Sequence[Candidate], resources: Mapping[str, float]) -> dict[str, float]:
    """What the candidates take together of each of the resources."""
    return {name: sum(candidate.uses.get(name, 0.0) for candidate in candidates) for name in resources}


def _constraints(problem: Problem) -> tuple["csr_array", NDArray[np.float64]]:
    """Rows `A x <= b`: first the resources in the order of `capacities`, then prerequisites, then exclusions."""
    index = {candidate.key: position for position, candidate in enumerate(problem.candidates)}
    resource = {name: row for row, name in enumerate(problem.capacities)}
    rows: list[int] = []
    columns: list[int] = []
    amounts: list[float] = []

    def add(row: int, column: int, amount: float) -> None:
        rows.append(row)
        columns.append(column)
        amounts.append(amount)

    for column, candidate in enumerate(problem.candidates):
        for name, amount in candidate.uses.items():
            if name in resource and amount:
                add(resource[name], column, amount)
    limits = [float(limit) for limit in problem.capacities.values()]
    for dependent, needed in problem.prerequisites:
        add(len(limits), index[dependent], 1.0)
        add(len(limits), index[needed], -1.0)
        limits.append(0.0)
    for group in problem.exclusions:
        for key in set(group):
            add(len(limits), index[key], 1.0)
        limits.append(1.0)
    shape = (len(limits), len(problem.candidates))
    return sparse.csr_array((amounts, (rows, columns)), shape=shape), np.array(limits)


def _bounds(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    keys = [candidate.key for candidate in problem.candidates]
    lower = np.array([1.0 if key in problem.required else 0.0 for key in keys])
    upper = np.array([0.0 if key in problem.forbidden else 1.0 for key in keys])
    return lower, upper


def _marginal(problem: Problem, matrix: "csr_array", limits: NDArray[np.float64]) -> dict[str, float] | None:
    if not problem.capacities:
        return {}
    lower, upper = _bounds(problem)
    values = np.array([candidate.value for candidate in problem.candidates])
    relaxed = optimize.linprog(-values, A_ub=matrix, b_ub=limits, bounds=np.column_stack([lower, upper]))
    if relaxed.status != 0:
        return None
    duals = -relaxed.ineqlin.marginals[: len(problem.capacities)]
    return {name: max(float(dual), 0.0) for name, dual in zip(problem.capacities, duals, strict=True)}


def _require_sound(problem: Problem) -> None:
    keys = {candidate.key for candidate in problem.candidates}
    if len(keys) != len(problem.candidates):
        raise InvalidInputError("A candidate is named twice.", pointer="candidates")
    for candidate in problem.candidates:
        if not all(np.isfinite([candidate.value, *candidate.uses.values()])):
            raise InvalidInputError(f"{candidate.key}: value and uses must be finite numbers.", pointer="candidates")
        if any(amount < 0 for amount in candidate.uses.values()):
            raise InvalidInputError(f"{candidate.key}: a use must not be negative.", pointer="candidates")
    if not all(np.isfinite(list(problem.capacities.values()))):
        raise InvalidInputError("A capacity must be a finite number.", pointer="capacities")
    named = {
        "prerequisites": {key for pair in problem.prerequisites for key in pair},
        "exclusions": {key for group in problem.exclusions for key in group},
        "required": problem.required,
        "forbidden": problem.forbidden,
    }
    for pointer, mentioned in named.items():
        unknown = sorted(mentioned - keys)
        if unknown:
            raise InvalidInputError(f"There is no candidate {unknown[0]}.", pointer=pointer)
