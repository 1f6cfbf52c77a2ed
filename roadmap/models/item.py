"""Roadmap items: bars on the timeline."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from portfolio.models import Initiative
from roadmap.enums import ItemStatus
from roadmap.models.roadmap import Roadmap
from roadmap.querysets import RoadmapItemQuerySet
from tenancy.models import Team, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class RoadmapItem(TenantOwned):
    """A stretch of work between two dates, both included, on one roadmap; unscheduled while nobody knows them.

    `confidence` is the chance, as a fraction, that the dates hold; None when nobody has said. `lane` is a
    free grouping of the roadmap's own; `position` orders items inside a group, ties by start.
    """

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    initiative = TenantForeignKey(Initiative, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    start_on = models.DateField("start", null=True, blank=True, help_text="Both dates or neither.")
    end_on = models.DateField("end", null=True, blank=True, help_text="The last day of the work.")
    lane = models.CharField(max_length=120, blank=True)
    owning_team = TenantForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    status = models.CharField(max_length=12, choices=ItemStatus, default=ItemStatus.PLANNED)
    confidence = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text="Chance that the dates hold, from 0 to 1.",
    )
    position = models.PositiveIntegerField(default=0)

    # Only on rows read through `with_team_name()`.
    team_name: str | None

    objects = TenantManager.from_queryset(RoadmapItemQuerySet)()

    class Meta:
        verbose_name = "roadmap item"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_on__gte=models.F("start_on")),
                name="roadmap_item_dates",
                violation_error_message="The end must not lie before the start.",
            ),
            models.CheckConstraint(
                condition=models.Q(start_on=None, end_on=None) | models.Q(start_on__isnull=False, end_on__isnull=False),
                name="roadmap_item_scheduled",
                violation_error_message="Give the missing start or end too, or neither of them.",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence=None) | models.Q(confidence__gte=0, confidence__lte=1),
                name="roadmap_item_confidence",
                violation_error_message="Confidence is a fraction between 0 and 1.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "start_on", "id"], name="roadmap_item_by_start"),
            models.Index(fields=["organization", "end_on", "id"], name="roadmap_item_by_end"),
            models.Index(fields=["organization", "title", "id"], name="roadmap_item_by_title"),
            models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_item_updated"),
        ]
        ordering = ["position", "start_on", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_scheduled(self) -> bool:
        """Whether its dates are known: both or neither."""
        return self.start_on is not None and self.end_on is not None

    @property
    def duration_days(self) -> int | None:
        """Calendar days from the first to the last, both included; None while unscheduled."""
        if self.start_on is None or self.end_on is None:
            return None
        return (self.end_on - self.start_on).days + 1
