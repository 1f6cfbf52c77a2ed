"""Why a score is what it is: the share of each factor, and how firm the rank is when weights move."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from portfolio.calc.ranking import competition_ranks
from portfolio.calc.scoring import Population, scores_with

WEIGHT_SHIFT = 0.2


@dataclass(frozen=True)
class Contributions:
    """`parts` by factor add up to score - `start`, the score of a row with every factor at its baseline.

    `parts` is None for a row that has no score, or whose factors cannot be taken away one by one.
    """

    start: float | None
    parts: tuple[dict[str, float] | None, ...]


def contributions_of(population: Population) -> Contributions:
    """Shapley value of each factor: what it adds to the score, averaged over all orders of adding factors.

    The baseline is nothing for a plain sum, so that parts are weight x value; for everything else it is the median of
    the population, so that a part says what the factor does compared with a middling initiative. Exact over all
    2^k sets of k factors. Source: Shapley, A Value for n-Person Games (1953).
    """
    method, columns = population.method, population.columns
    count = len(population.scores)
    keys = method.keys
    base = {key: 0.0 if method.is_sum else _median(columns[key]) for key in keys}
    worth = _worth_of_sets(population, base)
    if not count or np.isnan(worth[0]).all():
        return Contributions(None, tuple(None for _ in population.scores))
    shares = np.zeros((len(keys), count))
    for bits in range(2 ** len(keys)):
        size = bits.bit_count()
        for index in range(len(keys)):
            if not bits >> index & 1:
                rate = factorial(size) * factorial(len(keys) - size - 1) / factorial(len(keys))
                shares[index] += rate * (worth[bits | 1 << index] - worth[bits])
    return Contributions(float(worth[0][0]), tuple(_part(keys, shares[:, row]) for row in range(count)))


def rank_ranges(population: Population, *, shift: float = WEIGHT_SHIFT) -> tuple[tuple[int, int] | None, ...]:
    """Best and worst rank of each row when any one weight moves by ± `shift` and all others stay.

    None for a row without a score. A row that another weight makes unscoreable keeps the ranks it has otherwise.
    """
    method = population.method
    base = competition_ranks([score.value for score in population.scores])
    seen: list[list[int]] = [[] if rank is None else [rank] for rank in base]
    for key in method.keys:
        for rate in (1.0 - shift, 1.0 + shift):
            weights = {**method.weights, key: method.weights[key] * rate}
            moved = scores_with(method, population.columns, weights)
            for row, rank in enumerate(competition_ranks(_known(moved))):
                if rank is not None and base[row] is not None:
                    seen[row].append(rank)
    return tuple((min(ranks), max(ranks)) if ranks else None for ranks in seen)


def _known(values: NDArray[np.float64]) -> Sequence[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _median(column: NDArray[np.float64]) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if known.size else float("nan")


def _worth_of_sets(population: Population, base: dict[str, float]) -> list[NDArray[np.float64]]:
    """Scores when only the factors of a set (bits in the order of the keys) are the row's own."""
    method = population.method
    count = len(population.scores)
    held = {key: np.full(count, base[key]) for key in method.keys}
    return [
        scores_with(
            method,
            {key: population.columns[key] if bits >> place & 1 else held[key] for place, key in enumerate(method.keys)},
            method.weights,
        )
        for bits in range(2 ** len(method.keys))
    ]


def _part(keys: Sequence[str], shares: NDArray[np.float64]) -> dict[str, float] | None:
    if np.isnan(shares).any():
        return None
    return {key: float(share) for key, share in zip(keys, shares, strict=True)}
