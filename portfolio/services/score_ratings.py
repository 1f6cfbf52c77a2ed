"""Ratings: what one person answers in an open round, in bulk, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import FactorScale
from portfolio.models import ScoreFactor, ScoreRating, ScoringItem, ScoringRound
from portfolio.permissions import may_rate
from portfolio.selectors.scoring_methods import scale_of
from portfolio.services.scoring_rounds import locked_round, require_open
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import named_action

MAX_BATCH = 5000
MAX_RATIONALE = 2000
MAX_URL = 500
_ANSWER = ("value", "confidence", "rationale", "evidence_url")
# What the column holds, whatever an open scale would allow.
_LARGEST = Decimal(10**14)
_SMALLEST = Decimal("0.0001")
_is_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class RatingInput:
    """One answer; a value of None takes the answer back."""

    initiative_id: UUID
    factor_id: UUID
    value: Decimal | None
    confidence: Decimal | None = None
    rationale: str = ""
    evidence_url: str = ""

    @property
    def answer(self) -> dict[str, Any]:
        """The columns of ScoreRating that hold the answer."""
        return {name: getattr(self, name) for name in _ANSWER}


@dataclass(frozen=True)
class RatingCount:
    """How many answers were new, changed, taken back, and as they were."""

    created: int
    changed: int
    withdrawn: int
    unchanged: int


@transaction.atomic
def rate(scoring_round: ScoringRound, *, ratings: Sequence[RatingInput], actor: Actor) -> RatingCount:
    """Store the actor's own answers. The round is locked, so that nothing arrives after it was closed.

    Every refusal names the answer: `ratings/3/value`.
    """
    actor.require("score_rating.create")
    rater = _rater(actor)
    if len(ratings) > MAX_BATCH:
        raise InvalidInputError(f"At most {MAX_BATCH:,} ratings at once.", pointer="ratings")
    locked = locked_round(scoring_round)
    require_open(locked)
    batch = _Batch(locked, rater, actor)
    for index, rating in enumerate(ratings):
        batch.take(rating, f"ratings/{index}")
    named_action("scoring_round.rated")
    return batch.write()


def _rater(actor: Actor) -> Membership:
    rater = Membership.objects.filter(user_id=actor.user_id).first() if actor.user_id else None
    if rater is None:
        raise NotPermittedError("Only a person can rate.")
    return rater


class _Batch:
    """Answers of one rater in one round: checked one by one, written together."""

    def __init__(self, scoring_round: ScoringRound, rater: Membership, actor: Actor) -> None:
        self.rater = rater
        self.factors = {factor.pk: factor for factor in ScoreFactor.objects.filter(model=scoring_round.model_id)}
        self.allowed = {pk for pk, factor in self.factors.items() if may_rate(factor, actor)}
        self.scales = {pk: scale_of(factor) for pk, factor in self.factors.items()}
        items = ScoringItem.objects.permitted(actor).filter(round=scoring_round)
        self.items = dict(items.values_list("initiative_id", "pk"))
        mine = ScoreRating.objects.filter(item__round=scoring_round, rater=rater)
        self.known = {(rating.item_id, rating.factor_id): rating for rating in mine}
        self.wanted: dict[tuple[UUID, UUID], RatingInput] = {}

    def take(self, rating: RatingInput, pointer: str) -> None:
        """Check one answer and keep it for writing."""
        item = self.items.get(rating.initiative_id)
        if item is None:
            raise InvalidInputError("This initiative is not in the round.", pointer=f"{pointer}/initiative")
        factor = self.factors.get(rating.factor_id)
        if factor is None:
            raise InvalidInputError("The round asks for no such factor.", pointer=f"{pointer}/factor")
        if factor.pk not in self.allowed:
            raise NotPermittedError(f"You are not asked to rate {factor.name}.", pointer=f"{pointer}/factor")
        if (item, factor.pk) in self.wanted:
            raise InvalidInputError("This answer is given twice.", pointer=pointer)
        if rating.value is not None:
            self._check(factor, rating, rating.value, pointer)
        self.wanted[item, factor.pk] = rating

    def _check(self, factor: ScoreFactor, rating: RatingInput, value: Decimal, pointer: str) -> None:
        refusal = self.scales[factor.pk].refusal(value) or _unstorable(value)
        if refusal:
            raise InvalidInputError(f"{factor.name}: {refusal}", pointer=f"{pointer}/value")
        if rating.confidence is not None and not _is_fraction(rating.confidence):
            raise InvalidInputError(
                f"{factor.name}: a confidence is a fraction between 0 and 1.", pointer=f"{pointer}/confidence"
            )
        if len(rating.rationale) > MAX_RATIONALE:
            raise InvalidInputError(
                f"{factor.name}: at most {MAX_RATIONALE:,} characters.", pointer=f"{pointer}/rationale"
            )
        _require_url(rating.evidence_url, f"{pointer}/evidence_url")
        _require_evidence(factor, rating, value, f"{pointer}/evidence_url")

    def write(self) -> RatingCount:
        """Insert, update and delete what differs; an answer that stays as it is leaves no trace."""
        now = timezone.now()
        created, changed, withdrawn = [], [], []
        for (item, factor), rating in self.wanted.items():
            known = self.known.get((item, factor))
            if rating.value is None:
                withdrawn += [known.pk] if known else []
            elif known is None:
                row = ScoreRating(item_id=item, factor_id=factor, rater=self.rater, rated_at=now, **rating.answer)
                created.append(row)
            elif any(getattr(known, name) != value for name, value in rating.answer.items()):
                for name, value in rating.answer.items():
                    setattr(known, name, value)
                known.rated_at = known.updated_at = now
                changed.append(known)
        ScoreRating.objects.bulk_create(created, batch_size=1000)
        ScoreRating.objects.bulk_update(changed, [*_ANSWER, "rated_at", "updated_at"], batch_size=500)
        ScoreRating.objects.filter(pk__in=withdrawn).delete()
        written = len(created) + len(changed) + len(withdrawn)
        return RatingCount(len(created), len(changed), len(withdrawn), unchanged=len(self.wanted) - written)


def _unstorable(value: Decimal) -> str:
    if abs(value) >= _LARGEST:
        return "The value is too large."
    return "At most four decimal places." if value % _SMALLEST else ""


def _is_fraction(value: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= 1


def _require_url(url: str, pointer: str) -> None:
    if not url:
        return
    if len(url) > MAX_URL:
        raise InvalidInputError(f"At most {MAX_URL} characters.", pointer=pointer)
    try:
        _is_url(url)
    except ValidationError as error:
        raise InvalidInputError("Write a complete web address.", pointer=pointer) from error


def _require_evidence(factor: ScoreFactor, rating: RatingInput, value: Decimal, pointer: str) -> None:
    """A claim above the factor's threshold needs evidence: the stated confidence, or a percent value itself."""
    if factor.evidence_above is None or rating.evidence_url:
        return
    claims = [rating.confidence or Decimal(0)]
    if factor.scale == FactorScale.PERCENT:
        claims.append(value)
    if max(claims) > factor.evidence_above:
        limit = f"{factor.evidence_above * 100:.0f}"
        raise InvalidInputError(f"{factor.name}: above {limit}% a link to evidence is needed.", pointer=pointer)
