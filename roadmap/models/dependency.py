"""Dependencies: which item waits for which."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from roadmap.enums import Agreement, DependencyKind, DependencyStrength
from roadmap.models.item import RoadmapItem
from roadmap.querysets import DependencyQuerySet
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

MAX_LAG_DAYS = 3650


class Dependency(TenantOwned):
    """An item (the successor) whose start or end waits for the start or end of another (the predecessor).

    `lag_days` are working days of the successor's calendar between the two ends; negative days are a lead. The ends
    may lie on different roadmaps. Made only through `roadmap.services.dependencies`, which keeps the graph without
    cycles. `needed_by` is the date the successor's side asks for, `agreed_on` the one the predecessor's side promised.
    """

    predecessor = TenantForeignKey(RoadmapItem, on_delete=models.CASCADE, related_name="+")
    successor = TenantForeignKey(RoadmapItem, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=2, choices=DependencyKind, default=DependencyKind.FINISH_TO_START)
    lag_days = models.SmallIntegerField(
        "lag",
        default=0,
        validators=[MinValueValidator(-MAX_LAG_DAYS), MaxValueValidator(MAX_LAG_DAYS)],
        help_text="Working days between the two ends; negative for a lead.",
    )
    note = models.CharField(max_length=500, blank=True)
    strength = models.CharField(
        max_length=4,
        choices=DependencyStrength,
        default=DependencyStrength.HARD,
        help_text="A soft one warns, and pushes nothing.",
    )
    agreement = models.CharField(max_length=10, choices=Agreement, default=Agreement.NONE, editable=False)
    needed_by = models.DateField(null=True, blank=True, editable=False)
    agreed_on = models.DateField("agreed for", null=True, blank=True, editable=False)
    requested_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    answered_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = TenantManager.from_queryset(DependencyQuerySet)()

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(
                "organization",
                "predecessor",
                "successor",
                "kind",
                name="roadmap_dependency_pair",
                violation_error_message="This dependency exists already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")),
                name="roadmap_dependency_not_self",
                violation_error_message="An item cannot depend on itself.",
            ),
            models.CheckConstraint(
                condition=models.Q(lag_days__gte=-MAX_LAG_DAYS, lag_days__lte=MAX_LAG_DAYS),
                name="roadmap_dependency_lag",
                violation_error_message="The lag must lie within ten years.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_dependency_updated")]
        ordering = ["-updated_at", "id"]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"

    @property
    def terms(self) -> str:
        """What kind of waiting it is, in words: "start to start, 3 working days lag, soft"."""
        days = abs(self.lag_days)
        lag = f"{days} working day{'' if days == 1 else 's'} {'lag' if self.lag_days > 0 else 'lead'}"
        parts = [self.get_kind_display().lower(), lag if days else "", "soft" if self.is_soft else ""]
        return ", ".join(part for part in parts if part)

    @property
    def is_soft(self) -> bool:
        return self.strength == DependencyStrength.SOFT
