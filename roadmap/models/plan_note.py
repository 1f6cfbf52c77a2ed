"""Risks and decisions pinned to the dates of a plan."""

from django.db import models

from roadmap.enums import PlanNoteKind, PlanNoteStatus
from roadmap.models.item import RoadmapItem
from roadmap.models.roadmap import Roadmap
from roadmap.querysets import PlanNoteQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class PlanNote(TenantOwned):
    """A risk that could strike, or a decision that falls, on a date; about one item, or the roadmap as a whole."""

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    item = TenantForeignKey(RoadmapItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=8, choices=PlanNoteKind)
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    on = models.DateField("date")
    status = models.CharField(max_length=6, choices=PlanNoteStatus, default=PlanNoteStatus.OPEN)

    objects = TenantManager.from_queryset(PlanNoteQuerySet)()

    class Meta:
        verbose_name = "plan note"
        indexes = [
            models.Index(fields=["organization", "on", "id"], name="roadmap_note_by_date"),
            models.Index(fields=["organization", "title", "id"], name="roadmap_note_by_title"),
            models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_note_updated"),
        ]
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return self.title
