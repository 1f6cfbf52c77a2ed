"""The page that shows what putting a roadmap's dates right would do, and does it."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from core.errors import DomainError, InvalidInputError
from core.web.urls import tenant_url
from portfolio.web.pages import redirect_to, require_right
from roadmap.enums import RescopeReason
from roadmap.models import Roadmap
from roadmap.selectors.plan_picture import ItemMove
from roadmap.services.rescheduling import preview_reschedule, reschedule

SHOWN = 200


@require_http_methods(["GET", "POST"])
def reschedule_page(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """What would move and what would stay; POST moves it, if it is still what the page said."""
    require_right(request, "roadmap_item.change")
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    if request.method == "GET":
        return _page(request, roadmap, request.GET.get("reason", ""))
    reason = request.POST.get("reason", "")
    try:
        applied = reschedule(
            roadmap,
            actor=request.actor,
            versions=_versions(request.POST.get("versions", "")),
            fingerprint=request.POST.get("fingerprint", ""),
            reason_code=reason,
        )
    except DomainError as error:
        return _page(request, roadmap, reason, refusal=error)
    messages.success(request, f"{applied.summary}. Undo takes all of it back.")
    return redirect_to(tenant_url(request, "roadmap:plan_change_detail", pk=applied.pk))


def _page(request: HttpRequest, roadmap: Roadmap, reason: str, *, refusal: DomainError | None = None) -> HttpResponse:
    known = reason if reason in RescopeReason.values else ""
    context: dict[str, Any] = {
        "roadmap": roadmap,
        "reason": known,
        "reasons": RescopeReason.choices,
        "refusal": refusal,
    }
    try:
        preview = preview_reschedule(roadmap, actor=request.actor, reason_code=known)
    except InvalidInputError as error:
        return render(request, "roadmap/reschedule.html", {**context, "refusal": error}, status=error.status)
    context |= {
        "preview": preview,
        "moves": [(move, _signed(move)) for move in preview.moves[:SHOWN]],
        "staying": preview.staying[:SHOWN],
        "versions": json.dumps({str(key): version for key, version in preview.versions.items()}),
        "asks_why": bool(preview.held_promises or preview.reason_required),
        "reasons": RescopeReason.choices,
    }
    return render(request, "roadmap/reschedule.html", context, status=refusal.status if refusal else 200)


def _signed(move: ItemMove) -> str:
    """By how many working days, with its sign."""
    sign = "+" if move.working_days > 0 else "\N{MINUS SIGN}" if move.working_days < 0 else "\N{PLUS-MINUS SIGN}"
    return f"{sign}{abs(move.working_days):,}"


def _versions(text: str) -> dict[UUID, int]:
    """What the page was shown with; raises InvalidInputError for anything else."""
    try:
        return {UUID(key): int(version) for key, version in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InvalidInputError("Look at the changes again before you decide.", pointer="versions") from None
