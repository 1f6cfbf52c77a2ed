"""From stored scoring models and ratings to the method that computes them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from core.calc.errors import CalculationError
from core.calc.expressions import ExpressionError, parse
from core.errors import InvalidInputError
from core.numbers import typed_number
from portfolio.calc.rating_scales import Scale
from portfolio.calc.scoring import ADDEND, Factor, Method, Score, population_of
from portfolio.calc.scoring_round import Rating, RoundScores, score_round
from portfolio.enums import FactorDirection, FactorScale, ScoringFramework
from portfolio.models import ScoreFactor, ScoreRating, ScoringItem, ScoringModel, ScoringRound


def method_for(model: ScoringModel, factors: Sequence[ScoreFactor]) -> Method:
    """The method of a model; InvalidInputError with the pointer of the field when it cannot be computed."""
    try:
        formula = parse(model.formula) if model.framework == ScoringFramework.CUSTOM else None
        return Method(tuple(_factor(factor) for factor in factors), formula)
    except ExpressionError as error:
        raise InvalidInputError(error.message, pointer="formula") from error
    except CalculationError as error:
        raise InvalidInputError(error.message, pointer="factors") from error


def scale_of(factor: ScoreFactor) -> Scale:
    """The values the factor may be rated with."""
    choices = tuple(Decimal(row["value"]) for row in factor.rubric) if factor.scale == FactorScale.CHOICE else ()
    return Scale(factor.scale, factor.minimum, factor.maximum, factor.step, choices)


def scores_of(scoring_round: ScoringRound, ratings: Iterable[ScoreRating]) -> RoundScores:
    """Scores of the whole population by these ratings; items are named by the id of the ScoringItem."""
    factors = list(ScoreFactor.objects.filter(model=scoring_round.model_id))
    keys = {factor.pk: factor.key for factor in factors}
    items = [str(pk) for pk in ScoringItem.objects.filter(round=scoring_round).values_list("pk", flat=True)]
    given = [
        Rating(str(rating.item_id), keys[rating.factor_id], str(rating.rater_id), float(rating.value))
        for rating in ratings
    ]
    method = method_for(scoring_round.model, factors)
    return score_round(method, items, given, normalisation=scoring_round.normalisation)


def _factor(factor: ScoreFactor) -> Factor:
    return Factor(
        key=factor.key,
        part=factor.part,
        name=factor.name,
        weight=float(factor.weight),
        is_lower_better=factor.direction == FactorDirection.DOWN,
        is_required=factor.is_required,
        width=scale_of(factor).width,
    )


def trial_score(model: ScoringModel, texts: Mapping[str, str]) -> Score:
    """What the model makes of values as typed, by factor key; a percentage is typed as one."""
    factors = list(ScoreFactor.objects.filter(model=model))
    values: dict[str, float | None] = {}
    for factor in factors:
        text = texts.get(factor.key, "").strip().rstrip("%")
        value = typed_number(text)
        if value is None and text:
            return Score(None, f"{factor.name} is not a number")
        if value is not None and factor.scale == FactorScale.PERCENT:
            value /= 100
        values[factor.key] = None if value is None else float(value)
    return population_of(method_for(model, factors), [_oriented(factors, values)]).scores[0]


def _oriented(factors: Sequence[ScoreFactor], values: Mapping[str, float | None]) -> dict[str, float | None]:
    """Addends that speak against an initiative count as negative, as in a round that does not normalise."""
    against = {factor.key for factor in factors if factor.direction == FactorDirection.DOWN and factor.part == ADDEND}
    return {key: -value if key in against and value is not None else value for key, value in values.items()}
