"""What the page of an import shows: its mapping before, its progress during, its result after the run."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from core.web.urls import tenant_url
from integrations.enums import ImportStatus, Severity
from integrations.models import ImportRun
from integrations.services.imports import preview_of
from integrations.web.forms import ImportMappingForm
from tenancy.enums import JobStatus
from tenancy.models import Job
from tenancy.services.jobs import progress_of

SHOWN_PROBLEMS = 200


@dataclass(frozen=True)
class ShownJob:
    """What the progress component shows; percent is None while unknown."""

    label: str
    state: str = JobStatus.WAITING
    percent: int | None = None
    message: str = "Waiting for a free worker"
    result_url: str | None = None


def import_context(request: HttpRequest, run: Any, form: ImportMappingForm | None = None) -> dict[str, Any]:
    """The context of one of the three states; `run` carries `outcome`, a bound form is shown as it is."""
    has_content = ImportRun.objects.filter(pk=run.pk, content__isnull=False).exists()
    may_run = request.actor.can("import_run.create") and has_content  # type: ignore[attr-defined]
    wants_mapping = run.outcome == ImportStatus.UPLOADED or request.GET.get("edit") == "mapping"
    is_running = run.outcome == ImportStatus.WAITING
    context = {"run": run, "may_run": may_run, "is_running": is_running}
    if form is not None or (wants_mapping and may_run and not is_running):
        return {**context, "state": "mapping", "mapping_form": form or mapping_form(run)}
    if is_running:
        url = tenant_url(request, "integrations:import_run_progress", pk=run.pk)
        return {**context, "state": "running", "job": shown_job(run.job), "progress_url": url}
    if run.outcome == ImportStatus.UPLOADED:
        return {**context, "state": "gone"}
    return {**context, "state": "result", **_result(request, run)}


def mapping_form(run: ImportRun, data: Any = None) -> ImportMappingForm:
    """The form of a run; bound to `data` when it is given."""
    initial = {name: getattr(run, name) for name in ("portfolio_name", "system", "skips_bad_rows")}
    translated = run.mapping.get("values", {})
    return ImportMappingForm(data, preview=preview_of(run), translated=translated, initial=initial)


def shown_job(job: Job | None) -> ShownJob:
    """How far the job is."""
    if job is None:
        return ShownJob("Import")
    progress = progress_of(job)
    total = progress["total"]
    percent = min(100, round(100 * progress["current"] / total)) if total else None
    return ShownJob(str(job), job.status, percent, job.error or progress["message"] or ShownJob.message)


def _result(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    wanted = request.GET.get("severity", "")
    chosen = [problem for problem in run.problems if wanted in ("", problem["severity"])]
    counts = {severity: sum(each["severity"] == severity for each in run.problems) for severity in Severity.values}
    return {
        "problems": chosen[:SHOWN_PROBLEMS],
        "hidden_count": max(0, len(chosen) - SHOWN_PROBLEMS),
        "severity": wanted,
        "severity_links": [
            ("All", "", len(run.problems)),
            ("Errors", str(Severity.ERROR), counts[Severity.ERROR]),
            ("Warnings", str(Severity.WARNING), counts[Severity.WARNING]),
        ],
        "has_failed": run.outcome == ImportStatus.FAILED,  # type: ignore[attr-defined]
        "is_refused": run.status == ImportStatus.REFUSED,
    }
