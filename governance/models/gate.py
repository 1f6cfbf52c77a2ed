"""Stage gates and their criteria: what must be true and who must agree before an initiative enters a stage."""

from collections.abc import Iterator

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from governance.enums import Comparator, CriterionKind, CriterionSource
from governance.querysets import GateCriterionQuerySet, StageGateQuerySet
from portfolio.enums import Stage
from tenancy.enums import Function, Role
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


def default_approver_roles() -> list[str]:
    return [Role.DIRECTOR.value]


def default_approver_functions() -> list[str]:
    return [Function.EXECUTIVE.value]


def default_veto_functions() -> list[str]:
    return [Function.SECURITY.value, Function.PRIVACY.value, Function.LEGAL.value, Function.COMPLIANCE.value]


_KPI_PARTS = (
    ("kpi_name", "Name the KPI to read."),
    ("comparator", "Say how the KPI must stand to the threshold."),
    ("threshold", "Give the value to compare the KPI with."),
)


class StageGate(TenantOwned):
    """The rules of entry into one stage.

    An approval needs `approvals_required` people with one of the approver roles or functions and,
    besides, one person of each required function. Whoever holds a veto function may stop a launch.
    `version` rises with every change of the gate or of its criteria. An approval stays good for
    `approval_valid_days` days after it was requested.
    """

    to_stage = models.CharField("stage", max_length=12, choices=Stage)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    approver_roles = ArrayField(
        models.CharField(max_length=20, choices=Role), default=default_approver_roles, blank=True
    )
    approver_functions = ArrayField(
        models.CharField(max_length=20, choices=Function), default=default_approver_functions, blank=True
    )
    approvals_required = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    required_functions = ArrayField(models.CharField(max_length=20, choices=Function), default=list, blank=True)
    veto_functions = ArrayField(
        models.CharField(max_length=20, choices=Function), default=default_veto_functions, blank=True
    )
    approval_valid_days = models.PositiveSmallIntegerField(
        default=14, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    is_active = models.BooleanField("active", default=True)

    objects = TenantManager.from_queryset(StageGateQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "to_stage"],
                condition=models.Q(is_active=True),
                name="governance_stagegate_one_active",
                violation_error_message="This stage already has an active gate.",
            ),
            models.CheckConstraint(
                condition=models.Q(approvals_required__gte=1),
                name="governance_stagegate_approvals_required",
                violation_error_message="At least one approval is required.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "name", "id"], name="governance_stagegate_by_name")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a new gate where it would never ask anybody: only ways forward are gated, and none leads to idea."""
        if self._state.adding and self.to_stage == Stage.IDEA:
            raise ValidationError({"to_stage": "Nothing moves forward into Idea, so a gate there would never close."})


class GateCriterion(TenantOwned):
    """One thing a gate asks for: confirmed by a person, or read from live data.

    A live criterion keeps its threshold and the greatest age, in days, its data may have; without
    data, or with older data, its outcome is unknown, and unknown blocks.
    """

    gate = TenantForeignKey(StageGate, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    guidance = models.TextField(blank=True)
    kind = models.CharField(max_length=12, choices=CriterionKind, default=CriterionKind.CHECKLIST)
    is_blocking = models.BooleanField("blocking", default=True)
    is_active = models.BooleanField("active", default=True)
    source = models.CharField(max_length=12, choices=CriterionSource, blank=True)
    kpi_name = models.CharField("KPI", max_length=200, blank=True)
    comparator = models.CharField(max_length=12, choices=Comparator, blank=True)
    threshold = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    max_age_days = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(3650)])

    objects = TenantManager.from_queryset(GateCriterionQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="checklist", source="", threshold=None, max_age_days=None)
                | models.Q(kind="live", source="experiment", threshold=None, max_age_days__gte=1)
                | (
                    models.Q(kind="live", source="kpi", threshold__isnull=False, max_age_days__gte=1)
                    & ~models.Q(kpi_name="")
                    & ~models.Q(comparator="")
                ),
                name="governance_gatecriterion_complete",
                violation_error_message=(
                    "A live criterion needs a source and a greatest age in days; a KPI also its name, a comparator"
                    " and a threshold. A checklist item has none of them."
                ),
            )
        ]
        indexes = [models.Index(fields=["organization", "gate", "position"], name="governance_gatecriterion_order")]
        ordering = ["position", "created_at", "id"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """The constraint again, field by field, so that a refusal names what is missing or too much."""
        faults = dict(self._live_faults() if self.kind == CriterionKind.LIVE else self._checklist_faults())
        if faults:
            raise ValidationError(faults)

    def _checklist_faults(self) -> Iterator[tuple[str, str]]:
        for name in ("source", "threshold", "max_age_days"):
            if getattr(self, name) not in ("", None):
                yield name, "Live evidence only: a checklist item is confirmed by a person."

    def _live_faults(self) -> Iterator[tuple[str, str]]:
        if not self.source:
            yield "source", "Say where live evidence is read from."
        if not self.max_age_days:
            yield "max_age_days", "Give the greatest age of live evidence, at least one day."
        if self.source == CriterionSource.EXPERIMENT and self.threshold is not None:
            yield "threshold", "A readout judges by itself and takes no threshold."
        if self.source == CriterionSource.KPI:
            for name, message in _KPI_PARTS:
                if getattr(self, name) in ("", None):
                    yield name, message
