"""Milestones: single dates a roadmap promises."""

from django.db import models

from portfolio.models import Initiative
from roadmap.enums import MilestoneKind
from roadmap.models.item import RoadmapItem
from roadmap.models.release import Release
from roadmap.models.roadmap import Roadmap
from roadmap.querysets import MilestoneGateQuerySet, MilestoneQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Milestone(TenantOwned):
    """A date something is due on: an alpha, a beta, general availability, a board meeting."""

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    initiative = TenantForeignKey(Initiative, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=300)
    due_on = models.DateField("due")
    kind = models.CharField(max_length=8, choices=MilestoneKind, default=MilestoneKind.OTHER)
    release = TenantForeignKey(Release, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = TenantManager.from_queryset(MilestoneQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "due_on", "id"], name="roadmap_milestone_by_date"),
            models.Index(fields=["organization", "title", "id"], name="roadmap_milestone_by_title"),
            models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_milestone_updated"),
        ]
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.title


class MilestoneGate(TenantOwned):
    """An item a milestone waits for: the milestone is reached when all its gates have ended."""

    label_related = ("milestone", "item")

    milestone = TenantForeignKey(Milestone, on_delete=models.CASCADE, related_name="+")
    item = TenantForeignKey(RoadmapItem, on_delete=models.CASCADE, related_name="+")

    objects = TenantManager.from_queryset(MilestoneGateQuerySet)()

    class Meta:
        verbose_name = "milestone gate"
        constraints = [
            models.UniqueConstraint(
                "organization",
                "milestone",
                "item",
                name="roadmap_milestone_gate_pair",
                violation_error_message="The milestone waits for this item already.",
            )
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.milestone} ← {self.item}"
