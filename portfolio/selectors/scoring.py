"""What scoring pages show: one's own scores as one rates, the organizer's preview, a closed round's results."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from core.errors import NotPermittedError
from portfolio.calc.scoring_round import ItemScore, Rating, score_round
from portfolio.models import Initiative, ScoreFactor, ScoreRating, ScoreResult, ScoringItem, ScoringRound
from portfolio.permissions import is_organizer
from portfolio.selectors.scoring_methods import method_for, scores_of
from tenancy.actor import Actor

# With fewer raters of an initiative the preview would tell what one of them answered.
MIN_RATERS = 3


@dataclass(frozen=True)
class PreviewRow:
    """How an initiative would stand if the round closed now; `reason` says why there is no score yet."""

    initiative: UUID
    score: float | None
    rank: int | None
    reason: str


@dataclass(frozen=True)
class OwnRow:
    """An initiative in the table one rates in: one's own answers by factor, and the score they make."""

    item: ScoringItem
    answers: Mapping[UUID, ScoreRating]
    score: float | None = None
    rank: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class ResultRow:
    """An initiative in the table of results, with what each factor contributed."""

    result: ScoreResult
    initiative: Initiative
    parts: Sequence[tuple[ScoreFactor, float | None, float | None]] = field(default=())

    @property
    def is_firm(self) -> bool:
        """Whether no single weight moved by a fifth changes the rank."""
        return self.result.rank_low == self.result.rank_high


def factors_of_round(scoring_round: ScoringRound) -> list[ScoreFactor]:
    """The factors of the round's model, in their order."""
    return list(ScoreFactor.objects.filter(model=scoring_round.model_id))


def own_rows(
    scoring_round: ScoringRound, *, actor: Actor, typed: Mapping[tuple[UUID, UUID], Decimal | None] | None = None
) -> list[OwnRow]:
    """The population the actor sees, scored by the actor's own answers alone; `typed` counts before what is stored.

    Keys of `typed` are (item, factor). Rows come in the order of the population, with ranks.
    """
    items = list(ScoringItem.objects.permitted(actor).filter(round=scoring_round).select_related("initiative", "round"))
    mine = ScoreRating.objects.filter(item__round=scoring_round, rater__user_id=actor.user_id)
    answers: dict[UUID, dict[UUID, ScoreRating]] = {item.pk: {} for item in items}
    for rating in mine:
        answers.setdefault(rating.item_id, {})[rating.factor_id] = rating
    scores = _own_scores(scoring_round, items, answers, typed or {})
    return [
        OwnRow(item, answers[item.pk], score=score.score, rank=score.rank, reason=score.reason)
        for item, score in zip(items, scores, strict=True)
    ]


def _own_scores(
    scoring_round: ScoringRound,
    items: Sequence[ScoringItem],
    answers: Mapping[UUID, Mapping[UUID, ScoreRating]],
    typed: Mapping[tuple[UUID, UUID], Decimal | None],
) -> Iterable[ItemScore]:
    factors = factors_of_round(scoring_round)
    ratings = []
    for item in items:
        for factor in factors:
            stored = answers[item.pk].get(factor.pk)
            value = typed.get((item.pk, factor.pk), stored.value if stored else None)
            if value is not None:
                ratings.append(Rating(str(item.pk), factor.key, "me", float(value)))
    method = method_for(scoring_round.model, factors)
    names = [str(item.pk) for item in items]
    return score_round(method, names, ratings, normalisation=scoring_round.normalisation).items


def organizer_preview(scoring_round: ScoringRound, *, actor: Actor) -> list[PreviewRow]:
    """How initiatives would stand if the round closed now, best first, without anybody's ratings.

    An initiative rated by fewer than three people has no preview, because its score would give an answer away.
    """
    actor.require("scoring_round.close")
    if not is_organizer(scoring_round, actor):
        raise NotPermittedError("Only the organizer of the round sees the preview.")
    visible = ScoringItem.objects.permitted(actor).filter(round=scoring_round)
    initiatives = {str(pk): initiative for pk, initiative in visible.values_list("pk", "initiative_id")}
    ratings = list(ScoreRating.objects.filter(item__round=scoring_round))
    scores = scores_of(scoring_round, ratings).items
    rows = [_preview_row(score, initiatives[score.item]) for score in scores if score.item in initiatives]
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, str(row.initiative)))


def _preview_row(score: ItemScore, initiative: UUID) -> PreviewRow:
    row = PreviewRow(initiative, score.score, score.rank, score.reason)
    if score.raters < MIN_RATERS:
        return replace(row, score=None, rank=None, reason=f"fewer than {MIN_RATERS} people have rated it")
    return row


def result_rows(scoring_round: ScoringRound, *, actor: Actor, order: str = "rank") -> list[ResultRow]:
    """Results the actor may see, ordered by rank, disagreement or name; those without a score last."""
    factors = factors_of_round(scoring_round)
    results = (
        ScoreResult.objects.permitted(actor)
        .filter(item__round=scoring_round)
        .select_related("item__initiative")
        .defer("ratings")
    )
    rows = [ResultRow(result, result.item.initiative, _parts(result, factors)) for result in results]
    return sorted(rows, key=_ORDERS.get(order, _by_rank))


def _by_rank(row: ResultRow) -> Any:
    return row.result.rank is None, row.result.rank or 0, row.initiative.title


def _by_spread(row: ResultRow) -> Any:
    return row.result.spread is None, -(row.result.spread or 0.0), row.initiative.title


def _by_title(row: ResultRow) -> Any:
    return row.initiative.title, row.initiative.key


_ORDERS = {"rank": _by_rank, "spread": _by_spread, "title": _by_title}


def _parts(result: ScoreResult, factors: Sequence[ScoreFactor]) -> list[tuple[ScoreFactor, float | None, float | None]]:
    means = result.components.get("means") or {}
    shares = result.components.get("contributions") or {}
    return [(factor, means.get(factor.key), shares.get(factor.key)) for factor in factors]


def newest_score() -> dict[str, Subquery]:
    """Annotations `score` and `score_rank` of an initiative in the newest round that scored it; None before."""
    newest = ScoreResult.objects.filter(item__initiative=OuterRef("pk")).order_by("-computed_at", "pk")
    return {"score": Subquery(newest.values("score")[:1]), "score_rank": Subquery(newest.values("rank")[:1])}


def scores_of_initiative(initiative: Initiative, *, actor: Actor, limit: int = 5) -> list[ScoreResult]:
    """Results of the newest closed rounds the initiative was in, newest first."""
    return list(
        ScoreResult.objects.permitted(actor)
        .filter(item__initiative=initiative)
        .select_related("item__round__model")
        .defer("ratings")
        .order_by("-computed_at", "pk")[:limit]
    )
