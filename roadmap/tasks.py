"""Celery tasks of the roadmap."""

from uuid import UUID

from django.utils import timezone

from core.web.urls import tenant_url
from roadmap.models import Roadmap, RoadmapExport
from roadmap.services import forecasts, roadmap_exports
from roadmap.services.baselines import take_quarter_baselines
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


@tenant_task("roadmap.take_quarter_baselines", queue="bulk")
def keep_quarter_starts(actor: Actor) -> dict[str, int]:
    """Keep what one organization's roadmaps said when the quarter began."""
    return {"taken": take_quarter_baselines(actor=actor, today=timezone.now().date())}


@global_task("roadmap.fan_out_quarter_baselines", queue="bulk")
def fan_out_quarter_baselines() -> None:
    """Fan out the baselines of a quarter's start; on other days there is nothing to take."""
    send_to_each_organization(keep_quarter_starts)


@tenant_task("roadmap.forecast_dates", queue="rollups")
def forecast_roadmap(
    actor: Actor, *, roadmap: str, trials: int, seed: int, job_id: UUID | None = None
) -> dict[str, str]:
    """Simulate the dates of a roadmap; answers where the forecast is."""
    plan = Roadmap.objects.get(pk=roadmap)
    forecasts.make_forecast(plan, trials=trials, seed=seed, actor=actor, job_id=job_id)
    return {"url": tenant_url(actor, "roadmap:roadmap_forecast", pk=plan.pk)}
