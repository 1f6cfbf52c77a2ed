"""Celery tasks of the integrations: each calls one service."""

from typing import Any
from uuid import UUID

from integrations.services import imports
from tenancy.actor import Actor
from tenancy.tasks import global_task, send_to_each_organization, tenant_task


@tenant_task("integrations.run_import", queue="bulk")
def run_import(actor: Actor, *, run_id: str, job_id: UUID | None = None) -> dict[str, Any]:
    """Check or import one uploaded file."""
    run = imports.run_import(UUID(run_id), actor=actor, job_id=job_id)
    return imports.summary_of(run)


@tenant_task("integrations.drop_abandoned_uploads", queue="bulk")
def drop_abandoned_uploads(actor: Actor) -> None:
    """Throw away one organization's files that nobody imported."""
    imports.drop_abandoned_uploads(actor=actor)


@global_task("integrations.fan_out_upload_removal", queue="bulk")
def fan_out_upload_removal() -> None:
    """Fan out the removal of abandoned files."""
    send_to_each_organization(drop_abandoned_uploads)
