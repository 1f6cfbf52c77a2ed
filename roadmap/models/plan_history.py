"""Imported history: what another system recorded about targets and stages before we did."""

from django.db import models

from portfolio.models import Initiative
from roadmap.enums.history import HistoryField
from roadmap.models.history_querysets import PlanHistoryEntryQuerySet
from tenancy.enums import LedgerMode
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class PlanHistoryEntry(TenantOwned):
    """One dated change of a target release, of a stage or of a PRD, as another system told it.

    A value is "" where there was none. `releases_moved` counts releases between two targets, positive for later; None
    where one side is no release. `team_name` is the team that owned the record at that moment. `sequence` tells apart
    changes of one field at one moment; with it an entry is known again when the same file comes twice.
    """

    ledger_mode = LedgerMode.STATEMENTS

    system = models.CharField(max_length=100)
    external_id = models.CharField("external id", max_length=300)
    initiative = TenantForeignKey(Initiative, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=300, blank=True)
    team_name = models.CharField("team", max_length=200, blank=True)
    field = models.CharField("target", max_length=8, choices=HistoryField)
    changed_at = models.DateTimeField("changed")
    old_value = models.CharField("before", max_length=100, blank=True)
    new_value = models.CharField("after", max_length=100, blank=True)
    releases_moved = models.SmallIntegerField("releases", null=True)
    sequence = models.PositiveSmallIntegerField(default=0)

    objects = TenantManager.from_queryset(PlanHistoryEntryQuerySet)()

    class Meta:
        verbose_name = "entry of plan history"
        verbose_name_plural = "plan history"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "system", "external_id", "field", "changed_at", "sequence"],
                name="roadmap_planhistory_entry",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-changed_at", "id"], name="roadmap_planhistory_newest"),
            models.Index(fields=["organization", "field", "changed_at"], name="roadmap_planhistory_by_field"),
        ]
        ordering = ["-changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.external_id} {self.get_field_display()}: {self.old_value or 'none'} → {self.new_value or 'none'}"
