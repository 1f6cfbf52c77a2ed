"""Prioritisation scores: RICE, WSJF, ICE, value/effort, weighted sums, their ML versions and own formulas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.calc.checks import finite
from core.calc.errors import CalculationError
from core.calc.expressions import Expression, ExpressionError

ENGINE_VERSION = "scoring 1"
MAX_FACTORS = 12
ADDEND, MULTIPLIER, DIVISOR, PENALTY, VARIABLE = "addend", "multiplier", "divisor", "penalty", "variable"
WEIGHT = "weight_"

_RICE = {"reach": MULTIPLIER, "impact": MULTIPLIER, "confidence": MULTIPLIER, "effort": DIVISOR}
_DELAY = {"user_business_value": ADDEND, "time_criticality": ADDEND, "risk_reduction_opportunity": ADDEND}
# The factors a framework consists of and where each stands. Weighted sums and own formulas name their own.
# RICE: McBride (Intercom, 2016). WSJF: Reinertsen (2009) in the form of the Scaled Agile Framework. ICE: Ellis.
# The ML versions multiply by the fraction of the way that data, feasibility or evaluation are already there.
FRAMEWORKS: dict[str, dict[str, str]] = {
    "rice": _RICE,
    "wsjf": {**_DELAY, "job_size": DIVISOR},
    "ice": {"impact": MULTIPLIER, "confidence": MULTIPLIER, "ease": MULTIPLIER},
    "value_effort": {"value": ADDEND, "effort": DIVISOR},
    "ml_rice": {**_RICE, "data_readiness": MULTIPLIER, "feasibility": MULTIPLIER, "risk_penalty": PENALTY},
    "ml_wsjf": {**_DELAY, "evaluation_confidence": MULTIPLIER, "job_size": DIVISOR},
}

Columns = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Factor:
    """One input of a method. `weight` multiplies an addend or penalty, and is the exponent of all other parts.

    `width` is the distance between the ends of its scale, None for amounts.
    """

    key: str
    part: str
    name: str = ""
    weight: float = 1.0
    is_lower_better: bool = False
    is_required: bool = True
    width: float | None = None

    @property
    def label(self) -> str:
        return self.name or self.key.replace("_", " ")


@dataclass(frozen=True)
class Method:
    """Factors, and the formula that combines them; without one they are combined by their parts."""

    factors: tuple[Factor, ...]
    formula: Expression | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be computed: no factor or too many, a key twice, a formula with unknown names."""
        if not 1 <= len(self.factors) <= MAX_FACTORS:
            raise CalculationError(f"A method needs 1 to {MAX_FACTORS} factors.", code="factors", pointer="factors")
        if len(self.keys) != len(set(self.keys)):
            raise CalculationError("Every factor needs a key of its own.", code="factors", pointer="factors")
        for factor in self.factors:
            finite("weight", factor.weight)
        if self.formula is not None:
            self.formula.require_names(frozenset({*self.keys, *(WEIGHT + key for key in self.keys)}))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(factor.key for factor in self.factors)

    @cached_property
    def weights(self) -> dict[str, float]:
        return {factor.key: float(factor.weight) for factor in self.factors}

    @property
    def is_sum(self) -> bool:
        """Whether factors are only added, so that normalised values may be used and points add up to the score."""
        return self.formula is None and all(factor.part == ADDEND for factor in self.factors)


@dataclass(frozen=True)
class Score:
    """A score, or None with the reason why there is none."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True)
class Population:
    """Values of the factors of some initiatives, one column a factor; NaN where nobody gave one."""

    method: Method
    columns: Columns
    scores: tuple[Score, ...] = field(default=())


def method_of(framework: str, *, weights: Mapping[str, float] | None = None) -> Method:
    """The standard method of a named framework; CalculationError for one that names its own factors."""
    if framework not in FRAMEWORKS:
        raise CalculationError(f"{framework} has no standard factors.", code="framework", pointer="framework")
    given = weights or {}
    return Method(tuple(Factor(key, part, weight=given.get(key, 1.0)) for key, part in FRAMEWORKS[framework].items()))


def weighted_method(weights: Mapping[str, float]) -> Method:
    """A weighted sum: score = sum of weight x value."""
    return Method(tuple(Factor(key, ADDEND, weight=weight) for key, weight in weights.items()))


def reach_per_period(population: float, *shares: float) -> float:
    """People reached per period: the population times the share that each step of the way leaves of it."""
    reach = finite("population", population)
    for share in shares:
        reach *= finite("share", share)
    return reach


def population_of(method: Method, rows: Sequence[Mapping[str, float | None]]) -> Population:
    """Score every row of {factor: value or None}.

    score = sum(w x) over addends x product(x^w) over multipliers / product(x^w) over divisors / product(1 + w x) over
    penalties; sums that are empty count as 1. With weights of 1 that is the framework as published; exponents make it
    the weighted product model (Bridgman 1922). An own formula is evaluated as written. A missing required factor, a
    divisor of zero or below and a formula without an answer make a row not scoreable: None with the reason, never a
    huge number. A missing optional factor is left out, and the other addends are scaled up to the whole weight.
    """
    columns = {key: np.array([_number(key, row.get(key)) for row in rows], dtype=np.float64) for key in method.keys}
    values = scores_with(method, columns, method.weights)
    scores = tuple(_score(method, columns, index, float(value)) for index, value in enumerate(values))
    return Population(method, columns, scores)


def scores_with(method: Method, columns: Columns, weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Scores of all rows with other weights than the method's; NaN where a row has none."""
    with np.errstate(all="ignore"):
        if method.formula is None:
            values = _by_parts(method, columns, weights)
        else:
            values = _by_formula(method, method.formula, columns, weights)
    return np.where(np.isfinite(values), values, np.nan)


