"""Selections: which initiatives to choose from, what they are worth and take, and what there is."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from portfolio.enums import InitiativeLevel, Stage
from portfolio.models.initiative import Initiative
from portfolio.models.scoring_round import ScoringRound
from portfolio.models.selection_enums import SelectionRule, SelectionStatus, SelectionValue
from portfolio.models.selection_querysets import (
    OfCandidateQuerySet,
    OfSelectionQuerySet,
    SelectionCandidateQuerySet,
    SelectionRunQuerySet,
)
from portfolio.models.structure import Portfolio, Theme
from tenancy.models import Team, TenantForeignKey, TenantOwned
from tenancy.models.organization import CURRENCY
from tenancy.querysets import TenantManager

MAX_QUARTERS = 8
MAX_SECONDS = 600
LARGEST_GAP = Decimal("0.5")
QUARTER_STARTS = (1, 4, 7, 10)


def quarter_label(quarter: date) -> str:
    """Q3 2026, of the quarter's first day."""
    return f"Q{(quarter.month + 2) // 3} {quarter.year}"


def _per_quarter() -> ArrayField:
    """One amount a quarter of the selection, in order; None where it is not known or not limited."""
    return ArrayField(
        models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]),
        size=MAX_QUARTERS,
    )


class SelectionRun(TenantOwned):
    """A search for the most valuable set of initiatives that fits budgets and teams over some quarters.

    Candidates are the initiatives of the portfolio (None: of all), of the theme if there is one, in one of the
    stages and on one of the levels; empty lists do not narrow. `relative_gap` is how far, as a fraction, the
    result may lie below what is provably possible. `setup_changed_at` is when anything the search depends on
    last changed, and `job_id` the search under way or the last one.
    """

    name = models.CharField(max_length=200)
    purpose = models.TextField(blank=True, help_text="Which decision it prepares.")
    portfolio = TenantForeignKey(Portfolio, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    theme = TenantForeignKey(Theme, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stages = ArrayField(models.CharField(max_length=12, choices=Stage), default=list, blank=True)
    levels = ArrayField(models.CharField(max_length=12, choices=InitiativeLevel), default=list, blank=True)
    value_source = models.CharField(
        "value", max_length=12, choices=SelectionValue, default=SelectionValue.NPV, help_text="What is made largest."
    )
    scoring_round = TenantForeignKey(ScoringRound, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    value_field = models.CharField("custom field", max_length=40, blank=True, help_text="Key of a field with a number.")
    currency = models.CharField(max_length=3, validators=[CURRENCY], help_text="Of budgets and costs.")
    first_quarter = models.DateField(help_text="The first day of the first quarter.")
    quarter_count = models.PositiveSmallIntegerField(
        "quarters", default=4, validators=[MinValueValidator(1), MaxValueValidator(MAX_QUARTERS)]
    )
    relative_gap = models.DecimalField(
        "accepted gap",
        max_digits=6,
        decimal_places=5,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST_GAP)],
        help_text="As a fraction: 0.001 stops within 0.1% of the best possible; 0 proves the best.",
    )
    time_limit_seconds = models.PositiveSmallIntegerField(
        "time limit in seconds", default=60, validators=[MinValueValidator(1), MaxValueValidator(MAX_SECONDS)]
    )
    status = models.CharField(max_length=9, choices=SelectionStatus, default=SelectionStatus.DRAFT, editable=False)
    setup_changed_at = models.DateTimeField(editable=False)
    # Not a reference: jobs are removed after a while.
    job_id = models.UUIDField(null=True, editable=False)

    objects = TenantManager.from_queryset(SelectionRunQuerySet)()

    class Meta:
        verbose_name = "selection"
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter_count__gte=1, quarter_count__lte=MAX_QUARTERS),
                name="portfolio_selectionrun_quarters",
                violation_error_message=f"A selection covers 1 to {MAX_QUARTERS} quarters.",
            ),
            models.CheckConstraint(
                condition=Q(first_quarter__day=1, first_quarter__month__in=QUARTER_STARTS),
                name="portfolio_selectionrun_first_quarter",
                violation_error_message="A quarter starts on the first of January, April, July or October.",
            ),
            models.CheckConstraint(
                condition=Q(relative_gap__gte=0, relative_gap__lte=LARGEST_GAP),
                name="portfolio_selectionrun_gap",
                violation_error_message="The gap is a fraction between 0 and 0.5.",
            ),
            models.CheckConstraint(
                condition=Q(value_source=SelectionValue.SCORE) ^ Q(scoring_round=None),
                name="portfolio_selectionrun_scoring_round",
                violation_error_message="A scoring round belongs to a selection by score, and only to it.",
            ),
            models.CheckConstraint(
                condition=Q(value_source=SelectionValue.CUSTOM_FIELD) ^ Q(value_field=""),
                name="portfolio_selectionrun_value_field",
                violation_error_message="A custom field belongs to a selection by custom field, and only to it.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_selectionrun_updated"),
            models.Index(fields=["organization", "name", "id"], name="portfolio_selectionrun_by_name"),
        ]
        ordering = ["-updated_at", "id"]

    def __str__(self) -> str:
        return self.name


