"""The dialogs that say what an item shall need in a scenario."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from core.web.formatting import number
from portfolio.web.pages import require_right, step
from roadmap.enums import ResourceKind
from roadmap.models import Resource
from roadmap.selectors.scenario_demands import PlannedDemand
from roadmap.selectors.scenarios import PlannedItem
from roadmap.services.scenario_demands import plan_demand
from roadmap.web.scenario_forms import AddedDemandForm, ScenarioDemandForm
from roadmap.web.scenario_pages import back_to, planned_or_404, scenario_or_404

# A year of 365.25 days.
_DAYS_A_MONTH = 30.4375


@require_http_methods(["GET", "POST"])
def demand(request: HttpRequest, organization: str, pk: UUID, item_pk: UUID, demand_pk: UUID) -> HttpResponse:
    """The dialog that says how much of a resource an item shall need, and of which team."""
    scenario = scenario_or_404(request, pk)
    require_right(request, "scenario.change")
    planned = planned_or_404(scenario, item_pk, request)
    found = _demand_or_404(planned, demand_pk)
    resource = get_object_or_404(Resource.objects.permitted(request.actor), pk=found.resource)
    explanation = _explanation(resource, planned)
    form = ScenarioDemandForm(request.POST or None, actor=request.actor, planned=found, explanation=explanation)

    def perform(data: dict[str, Any]) -> str:
        how = {"values": form.values(), "reason": data["reason"], "actor": request.actor}
        plan_demand(scenario, planned.item, demand=demand_pk, **how)
        return f"{resource} of “{planned.item.title}” planned in this scenario."

    context = {"action": "Save", "step_title": f"{resource} for {planned.item.title}", "back_label": scenario}
    return step(request, form, perform, back=back_to(request, scenario), context=context)


@require_http_methods(["GET", "POST"])
def add_demand(request: HttpRequest, organization: str, pk: UUID, item_pk: UUID) -> HttpResponse:
    """The dialog that gives an item a demand only the scenario has."""
    scenario = scenario_or_404(request, pk)
    require_right(request, "scenario.change")
    planned = planned_or_404(scenario, item_pk, request)
    form = AddedDemandForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        how = {"values": form.values(), "reason": data["reason"], "actor": request.actor}
        plan_demand(scenario, planned.item, resource=data["resource"], **how)
        return f"“{planned.item.title}” needs {data['resource']} in this scenario."

    context = {"action": "Add", "step_title": f"Another demand of {planned.item.title}", "back_label": scenario}
    return step(request, form, perform, back=back_to(request, scenario), context=context)


def _explanation(resource: Resource, planned: PlannedItem) -> str:
    """What amounts of the resource mean; of people also what one of them comes to while the item lasts."""
    text = f"Over the whole item, in {resource.total_unit}."
    is_people = resource.kind in (ResourceKind.ROLE, ResourceKind.SKILL)
    if planned.start_on is None or planned.end_on is None or not is_people:
        return text
    months = ((planned.end_on - planned.start_on).days + 1) / _DAYS_A_MONTH
    return f"{text} One person throughout comes to {number(months, 1)}."


def _demand_or_404(planned: PlannedItem, key: UUID) -> PlannedDemand:
    for found in planned.demands:
        if found.key == key:
            return found
    raise Http404("The item has no such demand in this scenario.")
