"""Scoring models: the method by which an organization ranks its initiatives."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from portfolio.enums import FactorDirection, FactorPart, FactorScale, ScoringFramework, ScoringModelStatus
from portfolio.querysets import ScoreFactorQuerySet, ScoringModelQuerySet
from tenancy.enums import Function, Role
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

MODEL_KEY = RegexValidator(r"^[a-z][a-z0-9-]*$", "Use small letters, digits and hyphens, a letter first.")
FACTOR_KEY = RegexValidator(r"^[a-z][a-z0-9_]*$", "Use small letters, digits and underscores, a letter first.")
MAX_FORMULA = 2000


class ScoringModel(TenantOwned):
    """A method of scoring: a framework with its factors, or a formula of the organization's own.

    Rows with the same `key` are revisions of one method. Once a round uses a revision neither it nor its
    factors change any more (the database refuses it); a change makes the next revision.
    """

    key = models.CharField(max_length=60, validators=[MODEL_KEY], editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, help_text="When to use it, and what its scores mean.")
    framework = models.CharField(max_length=16, choices=ScoringFramework)
    formula = models.CharField(
        max_length=MAX_FORMULA,
        blank=True,
        help_text="Names of factors, + - * / ^ and brackets; weight_reach is the weight of reach.",
    )
    status = models.CharField(
        max_length=8, choices=ScoringModelStatus, default=ScoringModelStatus.ACTIVE, editable=False
    )

    objects = TenantManager.from_queryset(ScoringModelQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "key", "revision"], name="portfolio_scoringmodel_revision"),
            models.CheckConstraint(
                condition=Q(framework=ScoringFramework.CUSTOM) ^ Q(formula=""),
                name="portfolio_scoringmodel_formula",
                violation_error_message="A formula belongs to the framework \u201cOwn formula\u201d, and only to it.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "name", "id"], name="portfolio_scoringmodel_by_name")]
        ordering = ["name", "-revision", "id"]

    def __str__(self) -> str:
        return f"{self.name} (revision {self.revision})"


class ScoreFactor(TenantOwned):
    """One thing a scoring model asks about an initiative, and how it may be answered.

    `rubric` is a list of {value, label, text}; of a choice scale its values are the only ones allowed.
    `weight` multiplies an addend and is the exponent of a multiplier or divisor. Empty `rater_roles` and
    `rater_functions` let everybody rate who may rate at all. `evidence_above` is a fraction: a rating whose
    confidence, or on a percent scale whose value, is higher needs a link to evidence; None asks for none.
    """

    model = TenantForeignKey(ScoringModel, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=60, validators=[FACTOR_KEY])
    name = models.CharField(max_length=120)
    question = models.CharField(max_length=500, blank=True)
    part = models.CharField(max_length=12, choices=FactorPart)
    scale = models.CharField(max_length=16, choices=FactorScale, default=FactorScale.LINEAR)
    minimum = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    step = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(Decimal("0.0001"))]
    )
    unit = models.CharField(max_length=30, blank=True)
    direction = models.CharField(max_length=4, choices=FactorDirection, default=FactorDirection.UP)
    weight = models.DecimalField(
        max_digits=9, decimal_places=4, default=1, validators=[MinValueValidator(0), MaxValueValidator(1000)]
    )
    rubric = models.JSONField(default=list, blank=True)
    rater_roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list, blank=True)
    rater_functions = ArrayField(models.CharField(max_length=20, choices=Function), default=list, blank=True)
    is_required = models.BooleanField(default=True)
    evidence_above = models.DecimalField(
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="As a fraction: above 0.5 a rating needs a link to evidence.",
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(ScoreFactorQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "model", "key"], name="portfolio_scorefactor_key"),
            models.CheckConstraint(
                condition=Q(maximum__gt=F("minimum")) | Q(minimum=None) | Q(maximum=None),
                name="portfolio_scorefactor_range",
                violation_error_message="The highest value must lie above the lowest.",
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=0),
                name="portfolio_scorefactor_weight",
                violation_error_message="A weight must not be negative; the direction says what speaks against.",
            ),
        ]
        ordering = ["model", "position", "id"]

    def __str__(self) -> str:
        return self.name
