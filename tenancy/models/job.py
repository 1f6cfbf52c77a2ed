"""Background jobs: the durable record a person can follow, and the outbox that survives a broker outage."""

from django.conf import settings
from django.db import models

from core.ids import uuid7
from tenancy.enums import JobStatus
from tenancy.models.base import TenantOwned


class Job(TenantOwned):
    """One piece of background work; its effect and its completion commit in the same transaction."""

    name = models.CharField(max_length=120)
    title = models.CharField(max_length=200, blank=True)
    arguments = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=JobStatus, default=JobStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    request_id = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-created_at"], name="tenancy_job_recent")]
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.title or self.name


class OutboxEntry(models.Model):
    """A job that is not finished; holds identifiers only, so that the dispatcher may read across tenants.

    The worker locks the entry while it works and deletes it in the transaction that holds the
    job's effect: an entry that exists and is not locked is work nobody is doing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    organization_id = models.UUIDField()
    task = models.CharField(max_length=120)
    queue = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)
    publish_after = models.DateTimeField()
    publications = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["publish_after"], name="tenancy_outboxentry_due")]

    def __str__(self) -> str:
        return f"{self.task} {self.id}"
