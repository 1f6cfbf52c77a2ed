"""Launches: an initiative's way into a gated stage, the answers to its checklist and the gate's evaluations."""

from django.db import models

from governance.enums import OPEN_LAUNCH_STATUSES, GateRunOccasion, LaunchStatus, Outcome
from governance.models.gate import GateCriterion, StageGate
from governance.querysets import LaunchQuerySet, OfLaunchQuerySet
from portfolio.enums import Stage
from portfolio.models import Initiative
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

MATERIAL_FIELDS = ("title", "scope", "rollout_plan", "risk_summary", "rollback_plan", "planned_on")


class Launch(TenantOwned):
    """A plan to bring one initiative to one stage; initiative and stage never change afterwards.

    `digest` is the SHA-256 of everything an approver decides on (the material fields and the
    checklist's answers); `content_version` counts its changes.
    """

    initiative = TenantForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    target_stage = models.CharField(max_length=12, choices=Stage)
    title = models.CharField(max_length=200)
    scope = models.TextField(blank=True, help_text="What goes out, to whom, in which regions.")
    rollout_plan = models.TextField(blank=True, help_text="Steps, their audience, what is watched between them.")
    risk_summary = models.TextField(blank=True, help_text="What could go wrong, how likely, what was done.")
    rollback_plan = models.TextField(blank=True, help_text="How it is switched off, by whom, and how fast.")
    planned_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=LaunchStatus, default=LaunchStatus.DRAFT, editable=False)
    content_version = models.PositiveIntegerField(default=1, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    edited_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    launched_at = models.DateTimeField(null=True, editable=False)

    objects = TenantManager.from_queryset(LaunchQuerySet)()

    class Meta:
        verbose_name_plural = "launches"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "initiative", "target_stage"],
                condition=models.Q(status__in=OPEN_LAUNCH_STATUSES),
                name="governance_launch_one_open",
                violation_error_message="This initiative already has an open launch for this stage.",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-updated_at", "id"], name="governance_launch_updated"),
            models.Index(fields=["organization", "status", "-updated_at"], name="governance_launch_by_status"),
        ]
        ordering = ["-updated_at", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_LAUNCH_STATUSES


class ChecklistAnswer(TenantOwned):
    """What somebody states about one checklist criterion of a launch."""

    launch = TenantForeignKey(Launch, on_delete=models.CASCADE, related_name="answers")
    criterion = TenantForeignKey(GateCriterion, on_delete=models.PROTECT, related_name="+")
    is_done = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    answered_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")

    objects = TenantManager.from_queryset(OfLaunchQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "launch", "criterion", name="governance_checklistanswer_criterion")
        ]
        ordering = ["criterion__position", "id"]

    def __str__(self) -> str:
        return f"{self.criterion}: {'done' if self.is_done else 'open'}"


class GateRun(TenantOwned):
    """One evaluation of a gate for a launch, kept as evidence.

    `results` holds per criterion its outcome with value, threshold, age limit and what was read;
    `digest` is the SHA-256 of these results together with the launch's digest.
    """

    launch = TenantForeignKey(Launch, on_delete=models.CASCADE, related_name="gate_runs")
    gate = TenantForeignKey(StageGate, on_delete=models.PROTECT, related_name="+")
    gate_version = models.PositiveIntegerField()
    occasion = models.CharField(max_length=12, choices=GateRunOccasion, default=GateRunOccasion.MANUAL)
    outcome = models.CharField(max_length=12, choices=Outcome)
    results = models.JSONField()
    subject_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    evaluated_at = models.DateTimeField()
    evaluated_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")

    objects = TenantManager.from_queryset(OfLaunchQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["organization", "launch", "-evaluated_at"], name="governance_gaterun_recent")]
        ordering = ["-evaluated_at", "id"]

    def __str__(self) -> str:
        return f"{self.gate} {self.get_outcome_display()}"
