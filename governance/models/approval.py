"""Approval requests and the decisions made on them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from governance.enums import LIVE_APPROVAL_STATUSES, ApprovalStatus, Verdict
from governance.models.gate import StageGate
from governance.models.launch import GateRun, Launch
from governance.querysets import ApprovalRequestQuerySet, DecisionQuerySet
from tenancy.enums import Function, Role
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class ApprovalRequest(TenantOwned):
    """A request to approve one launch exactly as it was when asked.

    `subject_digest` is the launch's digest at that moment, `plan` the requirements, veto functions
    and excluded people resolved then; a later change of the gate does not touch them. A request is
    used once, by the stage change it was made for, and not after `expires_at`.
    """

    launch = TenantForeignKey(Launch, on_delete=models.PROTECT, related_name="approval_requests")
    launch_version = models.PositiveIntegerField()
    subject_digest = models.CharField(max_length=64)
    gate = TenantForeignKey(StageGate, on_delete=models.PROTECT, related_name="+")
    gate_run = TenantForeignKey(GateRun, on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    status = models.CharField(max_length=12, choices=ApprovalStatus, default=ApprovalStatus.PENDING)
    requested_by = TenantForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    consumed_at = models.DateTimeField(null=True)
    closing_reason = models.TextField(blank=True)

    objects = TenantManager.from_queryset(ApprovalRequestQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "launch"],
                condition=models.Q(status__in=LIVE_APPROVAL_STATUSES),
                name="governance_approvalrequest_one_live",
                violation_error_message="This launch already has a live approval request.",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ApprovalStatus.CONSUMED, consumed_at__isnull=False)
                | (~models.Q(status=ApprovalStatus.CONSUMED) & models.Q(consumed_at=None)),
                name="governance_approvalrequest_consumed_at",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "status", "-created_at"], name="governance_request_by_status"),
            models.Index(fields=["organization", "-created_at", "id"], name="governance_request_recent"),
        ]
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Approval of {self.launch}"

    @property
    def is_live(self) -> bool:
        return self.status in LIVE_APPROVAL_STATUSES


class Decision(TenantOwned):
    """One person's decision on a request; never changed and never deleted (a trigger refuses both).

    `function` is the function on whose behalf a veto was raised or lifted. `role` and `functions`
    are what the person held when they decided.
    """

    request = TenantForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="decisions")
    actor = TenantForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict)
    function = models.CharField(max_length=20, choices=Function, blank=True)
    role = models.CharField(max_length=20, choices=Role)
    functions = ArrayField(models.CharField(max_length=20, choices=Function), default=list, blank=True)
    reason = models.TextField(blank=True)
    subject_digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = TenantManager.from_queryset(DecisionQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "request", "actor"],
                condition=models.Q(verdict__in=[Verdict.APPROVE, Verdict.REFUSE]),
                name="governance_decision_one_per_person",
                violation_error_message="You have already decided on this request.",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict=Verdict.APPROVE) | ~models.Q(reason=""),
                name="governance_decision_reason",
                violation_error_message="Say why: everybody who relies on this decision needs the reason.",
            ),
            models.CheckConstraint(
                condition=~models.Q(verdict__in=[Verdict.VETO, Verdict.LIFT_VETO]) | ~models.Q(function=""),
                name="governance_decision_function",
                violation_error_message="A veto is raised and lifted on behalf of a function.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-at", "id"], name="governance_decision_recent")]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.actor}"
