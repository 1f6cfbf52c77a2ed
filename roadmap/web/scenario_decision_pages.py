"""The page on which somebody decides about a scenario, and what waits for whom."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.web.forms import add_refusal
from core.web.urls import tenant_url
from portfolio.hooks import WaitingEntry
from portfolio.web.pages import redirect_to, require_right, step
from roadmap.calc.scenarios import EFFECTIVE
from roadmap.enums import ScenarioStatus
from roadmap.models import Scenario
from roadmap.selectors.judged_changes import JudgedChange
from roadmap.selectors.people import membership_of
from roadmap.selectors.scenario_figures import compare
from roadmap.selectors.scenarios import Names, ScenarioPlan
from roadmap.services.scenario_decisions import approve_scenario, refuse_scenario
from roadmap.web.scenario_forms import DecisionForm, RefusalForm
from roadmap.web.scenario_pages import address, scenario_or_404
from roadmap.web.scenario_screens import may_resolve
from roadmap.web.scenario_texts import figure_rows, shown_change
from tenancy.actor import Actor

_MOST_WAITING = 50


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Everything a scenario would change, with what it amounts to; POST approves what is ticked."""
    scenario = scenario_or_404(request, pk)
    require_right(request, "scenario.decide")
    if request.method == "GET" and scenario.status != ScenarioStatus.SUBMITTED:
        return redirect_to(address(request, scenario))
    comparison = compare(scenario.roadmap, [scenario], actor=request.actor)
    plan = comparison.columns[1].plan
    form = DecisionForm(request.POST or None, actor=request.actor, moves_promises=_moves_promises(plan))
    status = 200
    if request.method == "POST":
        status = _approve(request, scenario, plan, form)
        if status == 303:
            return redirect_to(address(request, scenario))
    context = {
        "scenario": scenario,
        "form": form,
        "comparison": comparison,
        "figures": figure_rows(comparison),
        "changes": _shown(plan.changes, comparison.names, _picked(request)),
        "conflict_count": len(plan.open_changes),
        "is_own": _is_own(scenario, request.actor),
        "may_resolve": may_resolve(scenario, request.actor),
    }
    return render(request, "roadmap/scenario_decide.html", context, status=status)


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The dialog that decides against a scenario, with the reason."""
    scenario = scenario_or_404(request, pk)
    require_right(request, "scenario.decide")
    form = RefusalForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        refuse_scenario(scenario, reason=data["reason"], actor=request.actor)
        return "Refused. A copy of it can be worked on."

    context = {"action": "Refuse", "step_title": f"Refuse {scenario}", "back_label": scenario}
    return step(request, form, perform, back=address(request, scenario), context=context)


def scenarios_waiting(*, actor: Actor) -> list[WaitingEntry]:
    """Submitted scenarios the actor may decide on, the one that waits longest first."""
    member = membership_of(actor)
    if member is None or not actor.can("scenario.decide"):
        return []
    rows = Scenario.objects.permitted(actor, "decide").submitted().not_by(member).select_related("roadmap")
    return [
        WaitingEntry(
            title=f"Decide on the scenario {row.name}",
            note=f"{row.roadmap} · Submitted by {row.submitted_by.user if row.submitted_by else 'the system'}",
            url=tenant_url(actor, "roadmap:scenario_decide", pk=row.pk),
            since=row.submitted_at,
        )
        for row in rows.select_related("submitted_by__user").order_by("submitted_at", "pk")[:_MOST_WAITING]
    ]


def _approve(request: HttpRequest, scenario: Scenario, plan: ScenarioPlan, form: Any) -> int:
    """303 when it is done; else the status to show the page with."""
    if not form.is_valid():
        return 422
    picked = [each.change.pk for each in plan.changes if str(each.change.pk) in request.POST.getlist("picked")]
    try:
        approve_scenario(scenario, actor=request.actor, picked=picked, **form.cleaned_data)
    except DomainError as error:
        add_refusal(form, error)
        return 409
    messages.success(request, "Approved. The live plan says so now, and a baseline keeps it.")
    return 303


def _picked(request: HttpRequest) -> set[str] | None:
    return set(request.POST.getlist("picked")) if request.method == "POST" else None


def _shown(changes: Sequence[JudgedChange], names: Names, picked: set[str] | None) -> list[dict[str, Any]]:
    """Rows of the decision; everything is ticked until somebody says otherwise."""
    rows: list[dict[str, Any]] = []
    for each in changes:
        before = rows[-1]["change"] if rows else None
        is_new_item = before is None or before.item_key != each.change.item_key
        rows.append(
            {
                "shown": shown_change(each, names),
                "change": each.change,
                "is_picked": picked is None or str(each.change.pk) in picked,
                "is_new_item": is_new_item,
                "is_new_reason": is_new_item or before is None or before.reason != each.change.reason,
            }
        )
    return rows


def _moves_promises(plan: ScenarioPlan) -> bool:
    """Whether a committed item would get other dates."""
    dates = {"is_included", "start_on", "end_on"}
    return any(
        planned.item.is_committed and judged.effect in EFFECTIVE
        for planned in plan.items
        for name, judged in planned.changes.items()
        if name in dates
    )


def _is_own(scenario: Scenario, actor: Actor) -> bool:
    member = membership_of(actor)
    return member is not None and not Scenario.objects.filter(pk=scenario.pk).not_by(member).exists()
