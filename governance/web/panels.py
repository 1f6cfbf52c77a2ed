"""What governance shows on pages of lower floors, and what it adds to search."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from core.web.palette import SearchHit
from core.web.short_lists import short_list
from core.web.urls import tenant_url
from governance.models import Launch, StageGate
from governance.selectors.pages import launches_of, stage_outlooks, waiting_to_decide
from portfolio.hooks import WaitingEntry
from portfolio.models import Initiative
from tenancy.actor import Actor


def stage_blockers(*, initiative: Initiative, actor: Actor) -> list[str]:
    """All that stands between the initiative and the gated stages it could enter next."""
    outlooks = stage_outlooks(initiative, at=timezone.now())
    return [f"{outlook.gate.get_to_stage_display()}: {reason}" for outlook in outlooks for reason in outlook.reasons]


def launches_panel(*, initiative: Initiative, actor: Actor) -> list[tuple[str, str, dict[str, Any]]]:
    """The initiative's launches, and the way to plan one for each gated stage ahead."""
    outlooks = stage_outlooks(initiative, at=timezone.now())
    launches = short_list(launches_of(initiative), actor, "governance:launch_list", initiative=initiative.pk)
    context = {
        "is_empty": not launches,
        "launches": launches,
        "unplanned": [outlook.gate for outlook in outlooks if outlook.launch is None],
        "launched_initiative": initiative,
        "may_plan": actor.can("launch.create"),
    }
    return [("Launches", "governance/_initiative_launches.html", context)]


def approvals_waiting(*, actor: Actor) -> list[WaitingEntry]:
    """Approval requests the person could decide now, those that expire first at the top."""
    return [
        WaitingEntry(
            title=f"Decide on {request.launch.title}",
            note=f"{request.launch.initiative.key} into {request.launch.get_target_stage_display()},"
            f" asked by {request.requested_by.user}",
            url=tenant_url(actor, "governance:approval_request_detail", pk=request.pk),
            since=request.created_at,
        )
        for request in waiting_to_decide(actor, at=timezone.now())
    ]


def search_governance(actor: Actor, text: str, limit: int) -> Iterator[SearchHit]:
    """Launches by title or their initiative's key, and gates by name."""
    launches = Launch.objects.permitted(actor).matching(text).select_related("initiative")
    for launch in launches.order_by("-updated_at", "id")[:limit]:
        sublabel = f"{launch.initiative.key} into {launch.get_target_stage_display()} · {launch.get_status_display()}"
        url = tenant_url(actor, "governance:launch_detail", pk=launch.pk)
        yield SearchHit(launch.title, sublabel, url, "rocket", "Launch")
    gates = StageGate.objects.permitted(actor).filter(name__icontains=text).order_by("name", "id")
    for gate in gates[:limit]:
        url = tenant_url(actor, "governance:stage_gate_detail", pk=gate.pk)
        yield SearchHit(gate.name, gate.get_to_stage_display(), url, "traffic-lights", "Stage gate")
