"""Files made of roadmaps, kept for a day."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roadmap.enums import ExportFormat
from roadmap.models.roadmap import Roadmap
from roadmap.querysets import RoadmapExportQuerySet
from tenancy.models import Job, Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

_GROUPINGS = "team, theme, objective, stage, release, lane, none, or cf_<key> of a custom field."


class RoadmapExport(TenantOwned):
    """A file somebody asked for. `item_ids` are the items their filters left, None for all of the roadmap.

    `job` is None when the file was made while its asker waited. The file itself lies in `RoadmapExportFile`.
    """

    label_related = ("roadmap",)

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    file_format = models.CharField("format", max_length=4, choices=ExportFormat)
    grouping = models.CharField("grouped by", max_length=50, default="team", help_text=_GROUPINGS)
    item_ids = ArrayField(models.UUIDField(), null=True, blank=True, editable=False)
    filter_text = models.CharField(max_length=300, blank=True, editable=False)
    requested_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    job = TenantForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    made_at = models.DateTimeField("made", null=True, editable=False)
    byte_count = models.PositiveIntegerField("size", null=True, editable=False)

    objects = TenantManager.from_queryset(RoadmapExportQuerySet)()

    class Meta:
        verbose_name = "roadmap export"
        indexes = [models.Index(fields=["organization", "-created_at", "id"], name="roadmap_export_newest")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.roadmap}, {self.get_file_format_display()}"


class RoadmapExportFile(TenantOwned):
    """The bytes of an export; the ledger has the export, not its copy of the plan."""

    ledger_mode = None
    label_related = ("export",)

    export = TenantForeignKey(RoadmapExport, on_delete=models.CASCADE, related_name="+")
    content = models.BinaryField(editable=False)

    class Meta:
        verbose_name = "file of a roadmap export"
        constraints = [models.UniqueConstraint("organization", "export", name="roadmap_export_file_one")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.export)
