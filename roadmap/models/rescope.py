"""Re-scoping: promises that were changed, and why."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roadmap.enums.history import RescopeReason
from roadmap.models.history_querysets import ItemRescopeQuerySet
from roadmap.models.item import RoadmapItem
from roadmap.models.roadmap import Roadmap
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class ItemRescope(TenantOwned):
    """One change of a committed item's dates, or of the commitment itself; a trigger refuses changes.

    `item_key` stays when the item is gone. `is_withdrawn` says that the item is no longer promised.
    `rescoped_by` is None for the system itself.
    """

    label_related = ()

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    item = TenantForeignKey(RoadmapItem, null=True, on_delete=models.SET_NULL, related_name="+")
    item_key = models.UUIDField()
    title = models.CharField(max_length=300)
    team_name = models.CharField("team", max_length=200, blank=True)
    reason_code = models.CharField("reason", max_length=16, choices=RescopeReason)
    note = models.CharField(max_length=500, blank=True)
    old_start_on = models.DateField("start before", null=True)
    old_end_on = models.DateField("end before", null=True)
    new_start_on = models.DateField("start after", null=True)
    new_end_on = models.DateField("end after", null=True)
    is_withdrawn = models.BooleanField("promise withdrawn", default=False)
    rescoped_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    rescoped_at = models.DateTimeField("changed")
    portfolio_keys = ArrayField(models.UUIDField(), default=list, blank=True)

    objects = TenantManager.from_queryset(ItemRescopeQuerySet)()

    class Meta:
        verbose_name = "re-scope"
        indexes = [
            models.Index(fields=["organization", "-rescoped_at", "id"], name="roadmap_rescope_newest"),
            models.Index(fields=["organization", "roadmap", "-rescoped_at"], name="roadmap_rescope_of_roadmap"),
        ]
        ordering = ["-rescoped_at", "id"]

    def __str__(self) -> str:
        return f"{self.title}: {self.get_reason_code_display().lower()}"

    @property
    def slip_days(self) -> int | None:
        """Calendar days by which the end moved, positive for later; None when an end is unknown."""
        if self.old_end_on is None or self.new_end_on is None:
            return None
        return (self.new_end_on - self.old_end_on).days
