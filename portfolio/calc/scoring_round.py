"""A round of ratings put together: means of raters, normalised, scored, ranked, explained, with agreement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from core.calc.errors import CalculationError
from portfolio.calc.agreement import Concordance, concordance_of, relative_spread
from portfolio.calc.normalisation import Bounds, bounds_of, normalised
from portfolio.calc.ranking import competition_ranks
from portfolio.calc.score_explanations import contributions_of, rank_ranges
from portfolio.calc.scoring import ADDEND, VARIABLE, Method, Population, population_of


@dataclass(frozen=True)
class Rating:
    """One rater's value of one factor for one item."""

    item: str
    factor: str
    rater: str
    value: float


@dataclass(frozen=True)
class ItemScore:
    """What an item scored. `means` are the raters' means as given, `inputs` what entered the formula.

    `spread` is the mean over the factors of (highest - lowest rating) / width of the scale; for amounts,
    the width is that of all ratings of the factor in the round. None without two raters on any factor.
    """

    item: str
    score: float | None
    reason: str
    rank: int | None
    rank_range: tuple[int, int] | None
    spread: float | None
    raters: int
    means: dict[str, float | None]
    inputs: dict[str, float | None]
    contributions: dict[str, float] | None


@dataclass(frozen=True)
class RoundScores:
    """All items in the order given, and what they were compared by; `start` is the score contributions add to."""

    items: tuple[ItemScore, ...]
    bounds: dict[str, Bounds]
    start: float | None
    agreement: dict[str, Concordance]
    overall_agreement: Concordance


def score_round(
    method: Method, items: Sequence[str], ratings: Iterable[Rating], *, normalisation: str = "none"
) -> RoundScores:
    """Score, rank and explain the items; ratings of other items or factors are refused.

    Several raters of one factor count with their mean. Normalised values may be zero or negative, so only sums and
    own formulas may use them; CalculationError otherwise.
    """
    require_normalisation(method, normalisation)
    answers = _by_item(method, items, ratings)
    means = [_means(method, answers[item]) for item in items]
    population = _population(method, means, normalisation)
    contributions = contributions_of(population)
    ranges = rank_ranges(population)
    ranks = competition_ranks([score.value for score in population.scores])
    widths = _widths(method, answers.values())
    scored = tuple(
        ItemScore(
            item=item,
            score=population.scores[row].value,
            reason=population.scores[row].reason,
            rank=ranks[row],
            rank_range=ranges[row],
            spread=_spread(answers[item], widths),
            raters=len({rater for values in answers[item].values() for rater in values}),
            means=means[row],
            inputs=_inputs(population, row),
            contributions=contributions.parts[row] if ranks[row] is not None else None,
        )
        for row, item in enumerate(items)
    )
    return RoundScores(
        scored, _bounds(method, means), contributions.start, *_agreement(method, items, answers, normalisation)
    )


def require_normalisation(method: Method, normalisation: str) -> None:
    """Refuse normalised values where a framework multiplies or divides: the lowest one would be zero."""
    if normalisation == "none" or all(factor.part in (ADDEND, VARIABLE) for factor in method.factors):
        return
    message = "This framework multiplies and divides its factors, so they cannot be normalised: the lowest would be 0."
    raise CalculationError(message, code="normalisation", pointer="normalisation")


Answers = dict[str, dict[str, float]]


def _by_item(method: Method, items: Sequence[str], ratings: Iterable[Rating]) -> dict[str, Answers]:
    answers: dict[str, Answers] = {item: {key: {} for key in method.keys} for item in items}
    for rating in ratings:
        if rating.item not in answers or rating.factor not in answers[rating.item]:
            raise CalculationError("A rating belongs to no item or factor of the round.", code="foreign_rating")
        answers[rating.item][rating.factor][rating.rater] = rating.value
    return answers


def _means(method: Method, answers: Answers) -> dict[str, float | None]:
    return {key: fmean(answers[key].values()) if answers[key] else None for key in method.keys}


def _population(method: Method, means: Sequence[Mapping[str, float | None]], normalisation: str) -> Population:
    columns = {
        factor.key: normalised(
            [row[factor.key] for row in means],
            normalisation,
            is_lower_better=factor.is_lower_better and factor.part == ADDEND,
        )
        for factor in method.factors
    }
    return population_of(method, [{key: columns[key][row] for key in method.keys} for row in range(len(means))])


def _inputs(population: Population, row: int) -> dict[str, float | None]:
    values = {key: float(column[row]) for key, column in population.columns.items()}
    return {key: None if value != value else value for key, value in values.items()}


def _bounds(method: Method, means: Sequence[Mapping[str, float | None]]) -> dict[str, Bounds]:
    known = {key: [value for row in means if (value := row[key]) is not None] for key in method.keys}
    return {key: bounds_of(values) for key, values in known.items() if values}


def _widths(method: Method, answers: Iterable[Answers]) -> dict[str, float]:
    """Of every factor on which disagreement can be measured: the width of its scale, or of all its ratings."""
    rated: dict[str, list[float]] = defaultdict(list)
    for item in answers:
        for key, values in item.items():
            rated[key] += values.values()
    widths = {
        factor.key: factor.width or (max(rated[factor.key]) - min(rated[factor.key]) if rated[factor.key] else 0.0)
        for factor in method.factors
    }
    return {key: width for key, width in widths.items() if width > 0.0}


def _spread(answers: Answers, widths: Mapping[str, float]) -> float | None:
    spreads = [relative_spread(list(answers[key].values()), width=width) for key, width in widths.items()]
    known = [spread for spread in spreads if spread is not None]
    return fmean(known) if known else None


def _agreement(
    method: Method, items: Sequence[str], answers: Mapping[str, Answers], normalisation: str
) -> tuple[dict[str, Concordance], Concordance]:
    """Kendall's W of each factor, and of the scores that each rater's own ratings alone would give."""
    by_factor: dict[str, dict[str, dict[str, float]]] = {key: defaultdict(dict) for key in method.keys}
    by_rater: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: {item: {} for item in items})
    for item, factors in answers.items():
        for key, values in factors.items():
            for rater, value in values.items():
                by_factor[key][rater][item] = value
                by_rater[rater][item][key] = value
    own = {rater: _own_scores(method, items, rows, normalisation) for rater, rows in by_rater.items()}
    overall = concordance_of({rater: scores for rater, scores in own.items() if scores})
    if overall.w is None and overall.raters < 2:
        overall = replace(overall, reason="fewer than two raters answered all that a score needs")
    return {key: concordance_of(ratings) for key, ratings in by_factor.items()}, overall


def _own_scores(
    method: Method, items: Sequence[str], rows: Mapping[str, Mapping[str, float]], normalisation: str
) -> dict[str, float]:
    means = [{key: rows[item].get(key) for key in method.keys} for item in items]
    scores = _population(method, means, normalisation).scores
    return {item: score.value for item, score in zip(items, scores, strict=True) if score.value is not None}
