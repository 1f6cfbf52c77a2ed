"""Scoring rounds: who rated which initiatives with a scoring model, and what came of it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from portfolio.enums import Normalisation
from portfolio.models.initiative import Initiative
from portfolio.models.scoring import ScoreFactor, ScoringModel
from portfolio.models.structure import Portfolio
from portfolio.querysets import (
    InPortfolioQuerySet,
    ScoreRatingQuerySet,
    ScoreResultQuerySet,
    ScoringItemQuerySet,
)
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class ScoringRound(TenantOwned):
    """Initiatives rated together with one revision of a scoring model.

    Population and normalisation are frozen when the round opens. `bounds` are the figures each factor was
    normalised with, `agreement` is Kendall's W per factor and over all; both are empty until `computed_at`.
    """

    label_related = ("model",)

    name = models.CharField(max_length=200)
    model = TenantForeignKey(ScoringModel, on_delete=models.PROTECT, related_name="+")
    portfolio = TenantForeignKey(Portfolio, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    normalisation = models.CharField(max_length=8, choices=Normalisation, default=Normalisation.NONE)
    organizer = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    opened_at = models.DateTimeField(editable=False)
    due_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    computed_at = models.DateTimeField(null=True, editable=False)
    bounds = models.JSONField(default=dict, editable=False)
    agreement = models.JSONField(default=dict, editable=False)
    engine_version = models.CharField(max_length=40, blank=True, editable=False)

    objects = TenantManager.from_queryset(InPortfolioQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(computed_at=None) | Q(closed_at__isnull=False),
                name="portfolio_scoringround_computed",
                violation_error_message="Only a closed round has results.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-opened_at", "id"], name="portfolio_scoringround_recent")]
        ordering = ["-opened_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class ScoringItem(TenantOwned):
    """An initiative in the frozen population of a round."""

    label_related = ("round", "initiative")

    round = TenantForeignKey(ScoringRound, on_delete=models.CASCADE, related_name="+")
    initiative = TenantForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(ScoringItemQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "round", "initiative"], name="portfolio_scoringitem_initiative"
            )
        ]
        ordering = ["round", "position", "id"]

    def __str__(self) -> str:
        return f"{self.initiative} in {self.round}"


class ScoreRating(TenantOwned):
    """One person's answer to one factor for one initiative; nobody else's business until the round is closed.

    What was answered is kept out of the ledger while it is secret: `rated_at` records there that an answer
    was given or changed, and the results record every answer when the round closes.
    """

    ledger_hidden = ("value", "confidence", "rationale", "evidence_url")
    label_related = ("factor", "item__initiative")

    item = TenantForeignKey(ScoringItem, on_delete=models.CASCADE, related_name="+")
    factor = TenantForeignKey(ScoreFactor, on_delete=models.PROTECT, related_name="+")
    rater = TenantForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=18, decimal_places=4)
    confidence = models.DecimalField(
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="How sure the rater is, as a fraction.",
    )
    rationale = models.TextField(max_length=2000, blank=True)
    evidence_url = models.URLField(max_length=500, blank=True)
    rated_at = models.DateTimeField()

    objects = TenantManager.from_queryset(ScoreRatingQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "item", "factor", "rater"], name="portfolio_scorerating_answer"
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1),
                name="portfolio_scorerating_confidence",
                violation_error_message="A confidence is a fraction between 0 and 1.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-rated_at", "id"], name="portfolio_scorerating_recent")]
        ordering = ["-rated_at", "id"]

    def __str__(self) -> str:
        return f"{self.factor} of {self.item.initiative}"


class ScoreResult(TenantOwned):
    """What an initiative scored in a closed round; never changed once computed.

    `score` and `rank` are None when it is not scoreable, and `reason` says why. Ranks are shared by ties.
    `rank_low` and `rank_high` are the best and worst rank when any one weight moves by 20%. `spread` is the
    raters' disagreement as a fraction of the scales, None with a single rater. `components` explain the score
    factor by factor, `ratings` hold every answer as it was when the round closed.
    """

    label_related = ("item__initiative",)

    item = TenantForeignKey(ScoringItem, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    rank = models.PositiveIntegerField(null=True)
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    spread = models.FloatField(null=True)
    rater_count = models.PositiveIntegerField(default=0)
    components = models.JSONField(default=dict)
    ratings = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    objects = TenantManager.from_queryset(ScoreResultQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "item"], name="portfolio_scoreresult_item"),
            models.CheckConstraint(
                condition=Q(score=None, rank=None) & ~Q(reason="") | Q(score__isnull=False, rank__isnull=False),
                name="portfolio_scoreresult_reason",
                violation_error_message="A result has a score and a rank, or the reason why not.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-computed_at", "id"], name="portfolio_scoreresult_recent")]
        ordering = ["-computed_at", "rank", "id"]

    def __str__(self) -> str:
        return self.reason if self.score is None else f"{self.score:g}"
