"""Results of a closed round: computed once by a job, from the ratings as they were when it closed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portfolio.calc.scoring import ENGINE_VERSION
from portfolio.calc.scoring_round import ItemScore, RoundScores
from portfolio.models import ScoreRating, ScoreResult, ScoringRound
from portfolio.selectors.scoring_methods import scores_of
from portfolio.services.scoring_rounds import locked_round
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.jobs import report_progress

_MAX_REASON = 300


@transaction.atomic
def compute_results(round_id: UUID, *, actor: Actor, job_id: UUID | None = None) -> int | None:
    """Score the closed round and keep the results; None when it is gone, open, or computed already."""
    actor.require("scoring_round.close")
    found = ScoringRound.objects.filter(pk=round_id).first()
    locked = locked_round(found) if found else None
    if locked is None or locked.is_open or locked.computed_at is not None:
        return None
    given = ScoreRating.objects.filter(item__round=locked).select_related("rater__user", "factor")
    ratings = list(given.order_by("rated_at", "pk"))
    scores = scores_of(locked, ratings)
    report_progress(job_id, current=1, total=2, message="Initiatives scored")
    now = timezone.now()
    answers = _answers(ratings)
    rows = [_row(score, scores, answers[score.item], now) for score in scores.items]
    named_action("scoring_round.computed")
    ScoreResult.objects.bulk_create(rows, batch_size=500)
    locked.computed_at = now
    locked.bounds = {key: asdict(bounds) for key, bounds in scores.bounds.items()}
    locked.agreement = {
        "overall": asdict(scores.overall_agreement),
        "factors": {key: asdict(concordance) for key, concordance in scores.agreement.items()},
    }
    locked.engine_version = ENGINE_VERSION
    locked.save(update_fields=["computed_at", "bounds", "agreement", "engine_version", "updated_at"])
    return len(rows)


def _answers(ratings: Sequence[ScoreRating]) -> dict[str, list[dict[str, Any]]]:
    """Every answer by item, as it was when the round closed: through the results the ledger gets to know it."""
    answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for rating in ratings:
        answers[str(rating.item_id)].append(
            {
                "factor": rating.factor.key,
                "rater": str(rating.rater_id),
                "rater_name": str(rating.rater.user),
                "value": f"{rating.value.normalize():f}",
                "confidence": None if rating.confidence is None else f"{rating.confidence.normalize():f}",
                "rationale": rating.rationale,
                "evidence_url": rating.evidence_url,
                "rated_at": rating.rated_at.isoformat(),
            }
        )
    return answers


def _row(score: ItemScore, scores: RoundScores, answers: list[dict[str, Any]], now: Any) -> ScoreResult:
    low, high = score.rank_range or (None, None)
    return ScoreResult(
        item_id=UUID(score.item),
        score=score.score,
        reason=score.reason[:_MAX_REASON],
        rank=score.rank,
        rank_low=low,
        rank_high=high,
        spread=score.spread,
        rater_count=score.raters,
        components={
            "means": score.means,
            "inputs": score.inputs,
            "contributions": score.contributions,
            "start": scores.start,
        },
        ratings=answers,
        computed_at=now,
    )
