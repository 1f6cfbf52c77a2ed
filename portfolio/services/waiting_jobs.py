"""The job that waits already, so that a feed of many small batches makes one job and not one a batch."""

from typing import Any

from django.db import transaction

from tenancy.actor import Actor
from tenancy.models import Job, OutboxEntry
from tenancy.services.jobs import enqueue


def request_once(task: str, *, actor: Actor, title: str) -> Job:
    """A job that runs after the commit, as the system: the one that waits and no worker has taken yet, else a new one.

    Should the waiting job run between this look and the caller's commit, the scheduled one picks up
    what it could not see.
    """
    waiting = _waiting_job(task, actor)
    if waiting is not None:
        return waiting
    system = Actor.system(actor.organization, source=actor.source, request_id=actor.request_id)
    return enqueue(task, actor=system, title=title)


def _waiting_job(task: str, actor: Actor) -> Job | None:
    """The job of an outbox entry that no worker holds; the lock that tells so is given back at once."""
    savepoint = transaction.savepoint()
    entries = OutboxEntry.objects.filter(organization_id=actor.organization_id, task=task)
    free: list[Any] = list(entries.select_for_update(skip_locked=True).values_list("pk", flat=True)[:1])
    transaction.savepoint_rollback(savepoint)
    return Job.objects.filter(pk__in=free).first()
