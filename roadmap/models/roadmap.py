"""Roadmaps: plans over the initiatives of a portfolio, or of several."""

from django.db import models

from portfolio.models import Portfolio
from roadmap.enums import CascadePolicy
from roadmap.querysets import RoadmapQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Roadmap(TenantOwned):
    """A plan people look at together. One that belongs to a portfolio is seen by whoever sees the portfolio.

    `cascade_policy` says what a move does to the automatic items downstream of it.
    """

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    portfolio = TenantForeignKey(Portfolio, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cascade_policy = models.CharField(
        "when something moves", max_length=16, choices=CascadePolicy, default=CascadePolicy.PUSH_IF_VIOLATED
    )

    objects = TenantManager.from_queryset(RoadmapQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint("organization", "name", name="roadmap_roadmap_name")]
        indexes = [models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_roadmap_updated")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
