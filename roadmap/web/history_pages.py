"""Pages that look back: two moments compared, what slipped, and which promises were kept."""

from datetime import UTC, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.days import day_or_none
from core.errors import InvalidInputError
from core.ids import uuid_or_none
from portfolio.web.pages import require_right
from roadmap.calc.quarters import Quarter
from roadmap.hooks import plan_history_sources
from roadmap.models import Baseline, Roadmap
from roadmap.selectors.comparison import comparison
from roadmap.selectors.delivery import delivery
from roadmap.selectors.plan_states import NOW
from roadmap.selectors.slippage import slippage
from roadmap.selectors.target_slippage import target_slippage
from roadmap.web.comparison_rows import (
    CHOICES,
    DEPENDENCY_HEADINGS,
    ITEM_HEADINGS,
    MILESTONE_HEADINGS,
    SHOWN,
    choices,
    dependency_rows,
    item_rows,
    milestone_rows,
    tiles,
)
from roadmap.web.history_figures import delivery_context, slippage_context, target_context
from tenancy.actor import Actor


@require_GET
def compare(request: HttpRequest, organization: str, pk: Any) -> HttpResponse:
    """What differs between two moments of a roadmap."""
    require_right(request, "baseline.view")
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    return _compared(request, roadmap, request.GET.get("before", ""))


@require_GET
def compare_baseline(request: HttpRequest, organization: str, pk: Any) -> HttpResponse:
    """What differs between a baseline and another moment of its roadmap."""
    rows = Baseline.objects.permitted(request.actor).select_related("roadmap")
    baseline = get_object_or_404(rows, pk=pk)
    return _compared(request, baseline.roadmap, request.GET.get("before") or str(baseline.pk))


@require_GET
def slipped(request: HttpRequest, organization: str) -> HttpResponse:
    """By how much plans moved since a day, for which teams and why."""
    require_right(request, "baseline.view")
    actor, roadmap = request.actor, _roadmap(request)
    since = day_or_none(request.GET.get("since")) or Quarter.of(timezone.now().date()).first_day
    found = slippage(actor, since=datetime.combine(since, time(), UTC), roadmap=roadmap)
    context = {
        **slippage_context(found),
        **target_context(target_slippage(actor)),
        "since": since,
        "history_url": next(iter(plan_history_sources.collect(actor=actor)), None),
        **_roadmaps(actor, roadmap),
    }
    return render(request, "roadmap/slippage.html", context)


@require_GET
def kept(request: HttpRequest, organization: str) -> HttpResponse:
    """Promises kept, days from PRD to delivery, and gates in time."""
    require_right(request, "baseline.view")
    actor, roadmap = request.actor, _roadmap(request)
    found = delivery(actor, today=timezone.now().date(), roadmap=roadmap)
    context = {**delivery_context(found, request.GET.get("quarter", "")), **_roadmaps(actor, roadmap)}
    return render(request, "roadmap/predictability.html", context)


def _compared(request: HttpRequest, roadmap: Roadmap, before: str) -> HttpResponse:
    actor = request.actor
    asked = (request.GET.get("before_day") or before, request.GET.get("after_day") or request.GET.get("after", NOW))
    show = request.GET.get("show", "")
    context: dict[str, Any] = {
        "roadmap": roadmap,
        "baselines": Baseline.objects.permitted(actor).filter(roadmap=roadmap).order_by("-taken_at", "-id"),
        "show": show if show in CHOICES else CHOICES[0],
        "may_take": actor.can("baseline.create"),
    }
    try:
        found = comparison(roadmap, before=asked[0], after=asked[1], actor=actor)
    except InvalidInputError as error:
        return render(request, "roadmap/compare.html", {**context, "message": error.message}, status=400)
    return render(request, "roadmap/compare.html", {**context, **_tables(found, context["show"], actor)})


def _tables(found: Any, show: str, actor: Actor) -> dict[str, Any]:
    currency = actor.organization.currency
    items = item_rows(found, show, currency=currency)
    return {
        "found": found,
        "item_headings": ITEM_HEADINGS,
        "milestone_headings": MILESTONE_HEADINGS,
        "dependency_headings": DEPENDENCY_HEADINGS,
        "tiles": tiles(found, currency=currency),
        "choices": choices(found),
        "items": items[:SHOWN],
        "item_count": len(items),
        "milestones": milestone_rows(found, show)[:SHOWN],
        "dependencies": dependency_rows(found, show)[:SHOWN],
    }


def _roadmaps(actor: Actor, chosen: Roadmap | None) -> dict[str, Any]:
    return {"roadmap": chosen, "roadmaps": Roadmap.objects.permitted(actor).order_by("name", "id")}


def _roadmap(request: HttpRequest) -> Roadmap | None:
    """The roadmap somebody chose; 404 for one there is not."""
    text = request.GET.get("roadmap", "")
    if not text:
        return None
    found: Roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=uuid_or_none(text))
    return found
