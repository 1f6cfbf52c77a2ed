"""Views of a plan: the fields that narrow it, saving them under a name, deleting them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from core.web.list_state import ListState
from core.web.saved_views import chosen_sharing, register_list_screen, saved_view_provider
from core.web.urls import SeeOther, tenant_url
from roadmap.models import Roadmap
from roadmap.web.plan_state import SCREEN, PlanState

register_list_screen(SCREEN)


@require_GET
def filter_fields(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The fields of the filter form, filled in as the query string says."""
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    return render(request, "roadmap/_plan_filters.html", {"plan": PlanState(request, roadmap)})


@require_POST
def save_view(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Save how the plan is looked at under a name, or delete one of the actor's own views."""
    get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    provider, data = saved_view_provider(), request.POST
    page = tenant_url(request, "roadmap:roadmap_detail", pk=pk)
    if provider is None:
        return SeeOther(page)
    if data.get("intent") == "delete":
        provider.delete(request.actor, SCREEN, data.get("key", ""))
        return SeeOther(f"{page}?view=all")
    saved = provider.save(
        request.actor,
        SCREEN,
        name=data.get("name", "").strip()[:80] or "Unnamed view",
        query=ListState(QueryDict(data.get("query", "")), [], page_size=100).query(view=None, page=None),
        sharing=chosen_sharing(data.get("sharing", "")),
        is_default=bool(data.get("is_default")),
    )
    return SeeOther(f"{page}?{saved.query}&view={saved.key}")
