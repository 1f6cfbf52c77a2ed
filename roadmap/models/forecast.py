"""Forecasts of a roadmap's dates: what Monte Carlo simulation says about its items and milestones."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from roadmap.calc.date_forecast import LEAST_TRIALS, MOST_TRIALS
from roadmap.models.item import RoadmapItem
from roadmap.models.milestone import Milestone
from roadmap.models.roadmap import Roadmap
from roadmap.querysets import ForecastDateQuerySet, ScheduleForecastQuerySet
from tenancy.enums import LedgerMode
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

_SHARE = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]


class ScheduleForecast(TenantOwned):
    """One simulation of a roadmap as it was on the day `as_of`; `seed` and `engine_version` repeat it.

    `end_quantiles` are the last days of the whole plan at 0%, 5% … 100% of the trials, empty without dated items.
    `undated` counts items that have no dates and are not in it. `requested_by` is None for the system itself.
    """

    label_related = ("roadmap",)

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    as_of = models.DateField()
    trials = models.PositiveIntegerField(validators=[MinValueValidator(LEAST_TRIALS), MaxValueValidator(MOST_TRIALS)])
    seed = models.PositiveBigIntegerField()
    engine_version = models.CharField(max_length=40)
    end_quantiles = ArrayField(models.DateField(), default=list, blank=True)
    item_count = models.PositiveIntegerField("items")
    uncertain_count = models.PositiveIntegerField("uncertain items", help_text="Items with a three-point duration.")
    undated = models.PositiveIntegerField("items without dates", default=0)
    requested_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")

    objects = TenantManager.from_queryset(ScheduleForecastQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at", "id"], name="roadmap_forecast_newest"),
            models.Index(fields=["organization", "roadmap", "-created_at"], name="roadmap_forecast_of_roadmap"),
        ]
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Forecast of {self.roadmap}, {self.as_of:%d %b %Y}"


class ForecastDate(TenantOwned):
    """When one item ends, or one milestone is reached, by the trials of a forecast.

    `planned_on` is the item's end or the milestone's due date then, `chance` the share of trials that keep it.
    `criticality` is the share in which any slip of the item moves the end of the plan; None for milestones.
    `quantiles` are the days at 0%, 5% … 100% of the trials; `p50`, `p80` and `p95` are three of them.
    """

    ledger_mode = LedgerMode.STATEMENTS
    label_related = ("item", "milestone")

    forecast = TenantForeignKey(ScheduleForecast, on_delete=models.CASCADE, related_name="+")
    item = TenantForeignKey(RoadmapItem, null=True, on_delete=models.CASCADE, related_name="+")
    milestone = TenantForeignKey(Milestone, null=True, on_delete=models.CASCADE, related_name="+")
    planned_on = models.DateField("planned")
    p50 = models.DateField()
    p80 = models.DateField()
    p95 = models.DateField()
    chance = models.DecimalField(max_digits=5, decimal_places=4, validators=_SHARE)
    criticality = models.DecimalField(max_digits=5, decimal_places=4, null=True, validators=_SHARE)
    quantiles = ArrayField(models.DateField(), size=21)

    objects = TenantManager.from_queryset(ForecastDateQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "forecast", "item", name="roadmap_forecastdate_item"),
            models.UniqueConstraint("organization", "forecast", "milestone", name="roadmap_forecastdate_milestone"),
            models.CheckConstraint(
                condition=models.Q(item=None, milestone__isnull=False) | models.Q(item__isnull=False, milestone=None),
                name="roadmap_forecastdate_subject",
                violation_error_message="A forecast date is that of an item or of a milestone.",
            ),
            models.CheckConstraint(
                condition=models.Q(p50__lte=models.F("p80"), p80__lte=models.F("p95")),
                name="roadmap_forecastdate_order",
            ),
        ]
        indexes = [models.Index(fields=["organization", "forecast", "p50", "id"], name="roadmap_forecastdate_by_date")]
        ordering = ["p50", "id"]

    def __str__(self) -> str:
        return str(self.item or self.milestone)

    @classmethod
    def action_noun(cls) -> str:
        """Whoever may see a forecast may see its dates."""
        return "schedule_forecast"
