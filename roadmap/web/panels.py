"""What the roadmap shows on pages of lower floors, and what it adds to search."""

from collections.abc import Iterator, Sequence
from typing import Any

from core.web.palette import SearchHit
from core.web.short_lists import short_list
from core.web.urls import tenant_url
from portfolio.hooks import MadeRecord, PlannedInitiative
from portfolio.models import Initiative, Portfolio
from roadmap.models import ResourceDemand, Roadmap, RoadmapItem
from roadmap.selectors.timeline import schedule_of
from roadmap.services.initiative_plans import plan_initiatives
from tenancy.actor import Actor


def when_panel(*, initiative: Initiative, actor: Actor) -> list[tuple[str, str, dict[str, Any]]]:
    """The initiative's items and milestones; without any, how to plan it."""
    schedule = schedule_of(initiative, actor=actor)
    items = short_list(schedule.items, actor, "roadmap:roadmap_item_list", initiative=initiative.pk)
    milestones = short_list(schedule.milestones, actor, "roadmap:milestone_list", initiative=initiative.pk)
    context = {
        "is_empty": not (items or milestones),
        "items": items,
        "milestones": milestones,
        "planned": initiative,
        "may_plan": actor.can("roadmap_item.create"),
    }
    return [("When", "roadmap/_initiative_when.html", context)]


def make_roadmap(
    *, name: str, description: str, portfolio: Portfolio | None, initiatives: Sequence[PlannedInitiative], actor: Actor
) -> list[MadeRecord]:
    """A roadmap of chosen initiatives, and where it is."""
    roadmap = plan_initiatives(
        name=name, description=description, portfolio=portfolio, initiatives=initiatives, actor=actor
    )
    return [MadeRecord(roadmap.pk, roadmap.name, tenant_url(actor, "roadmap:roadmap_detail", pk=roadmap.pk))]


def demand_panel(item: RoadmapItem, actor: Actor) -> dict[str, Any]:
    """What the item needs, for its page."""
    demands = ResourceDemand.objects.permitted(actor).filter(item=item).select_related("resource", "team")
    may_add = actor.can("resource_demand.create")
    return {
        "demands": short_list(
            demands.order_by("resource__name", "pk"), actor, "roadmap:resource_demand_list", item=item.pk
        ),
        "may_add_demand": may_add,
        "may_take_over": may_add and item.initiative_id is not None,
    }


def item_note(item: RoadmapItem) -> str:
    """What tells an item from its namesakes."""
    when = f"{item.start_on:%b %Y} to {item.end_on:%b %Y}" if item.is_scheduled else "unscheduled"
    return f"{item.roadmap.name} · {when}"


def search_roadmap(actor: Actor, text: str, limit: int) -> Iterator[SearchHit]:
    """Roadmaps and items by title."""
    for roadmap in Roadmap.objects.permitted(actor).filter(name__icontains=text).order_by("name", "id")[:limit]:
        url = tenant_url(actor, "roadmap:roadmap_detail", pk=roadmap.pk)
        yield SearchHit(roadmap.name, "", url, "map-2", "Roadmap")
    items = RoadmapItem.objects.permitted(actor).matching(text).select_related("roadmap")
    for item in items.order_by("start_on", "id")[:limit]:
        url = tenant_url(actor, "roadmap:roadmap_item_detail", pk=item.pk)
        yield SearchHit(item.title, item_note(item), url, "timeline-event", "Roadmap item")
