"""Doing what a worker would."""

from integrations import tasks
from tenancy.actor import Actor
from tenancy.models import Job
from tenancy.scope import tenant_scope


def work(actor: Actor) -> None:
    """Run every waiting import of the actor's organization."""
    with tenant_scope(actor):
        waiting = list(Job.objects.filter(name="integrations.run_import", status="waiting"))
    for job in waiting:
        headers = {"organization_id": str(job.organization_id), "job_id": str(job.pk)}
        tasks.run_import.apply(headers=headers, throw=True)
