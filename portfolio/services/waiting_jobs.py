"""Whether a job waits already, so that a feed of many small batches makes one job and not one a batch."""

from django.db import transaction

from tenancy.actor import Actor
from tenancy.models import OutboxEntry


def has_waiting_job(task: str, actor: Actor) -> bool:
    """Whether an entry is in the outbox that no worker holds; the lock that tells so is given back at once."""
    savepoint = transaction.savepoint()
    entries = OutboxEntry.objects.filter(organization_id=actor.organization_id, task=task)
    waiting = list(entries.select_for_update(skip_locked=True).values_list("pk", flat=True)[:1])
    transaction.savepoint_rollback(savepoint)
    return bool(waiting)
