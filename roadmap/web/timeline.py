"""The timeline page: the frame that is rendered here, and the data its script draws."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.web.urls import organization_slug, tenant_url
from roadmap.models import Roadmap
from roadmap.selectors.timeline import Grouping, has_plan, timeline_as_json, timeline_of

ZOOMS = (("month", "Months"), ("quarter", "Quarters"))


@require_GET
def timeline_data(request: HttpRequest, organization: str, pk: Any) -> HttpResponse:
    """Items, milestones and dependencies as JSON; asked again after every move."""
    actor = request.actor
    roadmap = get_object_or_404(Roadmap.objects.permitted(actor), pk=pk)
    response = JsonResponse(timeline_as_json(timeline_of(roadmap, actor=actor)))
    response["Cache-Control"] = "private, no-store"
    return response


def timeline_context(request: HttpRequest, roadmap: Roadmap) -> dict[str, Any]:
    """The frame of the timeline, which its script fills; or, with `view=table`, the plan itself as a table.

    The frame sends browsers without JavaScript to the table.
    """
    actor = request.actor
    grouping = _chosen(request.GET.get("group"), Grouping.values, Grouping.TEAM)
    view = _chosen(request.GET.get("view"), ["timeline", "table"], "timeline")
    timeline = timeline_of(roadmap, actor=actor) if view == "table" else None
    return {
        "timeline": timeline,
        "lanes": timeline.lanes(grouping) if timeline else [],
        "is_empty": not has_plan(roadmap, actor=actor),
        "grouping": grouping,
        "groupings": Grouping.choices,
        "zoom": _chosen(request.GET.get("zoom"), [key for key, _ in ZOOMS], "quarter"),
        "zooms": ZOOMS,
        "view": view,
        "today": timezone.localdate(),
        "may_move": actor.can("roadmap_item.change"),
        "may_add": actor.can("roadmap_item.create"),
        "data_url": tenant_url(actor, "roadmap:roadmap_timeline", pk=roadmap.pk),
        "item_url": tenant_url(actor, "roadmap:roadmap_item_list"),
        "milestone_url": tenant_url(actor, "roadmap:milestone_list"),
        "api_url": reverse("roadmap-item-list", kwargs={"organization": organization_slug(actor)}),
    }


def _chosen(wanted: str | None, known: list[str], default: str) -> str:
    return wanted if wanted in known else default