class SelectionCandidate(TenantOwned):
    """An initiative that may be chosen, and what it is worth.

    `value` None is not known, for the reason in `value_note`, and then it cannot be chosen. Entered values
    stay when the others are read again.
    """

    label_related = ("initiative",)

    run = TenantForeignKey(SelectionRun, on_delete=models.CASCADE, related_name="+")
    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=8, choices=SelectionRule, default=SelectionRule.FREE)
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    value_note = models.CharField(max_length=300, blank=True, editable=False)
    is_value_entered = models.BooleanField(default=False, editable=False)

    objects = TenantManager.from_queryset(SelectionCandidateQuerySet)()

    class Meta:
        verbose_name = "candidate"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "run", "initiative"], name="portfolio_selectioncandidate_initiative"
            )
        ]
        ordering = ["run", "initiative", "id"]

    def __str__(self) -> str:
        return str(self.initiative)


class SelectionDemand(TenantOwned):
    """What a candidate takes of one resource per quarter: money, or of a team person-months.

    `team` None is the budget. `note` says where the amounts come from, or why they are not known.
    """

    label_related = ("candidate__initiative", "team")

    candidate = TenantForeignKey(SelectionCandidate, on_delete=models.CASCADE, related_name="demands")
    team = TenantForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    amounts = _per_quarter()
    note = models.CharField(max_length=300, blank=True, editable=False)
    is_entered = models.BooleanField(default=False, editable=False)

    objects = TenantManager.from_queryset(OfCandidateQuerySet)()

    class Meta:
        verbose_name = "demand"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "candidate", "team"],
                nulls_distinct=False,
                name="portfolio_selectiondemand_resource",
            )
        ]
        ordering = ["candidate", "team", "id"]

    def __str__(self) -> str:
        return f"{self.candidate}: {self.team or 'Budget'}"


class SelectionLimit(TenantOwned):
    """How much there is of one resource per quarter; None in a quarter does not limit it there."""

    label_related = ("team",)

    run = TenantForeignKey(SelectionRun, on_delete=models.CASCADE, related_name="+")
    team = TenantForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    amounts = _per_quarter()

    objects = TenantManager.from_queryset(OfSelectionQuerySet)()

    class Meta:
        verbose_name = "limit"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "run", "team"], nulls_distinct=False, name="portfolio_selectionlimit_resource"
            )
        ]
        ordering = ["run", "team", "id"]

    def __str__(self) -> str:
        return str(self.team or "Budget")


class SelectionPrerequisite(TenantOwned):
    """A candidate that can only be chosen together with another; `source` says who knows, empty for people."""

    label_related = ("dependent__initiative", "needed__initiative")

    run = TenantForeignKey(SelectionRun, on_delete=models.CASCADE, related_name="+")
    dependent = TenantForeignKey(SelectionCandidate, on_delete=models.CASCADE, related_name="+")
    needed = TenantForeignKey(SelectionCandidate, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=40, blank=True, editable=False)

    objects = TenantManager.from_queryset(OfSelectionQuerySet)()

    class Meta:
        verbose_name = "prerequisite"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "run", "dependent", "needed"], name="portfolio_selectionprerequisite_pair"
            ),
            models.CheckConstraint(
                condition=~Q(dependent=models.F("needed")),
                name="portfolio_selectionprerequisite_other",
                violation_error_message="A candidate cannot need itself.",
            ),
        ]
        ordering = ["run", "dependent", "needed", "id"]

    def __str__(self) -> str:
        return f"{self.dependent} needs {self.needed}"


class SelectionExclusion(TenantOwned):
    """A candidate's place in a group, named `name`, of which at most one is chosen."""

    label_related = ("candidate__initiative",)

    run = TenantForeignKey(SelectionRun, on_delete=models.CASCADE, related_name="+")
    name = models.CharField("group", max_length=80)
    candidate = TenantForeignKey(SelectionCandidate, on_delete=models.CASCADE, related_name="+")

    objects = TenantManager.from_queryset(OfSelectionQuerySet)()

    class Meta:
        verbose_name = "exclusion"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "run", "name", "candidate"], name="portfolio_selectionexclusion_member"
            )
        ]
        ordering = ["run", "name", "id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.candidate}"
