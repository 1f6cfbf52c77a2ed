"""Background jobs: enqueue in the caller's transaction, publish after commit, finish exactly once."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from core.jobs import queue_of
from tenancy.actor import Actor
from tenancy.enums import JobStatus
from tenancy.models import Job, OutboxEntry
from tenancy.scope import named_action

logger = logging.getLogger(__name__)

REPUBLISH_AFTER = timedelta(seconds=30)
ENDED = frozenset({JobStatus.SUCCEEDED, JobStatus.CANCELLED})
PROGRESS_SECONDS = 3600


class JobCancelledError(Exception):
    """Somebody cancelled the job that is running: its transaction is rolled back, so that nothing of it stays."""


def enqueue(name: str, /, *, actor: Actor, title: str = "", **arguments: Any) -> Job:
    """Record a job and hand it to Celery when the transaction commits.

    `arguments` must be JSON and hold no secret. The task is looked up now, so that a misspelt name
    raises celery.exceptions.NotRegistered in the caller. When the broker is away the job waits in
    the outbox and `dispatch_outbox` publishes it later.
    """
    task = current_app.tasks[name]
    job = Job.objects.create(
        name=name,
        title=title,
        arguments=arguments,
        created_by=actor.user,
        request_id=actor.request_id,
    )
    entry = OutboxEntry.objects.create(
        id=job.pk,
        organization_id=actor.organization_id,
        task=name,
        queue=queue_of(task.name),
        publish_after=timezone.now() + REPUBLISH_AFTER,
    )
    transaction.on_commit(lambda: publish(entry))
    return job


def publish(entry: OutboxEntry) -> bool:
    """Send one outbox entry to its queue; False, with one line in the log, when the broker is away."""
    headers = {"organization_id": str(entry.organization_id), "job_id": str(entry.pk)}
    try:
        current_app.tasks[entry.task].apply_async(headers=headers, queue=entry.queue, retry=False)
    except (BrokerError, RedisError, OSError) as error:
        logger.warning("job %s waits in the outbox: broker unavailable (%s)", entry.pk, type(error).__name__)
        return False
    return True


def dispatch_outbox(*, limit: int = 500) -> int:
    """Publish entries that are due and that no worker holds; returns how many were sent.

    A worker keeps its entry locked while it works, so a locked entry is skipped, and an entry whose
    worker died is free again at once. Each publication doubles the wait before the next one, so that
    a long queue is not flooded with copies; a copy that arrives late finds no entry and does nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        due = list(
            OutboxEntry.objects.select_for_update(skip_locked=True)
            .filter(publish_after__lte=now)
            .order_by("publish_after")[:limit]
        )
        sent = 0
        for entry in due:
            if not publish(entry):
                break
            entry.publications += 1
            entry.publish_after = now + REPUBLISH_AFTER * 2 ** min(entry.publications, 6)
            entry.save(update_fields=["publications", "publish_after"])
            sent += 1
    return sent


def claim(job_id: UUID) -> Job | None:
    """Lock the job for this transaction, or None when it has ended or another worker holds it."""
    entry = OutboxEntry.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
    if entry is None:
        return None
    job = Job.objects.get(pk=job_id)
    if job.status == JobStatus.CANCELLED:
        entry.delete()
        return None
    return job


def cancel(job: Job) -> Job:
    """End a job nobody has finished yet; one that has ended stays as it is, so look at the answer's status.

    A worker that is busy with it hears of it at its next `require_not_cancelled`, at the latest when it would
    complete the job, and takes back what it did. Whoever calls this knows what should be told instead of the
    job's effect, and whether the actor may.
    """
    locked = Job.objects.for_update().get(pk=job.pk)
    if locked.status == JobStatus.WAITING:
        named_action("job.cancelled")
        locked.status, locked.finished_at = JobStatus.CANCELLED, timezone.now()
        locked.save(update_fields=["status", "finished_at", "updated_at"])
        # A worker that holds the entry forgets it itself.
        free = OutboxEntry.objects.select_for_update(skip_locked=True).filter(pk=job.pk).first()
        if free is not None:
            free.delete()
    return locked


def require_not_cancelled(job_id: UUID | None) -> None:
    """For long work between its steps: raise JobCancelledError when the job has been cancelled meanwhile."""
    if job_id is not None and Job.objects.filter(pk=job_id, status=JobStatus.CANCELLED).exists():
        raise JobCancelledError(str(job_id))


def forget(job_id: UUID) -> None:
    """Take a job that ended without effect out of the outbox."""
    OutboxEntry.objects.filter(pk=job_id).delete()


def complete(job: Job, result: Any) -> None:
    """Record success; must run in the transaction that holds the job's effect.

    Raises JobCancelledError when somebody was quicker.
    """
    locked = Job.objects.for_update().get(pk=job.pk)
    if locked.status == JobStatus.CANCELLED:
        raise JobCancelledError(str(job.pk))
    named_action("job.succeeded")
    locked.status = JobStatus.SUCCEEDED
    locked.result = result
    locked.error = ""
    locked.attempts += 1
    locked.finished_at = timezone.now()
    locked.save(update_fields=["status", "result", "error", "attempts", "finished_at", "updated_at"])
    forget(job.pk)


def record_failure(job_id: UUID, message: str, *, retry_in: timedelta | None) -> None:
    """Record a failed attempt; with `retry_in` the job stays in the outbox and comes again."""
    job = Job.objects.for_update().get(pk=job_id)
    if job.status in ENDED:
        return
    named_action("job.failed", reason=message[:500])
    job.attempts += 1
    job.error = message
    if retry_in is None:
        job.status = JobStatus.FAILED
        job.finished_at = timezone.now()
        forget(job.pk)
    else:
        OutboxEntry.objects.filter(pk=job.pk).update(publish_after=timezone.now() + retry_in)
    job.save(update_fields=["status", "error", "attempts", "finished_at", "updated_at"])


def report_progress(job_id: UUID | None, *, current: int, total: int, message: str = "") -> None:
    """Tell the watching person how far the job is; nothing happens outside a job or without a cache."""
    if job_id is not None:
        cache.set(f"job-progress:{job_id}", {"current": current, "total": total, "message": message}, PROGRESS_SECONDS)


def progress_of(job: Job) -> dict[str, Any]:
    """{current, total, message} as last reported; total 0 when unknown."""
    return cache.get(f"job-progress:{job.pk}") or {"current": 0, "total": 0, "message": ""}
