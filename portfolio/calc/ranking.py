"""Ranks of scores and of ratings, with ties; what is scored lives in `portfolio.calc.scoring`."""

import math
from collections import Counter
from collections.abc import Sequence

# Scores that differ only by rounding in the last digits are one score; 12 digits are far more than ratings carry.
_DIGITS = 12


def competition_ranks(scores: Sequence[float | None]) -> tuple[int | None, ...]:
    """Rank scores from the highest (1) down; ties share the better rank and the next one is skipped: 1, 2, 2, 4.

    A score of None has the rank None and takes no place. Scores that agree in 12 significant digits are tied, so that
    the order does not depend on rounding. Convention: standard competition ranking.
    """
    keys = [None if score is None else _key(score) for score in scores]
    counts = Counter(key for key in keys if key is not None)
    ranks: dict[float, int] = {}
    above = 0
    for key in sorted(counts, reverse=True):
        ranks[key] = above + 1
        above += counts[key]
    return tuple(None if key is None else ranks[key] for key in keys)


def average_ranks(values: Sequence[float]) -> tuple[float, ...]:
    """Rank values from the lowest (1) up; ties share the mean of the places they take: 1, 2.5, 2.5, 4."""
    keys = [_key(value) for value in values]
    counts = Counter(keys)
    ranks: dict[float, float] = {}
    below = 0
    for key in sorted(counts):
        ranks[key] = below + (counts[key] + 1) / 2
        below += counts[key]
    return tuple(ranks[key] for key in keys)


def tie_sizes(values: Sequence[float]) -> tuple[int, ...]:
    """How many values each group of equal values has, groups of one left out."""
    return tuple(count for count in Counter(_key(value) for value in values).values() if count > 1)


def _key(score: float) -> float:
    if not math.isfinite(score):
        raise ValueError("only finite scores have a rank")
    return float(f"{score:.{_DIGITS - 1}e}")
