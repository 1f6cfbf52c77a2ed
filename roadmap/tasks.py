"""Celery tasks of the roadmap."""

from uuid import UUID

from roadmap.models import RoadmapExport
from roadmap.services import roadmap_exports
from tenancy.actor import Actor
from tenancy.tasks import global_task, send_to_each_organization, tenant_task


@tenant_task("roadmap.make_export", queue="bulk")
def make_export(actor: Actor, *, export: str, job_id: UUID | None = None) -> dict[str, int]:
    """Make the file of an export; answers its size in bytes."""
    row = RoadmapExport.objects.select_related("roadmap").get(pk=export)
    made = roadmap_exports.make_file(row, actor=actor, job_id=job_id)
    return {"bytes": made.byte_count or 0}


@tenant_task("roadmap.remove_old_exports", queue="bulk")
def remove_old_exports(actor: Actor) -> None:
    """Remove one organization's files past their day."""
    roadmap_exports.remove_old_exports()


@global_task("roadmap.fan_out_export_removal", queue="bulk")
def fan_out_export_removal() -> None:
    """Fan out the removal of old files."""
    send_to_each_organization(remove_old_exports)
