"""The demo's scoring: two models, a closed round with its results, an open one that waits for raters."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from integrations.services.demo.content import read, release_of
from integrations.services.demo.people import Cast
from portfolio.models import Initiative, ScoreFactor, ScoringModel, ScoringRound
from portfolio.services.score_ratings import RatingInput, rate
from portfolio.services.scoring_models import create_scoring_model
from portfolio.services.scoring_rounds import close_round, open_round

_NEEDS_EVIDENCE = Decimal("0.5")


def create_scoring(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Models and rounds with their answers; results follow when the waiting jobs run."""
    content = read("scoring")
    with cast.acting("pm") as actor:
        models = {row["name"]: create_scoring_model(actor=actor, **row) for row in content["model"]}
    for row in content["round"]:
        opened = _open(row, models, initiatives, cast, today)
        _rate(opened, row, initiatives, cast)
        if row.get("is_closed"):
            with cast.acting(row["organizer"]) as actor:
                close_round(opened, actor=actor)


def _open(
    row: dict[str, Any],
    models: Mapping[str, ScoringModel],
    initiatives: Mapping[str, Initiative],
    cast: Cast,
    today: date,
) -> ScoringRound:
    due_on = today + timedelta(days=row["due_in_days"]) if "due_in_days" in row else None
    with cast.acting(row["organizer"]) as actor:
        return open_round(
            actor=actor,
            name=f"{row['name']} {release_of(today)}",
            model=models[row["model"]],
            initiatives=[initiatives[key] for key in row["initiatives"]],
            normalisation=row.get("normalisation", "none"),
            due_on=due_on,
        )


def _rate(opened: ScoringRound, row: dict[str, Any], initiatives: Mapping[str, Initiative], cast: Cast) -> None:
    factors = dict(ScoreFactor.objects.filter(model=opened.model_id).values_list("key", "pk"))
    answers: dict[str, list[RatingInput]] = defaultdict(list)
    for answer in row["answer"]:
        for key, text in zip(row["initiatives"], answer["values"], strict=True):
            if text:
                answers[answer["rater"]].append(_answer(answer, initiatives[key].pk, factors[answer["factor"]], text))
    for handle, ratings in answers.items():
        with cast.acting(handle) as actor:
            rate(opened, ratings=ratings, actor=actor)


def _answer(answer: dict[str, Any], initiative_id: UUID, factor_id: UUID, text: str) -> RatingInput:
    value = Decimal(text)
    return RatingInput(
        initiative_id=initiative_id,
        factor_id=factor_id,
        value=value,
        rationale=answer.get("rationale", ""),
        evidence_url=answer.get("evidence_url", "") if value > _NEEDS_EVIDENCE else "",
    )
