"""How far the rating of open rounds has come: of everybody, and of the person who looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from portfolio.models import ScoreFactor, ScoreRating, ScoringItem, ScoringRound
from tenancy.actor import Actor
from tenancy.models import Membership


@dataclass(frozen=True)
class RaterProgress:
    """How many answers one person has given in a round."""

    rater: Membership
    given: int


@dataclass(frozen=True)
class RoundToRate:
    """An open round that waits for the actor: how many answers it needs of them, and how many they have given."""

    round: ScoringRound
    asked: int
    given: int


def rating_progress(scoring_round: ScoringRound) -> list[RaterProgress]:
    """Who has rated how much: whether somebody answered is no secret, what is."""
    ratings = ScoreRating.objects.filter(item__round=scoring_round).order_by()
    counts = dict(ratings.values_list("rater_id").annotate(given=Count("pk")).values_list("rater_id", "given"))
    raters = Membership.objects.filter(pk__in=counts).select_related("user")
    return [RaterProgress(rater, counts[rater.pk]) for rater in raters]


def rounds_to_rate(actor: Actor, *, limit: int = 5) -> list[RoundToRate]:
    """Open rounds that need answers the actor may give and has not given, those due first at the top; one query.

    Factors a score can do without do not wait for anybody.
    """
    if not actor.can("score_rating.create") or actor.user_id is None:
        return []
    factors = ScoreFactor.objects.open_to(actor).filter(is_required=True)
    items = ScoringItem.objects.permitted(actor).filter(round=OuterRef("pk"))
    given = ScoreRating.objects.permitted(actor).filter(
        item__round=OuterRef("pk"), rater__user_id=actor.user_id, factor__in=factors
    )
    rounds = ScoringRound.objects.permitted(actor).filter(closed_at=None).select_related("model")
    counted = rounds.annotate(
        asked=_count(factors.filter(model=OuterRef("model")), "model") * _count(items, "round"),
        given=_count(given, "item__round"),
    ).filter(given__lt=F("asked"))
    ordered = counted.order_by(F("due_on").asc(nulls_last=True), "-opened_at", "pk")
    return [RoundToRate(row, row.asked, row.given) for row in ordered[:limit]]


def _count(rows: Any, group: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(group).annotate(count=Count("pk")).values("count")), 0)
