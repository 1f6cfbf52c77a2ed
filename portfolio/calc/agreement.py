"""How far raters agree: Kendall's W over all initiatives, and the spread of one initiative's ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.calc.checks import finite_sequence, same_length
from core.calc.errors import CalculationError
from portfolio.calc.ranking import average_ranks, tie_sizes


@dataclass(frozen=True)
class Concordance:
    """Kendall's W (0 no agreement, 1 full agreement) with the numbers of raters and items it rests on.

    `w` is None when it is undefined, and `reason` says why; otherwise `reason` is empty.
    """

    w: float | None
    raters: int
    items: int
    reason: str = ""


def kendalls_w(ratings: Sequence[Sequence[float]]) -> Concordance:
    """Kendall's coefficient of concordance of m raters (rows) over the same n items (columns), corrected for ties.

    Each rater's values become average ranks. With R_i the sum of ranks of item i and T_j the sum of t^3 - t over the
    tie groups of rater j: W = (12 sum(R_i^2) - 3 m^2 n (n + 1)^2) / (m^2 n (n^2 - 1) - m sum(T_j)).
    Undefined for fewer than two raters or items, and when every rater gives all items the same value.
    Source: Kendall and Babington Smith, The Problem of m Rankings (1939); with ties as in Siegel and Castellan,
    Nonparametric Statistics for the Behavioral Sciences, 2nd edition (1988), section 9.7.
    """
    rows = [finite_sequence("ratings", row, min_length=0) for row in ratings]
    raters, items = len(rows), len(rows[0]) if rows else 0
    for row in rows:
        same_length("ratings of the first rater", rows[0], "ratings of another", row)
    if raters < 2:
        return Concordance(None, raters, items, "fewer than two raters")
    if items < 2:
        return Concordance(None, raters, items, "fewer than two initiatives rated by all of them")
    sums = [sum(ranks) for ranks in zip(*(average_ranks(row) for row in rows), strict=True)]
    ties = sum(size**3 - size for row in rows for size in tie_sizes(row))
    scale = raters**2 * items * (items**2 - 1) - raters * ties
    if scale == 0:
        return Concordance(None, raters, items, "every rater gave all initiatives the same value")
    spread = 12.0 * sum(rank**2 for rank in sums) - 3.0 * raters**2 * items * (items + 1) ** 2
    return Concordance(min(max(spread / scale, 0.0), 1.0), raters, items)


def concordance_of(ratings: Mapping[str, Mapping[str, float]]) -> Concordance:
    """Kendall's W of ratings with gaps, as {rater: {item: value}}.

    W needs every rater to have rated every item. Raters with fewer than half as many ratings as the busiest one are
    left out, then the items all others rated are compared; the answer says how many of both remained.
    """
    most = max((len(row) for row in ratings.values()), default=0)
    kept = [row for _, row in sorted(ratings.items()) if row and 2 * len(row) >= most]
    common = sorted(set.intersection(*(set(row) for row in kept))) if kept else []
    return kendalls_w([[row[item] for item in common] for row in kept])


def relative_spread(values: Sequence[float], *, width: float) -> float | None:
    """Distance between the highest and the lowest rating as a fraction of the scale's width.

    None for fewer than two ratings: one person cannot disagree.
    """
    checked = finite_sequence("values", values, min_length=0)
    if width <= 0.0:
        raise CalculationError("width must be greater than zero.", code="not_positive", pointer="width")
    return None if len(checked) < 2 else (max(checked) - min(checked)) / width
