"""Taking a roadmap away as a file."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import InvalidInputError
from core.web.urls import SeeOther, tenant_url
from roadmap.enums import ExportFormat
from roadmap.models import Roadmap, RoadmapExport
from roadmap.services.roadmap_exports import file_of, request_export
from roadmap.web.plan_state import PlanState
from tenancy.web.shown_jobs import shown_job


@require_POST
def export_plan(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """A file of the plan as it is filtered and grouped now: sent at once, or made by a job when it is large."""
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    file_format = request.POST.get("file_format", "")
    if file_format not in ExportFormat.values:
        raise InvalidInputError("There is no such format.", pointer="file_format")
    state = PlanState(request, roadmap)
    is_filtered = bool(state.chips)
    export = request_export(
        roadmap=roadmap,
        file_format=file_format,
        actor=request.actor,
        grouping=state.grouping,
        item_ids=list(state.items.values_list("pk", flat=True)) if is_filtered else None,
        filter_text="; ".join(f"{chip.label}: {chip.text}" for chip in state.chips if not chip.is_ignored),
    )
    page = "roadmap:roadmap_export_content" if export.made_at else "roadmap:roadmap_export_detail"
    return SeeOther(tenant_url(request, page, pk=export.pk))


@require_GET
def export_detail(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """How far the file is, then the file."""
    export = _own_export(request, pk)
    context: dict[str, Any] = {"export": export, "job": None if export.job is None else shown_job(export.job)}
    if export.job is not None:
        context["job_url"] = tenant_url(request, "tenancy:job_progress", pk=export.job_id)
        context["is_done"] = export.job.finished_at is not None
    return render(request, "roadmap/export.html", context)


@require_GET
def export_content(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The file itself."""
    file = file_of(_own_export(request, pk))
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _own_export(request: HttpRequest, pk: UUID) -> RoadmapExport:
    rows = RoadmapExport.objects.permitted(request.actor).select_related("roadmap", "job")
    export: RoadmapExport = get_object_or_404(rows, pk=pk)
    return export
