"""Baselines: what a roadmap said at one moment, kept for good."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roadmap.enums import DependencyKind, DependencyStrength, ItemStatus, MilestoneKind
from roadmap.enums.history import BaselineReason
from roadmap.models.history_querysets import BaselineQuerySet, KeptRowQuerySet
from roadmap.models.roadmap import Roadmap
from tenancy.enums import LedgerMode
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Baseline(TenantOwned):
    """A named state of a roadmap. Triggers refuse every change, and its deletion without the roadmap's.

    `taken_at` is the moment it shows, which may lie before its creation. `currency` is that of its amounts.
    `taken_by` is None for the system itself.
    """

    label_related = ("roadmap",)

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    reason = models.CharField(max_length=14, choices=BaselineReason, default=BaselineReason.MANUAL, editable=False)
    note = models.TextField(blank=True)
    taken_at = models.DateTimeField("shows", editable=False)
    currency = models.CharField(max_length=3, editable=False)
    taken_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = TenantManager.from_queryset(BaselineQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                "roadmap",
                "name",
                name="roadmap_baseline_name",
                violation_error_message="Another baseline of the roadmap has this name.",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-taken_at", "id"], name="roadmap_baseline_newest"),
            models.Index(fields=["organization", "roadmap", "-taken_at"], name="roadmap_baseline_of_roadmap"),
        ]
        ordering = ["-taken_at", "id"]

    def __str__(self) -> str:
        return self.name


class KeptRow(TenantOwned):
    """A row of a baseline. Keys are ids of records that may be gone; labels are what they were called then."""

    ledger_mode = LedgerMode.STATEMENTS

    baseline = TenantForeignKey(Baseline, on_delete=models.CASCADE, related_name="+")
    portfolio_keys = ArrayField(models.UUIDField(), default=list, blank=True)

    objects = TenantManager.from_queryset(KeptRowQuerySet)()

    class Meta:
        abstract = True


class BaselineItem(KeptRow):
    """An item as it was. `plan_cost` is its initiative's budget then, None without an approved business case.

    Several items of one initiative each name the whole budget: add up initiatives, not items.
    """

    item_key = models.UUIDField()
    title = models.CharField(max_length=300)
    start_on = models.DateField(null=True)
    end_on = models.DateField(null=True)
    lane = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=12, choices=ItemStatus)
    progress = models.DecimalField(max_digits=3, decimal_places=2)
    confidence = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    is_committed = models.BooleanField("committed", default=False)
    team_name = models.CharField(max_length=200, blank=True)
    initiative_ref = models.UUIDField(null=True)
    initiative_key = models.CharField(max_length=60, blank=True)
    plan_cost = models.DecimalField(max_digits=30, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "baseline", "item_key"], name="roadmap_baselineitem_item")
        ]
        ordering = ["start_on", "title", "id"]

    def __str__(self) -> str:
        return self.title


class BaselineMilestone(KeptRow):
    """A milestone as it was."""

    milestone_key = models.UUIDField()
    title = models.CharField(max_length=300)
    due_on = models.DateField()
    kind = models.CharField(max_length=8, choices=MilestoneKind)
    initiative_ref = models.UUIDField(null=True)
    initiative_key = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "baseline", "milestone_key"], name="roadmap_baselinemilestone_milestone"
            )
        ]
        ordering = ["due_on", "title", "id"]

    def __str__(self) -> str:
        return self.title


class BaselineDependency(KeptRow):
    """A dependency as it was, at least one end of it on the roadmap."""

    dependency_key = models.UUIDField()
    predecessor_key = models.UUIDField()
    successor_key = models.UUIDField()
    predecessor_title = models.CharField(max_length=300)
    successor_title = models.CharField(max_length=300)
    kind = models.CharField(max_length=2, choices=DependencyKind)
    strength = models.CharField(max_length=4, choices=DependencyStrength)
    lag_days = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "baseline", "dependency_key"], name="roadmap_baselinedependency_dependency"
            )
        ]
        verbose_name_plural = "baseline dependencies"
        ordering = ["successor_title", "id"]

    def __str__(self) -> str:
        return f"{self.predecessor_title} → {self.successor_title}"
