"""Objectives and key results: what the organization wants to achieve, and by what it will know."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from portfolio.models.initiative import Initiative
from portfolio.models.kpi import Kpi
from portfolio.models.structure import Portfolio, Theme
from portfolio.querysets import InPortfolioQuerySet, OfObjectiveQuerySet
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

LOWEST_WEIGHT, HIGHEST_WEIGHT = Decimal("0.01"), Decimal(1000)
_WEIGHT: dict[str, Any] = {
    "max_digits": 6,
    "decimal_places": 2,
    "default": Decimal(1),
    "validators": [MinValueValidator(LOWEST_WEIGHT), MaxValueValidator(HIGHEST_WEIGHT)],
    "help_text": "How much it counts in what is above it, beside its neighbours.",
}


class Objective(TenantOwned):
    """Something worth achieving within a time; its progress is the weighted mean of what is below it.

    Without a portfolio it is the organization's.
    """

    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    portfolio = TenantForeignKey(Portfolio, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    theme = TenantForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    parent = TenantForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = TenantForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    weight = models.DecimalField(**_WEIGHT)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = TenantManager.from_queryset(InPortfolioQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")) | Q(starts_on=None) | Q(ends_on=None),
                name="portfolio_objective_dates",
                violation_error_message="The end must not lie before the start.",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="portfolio_objective_weight",
                violation_error_message="The weight must be greater than zero.",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="portfolio_objective_not_own_parent",
                violation_error_message="An objective cannot be below itself.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "title", "id"], name="portfolio_objective_by_title"),
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_objective_updated"),
        ]
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title


class KeyResult(TenantOwned):
    """By what one knows that an objective is reached: from a start to a target, measured by hand or by a KPI.

    `current_value` is what was last said by hand; it is not used when there is a KPI. None is unknown.
    """

    label_related = ("objective",)

    objective = TenantForeignKey(Objective, on_delete=models.CASCADE, related_name="key_results")
    title = models.CharField(max_length=200)
    kpi = TenantForeignKey(
        Kpi,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Its newest value counts; without one the value is told by hand.",
    )
    unit = models.CharField(max_length=40, blank=True, help_text="Such as users, EUR or fraction.")
    start_value = models.DecimalField(max_digits=24, decimal_places=6)
    target_value = models.DecimalField(max_digits=24, decimal_places=6)
    current_value = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True, editable=False)
    checked_in_at = models.DateTimeField(null=True, blank=True, editable=False)
    weight = models.DecimalField(**_WEIGHT)

    objects = TenantManager.from_queryset(OfObjectiveQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "objective", "title"], name="portfolio_keyresult_title"),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="portfolio_keyresult_weight",
                violation_error_message="The weight must be greater than zero.",
            ),
        ]
        ordering = ["objective", "created_at", "id"]

    def __str__(self) -> str:
        return self.title


class ObjectiveInitiative(TenantOwned):
    """An initiative that contributes to an objective."""

    label_related = ("objective", "initiative")

    objective = TenantForeignKey(Objective, on_delete=models.CASCADE, related_name="+")
    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")

    objects = TenantManager.from_queryset(OfObjectiveQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "objective", "initiative"], name="portfolio_objectiveinitiative_pair"
            ),
        ]
        ordering = ["objective", "id"]

    def __str__(self) -> str:
        return f"{self.initiative} for {self.objective}"
