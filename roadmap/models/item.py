"""Roadmap items: bars on the timeline."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from portfolio.models import Initiative
from roadmap.enums import DatePrecision, ItemKind, ItemStatus, Scheduling
from roadmap.models.release import Release
from roadmap.models.roadmap import Roadmap
from roadmap.querysets import RoadmapItemQuerySet
from tenancy.models import Team, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

LONGEST_DURATION_DAYS = 5000
_WORKING_DAYS = "In working days."
DURATIONS = ("duration_low", "duration_likely", "duration_high")


class RoadmapItem(TenantOwned):
    """A stretch of work between two dates, both included, on one roadmap; unscheduled while nobody knows them.

    `confidence` is the chance, as a fraction, that the dates hold; None when nobody has said. `lane` is a
    free grouping of the roadmap's own; `position` orders items inside a group, ties by start. The three durations are
    working days of the delivering team, all or none of them. `is_committed` marks a promised outcome. Only items with
    automatic scheduling are moved by a cascade, and external ones never: their dates are not ours.
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
    kind = models.CharField(max_length=8, choices=ItemKind, default=ItemKind.WORK)
    external_party = models.CharField(max_length=200, blank=True, help_text="Who delivers it: a vendor, legal.")
    date_precision = models.CharField(max_length=8, choices=DatePrecision, default=DatePrecision.DAY)
    scheduling = models.CharField(
        max_length=10,
        choices=Scheduling,
        default=Scheduling.AUTOMATIC,
        help_text="Automatic items follow when something they wait for moves.",
    )
    duration_low = models.PositiveSmallIntegerField("shortest", null=True, blank=True, help_text=_WORKING_DAYS)
    duration_likely = models.PositiveSmallIntegerField("likely", null=True, blank=True, help_text=_WORKING_DAYS)
    duration_high = models.PositiveSmallIntegerField("longest", null=True, blank=True, help_text=_WORKING_DAYS)
    progress = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text="Done so far, from 0 to 1.",
    )
    release = TenantForeignKey(Release, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_committed = models.BooleanField("committed", default=False, help_text="A promised outcome.")

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
            models.CheckConstraint(
                condition=models.Q(progress__gte=0, progress__lte=1),
                name="roadmap_item_progress",
                violation_error_message="Progress is a fraction between 0 and 1.",
            ),
            models.CheckConstraint(
                condition=models.Q(duration_low=None, duration_likely=None, duration_high=None)
                # Comparing with an unknown number is neither true nor false, and a check takes that for kept.
                | models.Q(
                    duration_low__isnull=False,
                    duration_likely__isnull=False,
                    duration_high__isnull=False,
                    duration_low__gte=1,
                    duration_likely__gte=models.F("duration_low"),
                    duration_high__gte=models.F("duration_likely"),
                    duration_high__lte=LONGEST_DURATION_DAYS,
                ),
                name="roadmap_item_durations",
                violation_error_message=(
                    "Give the shortest, likely and longest duration, in this order and at least one day each, or none."
                ),
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
