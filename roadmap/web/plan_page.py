"""A roadmap's page: the filter bar all displays share, and the context of the display that is shown."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.web.saved_views import SHARINGS
from core.web.urls import organization_slug, tenant_url
from roadmap.models import Roadmap
from roadmap.selectors.timeline import has_plan
from roadmap.web.displays import display_context
from roadmap.web.plan_state import DISPLAYS, ZOOMS, PlanState
from roadmap.web.sharing import sharing_context


def plan_context(request: HttpRequest, roadmap: Roadmap) -> dict[str, Any]:
    """Everything the page needs; what a display shows is asked for only by that display."""
    state = PlanState(request, roadmap)
    return {
        "plan": state,
        "state": state.state,
        "displays": [(key, label, icon, state.link(display=key)) for key, label, icon in DISPLAYS],
        "groupings": [(each.key, each.label, each.nothing, state.link(group=each.key)) for each in state.groupings],
        "zooms": [(key, label, state.link(zoom=key)) for key, label in ZOOMS],
        "saved_views": state.saved_views,
        # What a plan is looked at as can also be published.
        "sharings": (*SHARINGS, ("public", "Everyone here, and for public links")),
        "current_view": state.current_view,
        "plan_addresses": {
            "list": tenant_url(request, "roadmap:roadmap_detail", pk=roadmap.pk),
            "views": tenant_url(request, "roadmap:roadmap_save_view", pk=roadmap.pk),
            "filters": tenant_url(request, "roadmap:roadmap_filters", pk=roadmap.pk),
        },
        "is_empty": not has_plan(roadmap, actor=request.actor),
        "today": timezone.localdate(),
        **_rights(request.actor),
        **sharing_context(request.actor),
        **_addresses(request, roadmap, state),
        **display_context(state),
    }


def _rights(actor: Any) -> dict[str, bool]:
    return {
        "may_move": actor.can("roadmap_item.change"),
        "may_add": actor.can("roadmap_item.create"),
        "may_link": actor.can("dependency.create"),
    }


def _addresses(request: HttpRequest, roadmap: Roadmap, state: PlanState) -> dict[str, Any]:
    def page(name: str, **kwargs: Any) -> str:
        return tenant_url(request, f"roadmap:{name}", **kwargs)

    def rest(name: str) -> str:
        return reverse(name, kwargs={"organization": organization_slug(request)})

    return {
        "data_url": f"{page('roadmap_timeline', pk=roadmap.pk)}?{state.filters_query()}",
        "schedule_url": page("roadmap_schedule", pk=roadmap.pk),
        "reschedule_url": page("roadmap_reschedule", pk=roadmap.pk),
        "live_url": page("roadmap_live", pk=roadmap.pk),
        "item_url": page("roadmap_item_list"),
        "milestone_url": page("milestone_list"),
        "release_url": page("release_list"),
        "note_url": page("plan_note_list"),
        "api_url": rest("roadmap-item-list"),
        "dependency_api_url": rest("dependency-list"),
        "change_api_url": rest("plan-change-list"),
        "initiative_api_url": rest("initiative-list"),
        "milestone_api_url": rest("milestone-list"),
        "additions": _additions(request, roadmap),
    }


def _additions(request: HttpRequest, roadmap: Roadmap) -> list[tuple[str, str, str]]:
    """(label, icon, address) of the forms the menu offers beside that of a new item."""
    query = urlencode({"roadmap": roadmap.pk, "next": request.get_full_path()})
    forms = (
        ("New milestone", "flag", "milestone"),
        ("New release", "rocket", "release"),
        ("New risk or decision", "alert-triangle", "plan_note"),
        ("New dependency", "route", "dependency"),
    )
    return [(label, icon, f"{tenant_url(request, f'roadmap:{noun}_create')}?{query}") for label, icon, noun in forms]
