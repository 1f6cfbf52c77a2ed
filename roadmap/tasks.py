"""Celery tasks of the roadmap."""

from uuid import UUID

from core.web.urls import tenant_url
from roadmap.models import RoadmapExport
from roadmap.services import roadmap_exports
from tenancy.actor import Actor
from tenancy.tasks import global_task, send_to_each_organization, tenant_task


@tenant_task("roadmap.make_export", queue="bulk")
def make_export(actor: Actor, *, export: str, job_id: UUID | None = None) -> dict[str, str]:
    """Make the file of an export; answers where it is."""
    row = RoadmapExport.objects.select_related("roadmap").get(pk=export)
    roadmap_exports.make_file(row, actor=actor, job_id=job_id)
    return {"url": tenant_url(actor, "roadmap:roadmap_export_content", pk=row.pk)}


@tenant_task("roadmap.remove_old_exports", queue="bulk")
def remove_old_exports(actor: Actor) -> None:
    """Remove one organization's files past their day."""
    roadmap_exports.remove_old_exports()


@global_task("roadmap.fan_out_export_removal", queue="bulk")
def fan_out_export_removal() -> None:
    """Fan out the removal of old files."""
    send_to_each_organization(remove_old_exports)
