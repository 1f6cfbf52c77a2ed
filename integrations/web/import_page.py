"""What the page of an import shows: its mapping before, its progress during, its result after the run."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from core.web.urls import tenant_url
from integrations.enums import ImportKind, ImportStatus, Severity
from integrations.models import ImportRun
from integrations.services.imports import preview_of
from integrations.web.forms import ImportMappingForm
from tenancy.web.shown_jobs import ShownJob, shown_job

SHOWN_PROBLEMS = 200
SHOWN_GROUPS = 12


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """The same reason in the same column, and how often."""

    is_error: bool
    column: str
    reason: str
    count: int

    @property
    def key(self) -> tuple[str, str]:
        return self.column, self.reason


def import_context(request: HttpRequest, run: Any, form: ImportMappingForm | None = None) -> dict[str, Any]:
    """The context of one of the three states; `run` carries `outcome`, a bound form is shown as it is."""
    has_content = ImportRun.objects.filter(pk=run.pk, content__isnull=False).exists()
    is_history = run.kind == ImportKind.PLAN_HISTORY
    may_run = request.actor.can("import_run.create") and has_content
    wants_mapping = not is_history and (run.outcome == ImportStatus.UPLOADED or request.GET.get("edit") == "mapping")
    is_running = run.outcome == ImportStatus.WAITING
    context = {"run": run, "may_run": may_run, "is_running": is_running, "is_history": is_history}
    if form is not None or (wants_mapping and may_run and not is_running):
        return {**context, "state": "mapping", "mapping_form": form or mapping_form(run)}
    if is_running:
        url = tenant_url(request, "integrations:import_run_progress", pk=run.pk)
        return {**context, "state": "running", "job": job_of(run), "progress_url": url}
    if run.outcome == ImportStatus.UPLOADED:
        return {**context, "state": "gone"}
    return {**context, "state": "result", **_result(request, run)}


def mapping_form(run: ImportRun, data: Any = None) -> ImportMappingForm:
    """The form of a run; bound to `data` when it is given."""
    initial = {name: getattr(run, name) for name in ("portfolio_name", "system", "skips_bad_rows")}
    translated = run.mapping.get("values", {})
    return ImportMappingForm(data, preview=preview_of(run), translated=translated, initial=initial)


def job_of(run: ImportRun) -> ShownJob:
    """How far the run is; a run whose job is gone is only named."""
    return ShownJob("Import") if run.job is None else shown_job(run.job)


def _result(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    groups = problem_groups(run.problems)
    wanted, kind = request.GET.get("severity", ""), request.GET.get("kind", "")
    chosen = [problem for problem in run.problems if wanted in ("", problem["severity"])]
    if kind.isdecimal() and int(kind) < len(groups):
        group = groups[int(kind)]
        chosen = [problem for problem in chosen if (problem["column"], problem["reason"]) == group.key]
    counts = Counter(problem["severity"] for problem in run.problems)
    return {
        "problems": chosen[:SHOWN_PROBLEMS],
        "hidden_count": max(0, len(chosen) - SHOWN_PROBLEMS),
        "problem_groups": groups if 2 * len(groups) <= len(run.problems) else [],
        "kind": kind,
        "severity": wanted,
        "severity_links": [
            ("All", "", len(run.problems)),
            ("Errors", str(Severity.ERROR), counts[Severity.ERROR]),
            ("Warnings", str(Severity.WARNING), counts[Severity.WARNING]),
        ],
        "has_failed": run.outcome == ImportStatus.FAILED,
        "is_refused": run.status == ImportStatus.REFUSED,
    }


def problem_groups(problems: list[dict[str, Any]]) -> list[ProblemGroup]:
    """The commonest kinds of problem, errors first: a hundred times the same thing should not hide the one other."""
    counts = Counter((each["severity"] != Severity.ERROR, each["column"], each["reason"]) for each in problems)
    ordered = sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1:]))[:SHOWN_GROUPS]
    return [ProblemGroup(not is_warning, column, reason, count) for (is_warning, column, reason), count in ordered]