def _number(key: str, value: float | None) -> float:
    return float("nan") if value is None else finite(key, value)


def _by_parts(method: Method, columns: Columns, weights: Mapping[str, float]) -> NDArray[np.float64]:
    count = len(next(iter(columns.values())))
    total, weighed, product = np.zeros(count), np.zeros(count), np.ones(count)
    for factor in method.factors:
        column, weight = columns[factor.key], weights[factor.key]
        is_missing = np.isnan(column)
        if factor.part == ADDEND:
            total += np.where(is_missing, 0.0, weight * column)
            weighed += np.where(is_missing, 0.0, weight)
        else:
            product *= np.where(is_missing, 1.0, _multiplier(factor.part, column, weight))
        if factor.is_required:
            product[is_missing] = np.nan
    if not any(factor.part == ADDEND for factor in method.factors):
        return product
    whole = sum(weights[factor.key] for factor in method.factors if factor.part == ADDEND)
    # Exactly 1 where nothing is missing, so that rounding does not touch the usual case.
    scale = np.where(weighed == whole, 1.0, whole / weighed) if whole else 1.0
    return np.asarray(total * scale * product)


def _multiplier(part: str, column: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    if part == MULTIPLIER:
        return column if weight == 1.0 else np.asarray(column**weight)
    if part == DIVISOR:
        return np.asarray(np.where(column > 0.0, 1.0 / (column if weight == 1.0 else column**weight), np.nan))
    whole = 1.0 + weight * column
    return np.asarray(np.where(whole > 0.0, 1.0 / whole, np.nan))


def _by_formula(
    method: Method, formula: Expression, columns: Columns, weights: Mapping[str, float]
) -> NDArray[np.float64]:
    count = len(next(iter(columns.values())))
    scores = np.full(count, np.nan)
    needed = [factor.key for factor in method.factors if _is_needed(factor, formula)]
    rows = np.flatnonzero(~np.isnan([columns[key] for key in needed]).any(axis=0))
    constants = {WEIGHT + key: weights[key] for key in method.keys}
    try:
        if rows.size:
            scores[rows] = formula.evaluate({**{key: columns[key][rows] for key in needed}, **constants})
    except ExpressionError:
        # One row without an answer must not take the others with it.
        for row in rows:
            scores[row] = _formula_score(method, formula, columns, int(row), weights).value
    return scores


def _is_needed(factor: Factor, formula: Expression) -> bool:
    return factor.is_required or factor.key in formula.names


def _formula_score(
    method: Method, formula: Expression, columns: Columns, index: int, weights: Mapping[str, float]
) -> Score:
    values = {factor.key: float(columns[factor.key][index]) for factor in method.factors if _is_needed(factor, formula)}
    missing = [factor.label for factor in method.factors if np.isnan(values.get(factor.key, 0.0))]
    if missing:
        return Score(None, _unrated(missing))
    try:
        return Score(float(formula.evaluate({**values, **{WEIGHT + key: weights[key] for key in method.keys}})))
    except ExpressionError as error:
        return Score(None, f"the formula has no answer: {error.message}")


def _score(method: Method, columns: Columns, index: int, value: float) -> Score:
    if np.isfinite(value):
        return Score(value)
    if method.formula is not None:
        return _formula_score(method, method.formula, columns, index, method.weights)
    row = {factor.key: float(columns[factor.key][index]) for factor in method.factors}
    missing = [factor.label for factor in method.factors if factor.is_required and np.isnan(row[factor.key])]
    if missing:
        return Score(None, _unrated(missing))
    return Score(None, _impossible(method, row))


def _unrated(labels: Sequence[str]) -> str:
    listed = ", ".join(labels[:-1]) + (" and " if len(labels) > 1 else "") + labels[-1]
    return f"{listed} {'has' if len(labels) == 1 else 'have'} no rating"


def _impossible(method: Method, row: Mapping[str, float]) -> str:
    for factor in method.factors:
        value = row[factor.key]
        if factor.part == DIVISOR and value == 0.0:
            return f"{factor.label} is zero"
        if factor.part == DIVISOR and value < 0.0:
            return f"{factor.label} is below zero"
        if factor.part == PENALTY and 1.0 + factor.weight * value <= 0.0:
            return f"{factor.label} takes away everything"
        if factor.part == MULTIPLIER and factor.weight != 1.0 and value < 0.0:
            return f"{factor.label} is below zero and has a weight"
    addends = [factor for factor in method.factors if factor.part == ADDEND]
    if addends and all(np.isnan(row[factor.key]) for factor in addends):
        return _unrated([factor.label for factor in addends])
    return "the result is too large to be a number"
