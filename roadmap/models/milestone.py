"""Milestones: single dates a roadmap promises."""

from django.db import models

from portfolio.models import Initiative
from roadmap.enums import MilestoneKind
from roadmap.models.roadmap import Roadmap
from roadmap.querysets import MilestoneQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Milestone(TenantOwned):
    """A date something is due on: an alpha, a beta, general availability, a board meeting."""

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    initiative = TenantForeignKey(Initiative, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=300)
    due_on = models.DateField("due")
    kind = models.CharField(max_length=8, choices=MilestoneKind, default=MilestoneKind.OTHER)

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
