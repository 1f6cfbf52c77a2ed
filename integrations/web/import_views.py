"""What a person does with an uploaded file: look, check, import, take the report away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from core.errors import DomainError
from core.web.forms import add_refusal
from core.web.urls import tenant_url
from integrations.enums import ImportKind, ImportStatus
from integrations.models import ImportRun
from integrations.services.importer.reporting import report_csv, report_json
from integrations.services.imports import change_import, check_history, start_import, summary_of
from integrations.web.forms import HistoryUploadForm
from integrations.web.import_page import import_context, job_of, mapping_form
from integrations.web.screens import ImportRunScreen
from portfolio.web.pages import require_right


@require_http_methods(["GET", "POST"])
def upload_history(request: HttpRequest, organization: str) -> HttpResponse:
    """Take a file of dated changes in, and check it; what the check found is on the import's page."""
    for action in ("import_run.create", "plan_history_entry.create"):
        require_right(request, action)
    form = HistoryUploadForm(request.POST or None, request.FILES or None, actor=request.actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file, system = form.cleaned_data["file"], form.cleaned_data["system"]
            try:
                run = check_history(actor=request.actor, file_name=file.name, content=file.read(), system=system)
            except DomainError as refusal:
                add_refusal(form, refusal)
            else:
                return redirect(tenant_url(request, "integrations:import_run_detail", pk=run.pk))
    return render(request, "integrations/history_form.html", {"form": form}, status=status)


@require_POST
def map_import(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Take the chosen mapping; then show it again, check the file or import it."""
    run = _run(request, pk)
    request.actor.require("import_run.change")
    if run.kind != ImportKind.PORTFOLIO:
        raise Http404("This file has no columns to map.")
    form = mapping_form(run, request.POST)
    if not form.is_valid():
        return _page_again(request, run, form, status=422)
    chosen = {name: form.cleaned_data[name] for name in ("portfolio_name", "system", "skips_bad_rows")}
    try:
        with transaction.atomic():
            _act(request, run, {**chosen, "mapping": form.mapping()})
    except (DomainError, ValidationError) as refusal:
        add_refusal(form, refusal)
        return _page_again(request, run, form, status=409 if isinstance(refusal, DomainError) else 422)
    suffix = "?edit=mapping" if request.POST.get("intent") == "preview" else ""
    return redirect(tenant_url(request, "integrations:import_run_detail", pk=pk) + suffix)


def _act(request: HttpRequest, run: ImportRun, changes: dict[str, Any]) -> None:
    intent = request.POST.get("intent")
    if intent == "preview":
        change_import(run, actor=request.actor, **changes)
    else:
        start_import(run, actor=request.actor, is_dry_run=intent != "import", **changes)


@require_POST
def start(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Check or import again what was set before, for instance after a check that went well."""
    run = _run(request, pk)
    skips = request.POST.get("skips_bad_rows") == "on" or run.skips_bad_rows
    is_dry_run = request.POST.get("intent") != "import"
    start_import(run, actor=request.actor, is_dry_run=is_dry_run, skips_bad_rows=skips)
    return redirect(tenant_url(request, "integrations:import_run_detail", pk=pk))


@require_GET
def progress(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The progress bar, asked for every second; when the import has ended the page is loaded anew."""
    run = _run(request, pk)
    if run.outcome != ImportStatus.WAITING:
        messages.info(request, f"{run.file_name}: {'checked' if run.is_dry_run else 'finished'}.")
        if request.htmx:
            return HttpResponseClientRefresh()
        return redirect(tenant_url(request, "integrations:import_run_detail", pk=pk))
    context = {"job": job_of(run), "url": request.path, "is_done": False}
    return render(request, "components/job_progress.html", context)


@require_GET
def report(request: HttpRequest, organization: str, pk: UUID, kind: str) -> HttpResponse:
    """Every problem of the file, as CSV or JSON."""
    run = _run(request, pk)
    if kind == "csv":
        response = HttpResponse(report_csv(run.problems), content_type="text/csv; charset=utf-8")
    elif kind == "json":
        response = HttpResponse(report_json(summary_of(run), run.problems), content_type="application/json")
    else:
        raise Http404("Reports are CSV or JSON.")
    name = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in run.file_name)
    response["Content-Disposition"] = f'attachment; filename="{name}-report.{kind}"'
    return response


def _run(request: HttpRequest, pk: UUID) -> Any:
    request.actor.require("import_run.view")
    visible = ImportRun.objects.permitted(request.actor, "view").with_outcome()
    return get_object_or_404(visible.select_related("job", "portfolio", "requested_by"), pk=pk)


def _page_again(request: HttpRequest, run: Any, form: Any, *, status: int) -> HttpResponse:
    """The import's page with what was chosen and why it cannot be."""
    screen = ImportRunScreen(operation="detail")
    screen.setup(request, organization=request.actor.organization.slug, pk=run.pk)
    context = {**screen.header_context(run, ""), **import_context(request, run, form)}
    return screen.render(ImportRunScreen.detail_template, ImportRunScreen.detail_template, context, status=status)
