"""What the timeline's script asks for: the plan as data, and whether anything changed meanwhile."""

import gzip
import hashlib
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from core.errors import InvalidInputError
from roadmap.models import Roadmap
from roadmap.selectors.plan_states import hidden_portfolios
from roadmap.selectors.plan_version import plan_version
from roadmap.selectors.schedule import schedule_of_roadmap
from roadmap.selectors.timeline import (
    DEPENDENCY_COLUMNS,
    ITEM_COLUMNS,
    MARK_COLUMNS,
    OUTSIDE_COLUMNS,
    baseline_dates,
    timeline_of,
)
from roadmap.services.presence import be_present
from roadmap.web.plan_state import PlanState
from tenancy.actor import Actor

# Half of what the best level saves, for a quarter of its time.
_GZIP_LEVEL = 3
_WORTH_PACKING = 4096
_KEPT_S = 60
_NO_SCHEDULE: dict[str, Any] = {"violations": [], "critical": [], "floats": {}, "late": {}}


@require_GET
def timeline_data(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Items, marks and dependencies as rows under the names of their columns; asked again after every change."""
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    state = PlanState(request, roadmap)
    timeline = timeline_of(roadmap, items=state.items, lanes=state.lanes, actor=request.actor)
    body = {
        "version": plan_version(roadmap.pk, actor=request.actor),
        "columns": {
            "items": ITEM_COLUMNS,
            "marks": MARK_COLUMNS,
            "dependencies": DEPENDENCY_COLUMNS,
            "outside": OUTSIDE_COLUMNS,
        },
        "items": timeline.items,
        "marks": timeline.marks,
        "dependencies": timeline.dependencies,
        "outside": timeline.outside,
        "baseline": baseline_dates(roadmap, request.GET.get("baseline", ""), actor=request.actor),
    }
    return _packed(request, orjson.dumps(body))


@require_GET
def schedule_data(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """What the dates of the plan amount to: broken dependencies, the critical path, floats, milestones that are late.

    `problem` says in words why no schedule can be computed, null when it can.
    """
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    # Nothing is computed twice for a plan that has not changed, nor for a reader from whom the same is hidden.
    hidden = hashlib.blake2b(repr(sorted(hidden_portfolios(request.actor))).encode(), digest_size=9).hexdigest()
    key = f"schedule:{pk}:{request.actor.user_id}:{plan_version(pk, actor=request.actor)}:{hidden}"
    body = cache.get(key)
    if body is None:
        body = orjson.dumps(_schedule(roadmap, request.actor))
        cache.set(key, body, _KEPT_S)
    return _packed(request, body)


def _schedule(roadmap: Roadmap, actor: Actor) -> dict[str, Any]:
    try:
        schedule = schedule_of_roadmap(roadmap, actor=actor)
    except InvalidInputError as error:
        return {**_NO_SCHEDULE, "problem": error.message}
    return {
        "violations": [asdict(each) for each in schedule.violations],
        "critical": schedule.critical,
        "floats": {str(key): each.total_float for key, each in schedule.items.items()},
        "late": {str(each.milestone): each.days_late for each in schedule.milestones if each.days_late},
        "problem": None,
    }


@require_GET
def live(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The plan's version and who else looks at it; 304 while both are what the caller has seen.

    `holding` in the query string says which item the caller is moving.
    """
    version = plan_version(pk, actor=request.actor)
    if version is None:
        raise Http404("There is no such roadmap.")
    others = be_present(pk, actor=request.actor, holding=request.GET.get("holding", "")[:36])
    body = orjson.dumps({"version": version, "people": [asdict(each) for each in others]})
    etag = f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'
    seen = request.headers.get("If-None-Match") == etag
    response = HttpResponseNotModified() if seen else HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    return response


def _packed(request: HttpRequest, body: bytes) -> HttpResponse:
    """The JSON, compressed for whoever takes that; nothing secret stands beside what a stranger could choose."""
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Accept-Encoding"])
    if len(body) > _WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(body, _GZIP_LEVEL, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response
