"""The steps of a scenario: its items, its conflicts, the comparison and the way to a decision."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError, InvalidInputError
from core.web.urls import safe_next, tenant_url
from portfolio.hooks import FurtherStep
from portfolio.models import SelectionResult
from portfolio.web.pages import redirect_to, require_right, step
from roadmap.models import Roadmap, Scenario, ScenarioChange
from roadmap.selectors.scenario_figures import MOST_COMPARED, Comparison, compare, scenarios_to_compare
from roadmap.selectors.scenarios import PlannedItem, plan_with
from roadmap.services import scenarios
from roadmap.services.scenario_changes import plan_item, resolve_change
from roadmap.services.scenario_selections import scenario_of_selection
from roadmap.web.scenario_forms import OfSelectionForm, OnRoadmapForm, ScenarioItemForm, ScenarioNameForm
from roadmap.web.scenario_texts import cost_series, difference_rows, figure_rows, load_series
from tenancy.actor import Actor

_MOST_DIFFERENCES = 200
_MOST_LISTED = 200


def scenario_or_404(request: HttpRequest, pk: UUID) -> Scenario:
    """The scenario if the actor may see it."""
    return get_object_or_404(Scenario.objects.permitted(request.actor).select_related("roadmap"), pk=pk)


@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, organization: str, pk: UUID, item_pk: UUID) -> HttpResponse:
    """The dialog that says what one item shall be."""
    scenario = scenario_or_404(request, pk)
    require_right(request, "scenario.change")
    planned = planned_or_404(scenario, item_pk, request)
    form = ScenarioItemForm(request.POST or None, actor=request.actor, planned=planned)

    def perform(data: dict[str, Any]) -> str:
        plan_item(scenario, planned.item, values=form.values(), reason=data["reason"], actor=request.actor)
        return f"“{planned.item.title}” planned in this scenario."

    context = {"action": "Save", "step_title": planned.item.title, "back_label": scenario}
    return step(request, form, perform, back=back_to(request, scenario), context=context)


@require_POST
def toggle(request: HttpRequest, organization: str, pk: UUID, item_pk: UUID) -> HttpResponse:
    """Take an item into the plan, or leave it out."""
    scenario = scenario_or_404(request, pk)
    require_right(request, "scenario.change")
    planned = planned_or_404(scenario, item_pk, request)
    wanted = request.POST.get("is_included") == "true"

    def perform() -> str:
        plan_item(scenario, planned.item, values={"is_included": wanted}, actor=request.actor)
        return f"“{planned.item.title}” is {'in the plan' if wanted else 'left out'}."

    return _done(request, scenario, perform)


@require_POST
def resolve(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Keep the scenario's value of a field that the live plan changed meanwhile, or take the live one."""
    change = _change(request, pk)
    require_right(request, "scenario_change.resolve")

    def perform() -> str:
        resolve_change(change, keep=request.POST.get("keep", ""), actor=request.actor)
        return "Resolved."

    return _done(request, change.scenario, perform)


@require_POST
def submit(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Ask for a decision."""
    return _taken(request, pk, "scenario.submit", scenarios.submit_scenario, "Submitted. A director decides.")


@require_POST
def withdraw(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Take a submitted scenario back."""
    return _taken(request, pk, "scenario.submit", scenarios.withdraw_scenario, "Withdrawn. You can change it again.")


@require_POST
def discard(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Give a draft up."""
    return _taken(request, pk, "scenario.change", scenarios.discard_scenario, "Discarded.")


@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The dialog that makes another draft of a scenario."""
    scenario = scenario_or_404(request, pk)
    require_right(request, "scenario.create")
    form = ScenarioNameForm(
        request.POST or None, actor=request.actor, initial={"name": f"{scenario.name[:190]}, again"}
    )
    made: list[Scenario] = []

    def perform(data: dict[str, Any]) -> str:
        made.append(scenarios.copy_scenario(scenario, name=data["name"], actor=request.actor))
        return "Copied. It starts from the live plan of today."

    context = {"action": "Copy", "step_title": f"Copy {scenario}", "back_label": scenario}
    return step(
        request, form, perform, back=address(request, scenario), context=context, then=lambda: address(request, made[0])
    )


@require_GET
def compare_one(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The comparison that begins with one scenario."""
    scenario = scenario_or_404(request, pk)
    return redirect_to(
        f"{tenant_url(request, 'roadmap:roadmap_scenarios', pk=scenario.roadmap_id)}?scenario={scenario.pk}"
    )


@require_GET
def compared(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Up to five scenarios of a roadmap beside its live plan."""
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    require_right(request, "scenario.view")
    asked, message, found = request.GET.getlist("scenario"), "", None
    try:
        found = _compared(roadmap, asked, request)
    except (InvalidInputError, ValueError) as error:
        message = getattr(error, "message", "There is no such scenario.")
    shown = {} if found is None else _comparison_context(found)
    context = {**_choice_context(request, roadmap), **shown, "asked": asked, "message": message}
    return render(request, "roadmap/scenario_compare.html", context, status=422 if message else 200)


@require_http_methods(["GET", "POST"])
def of_selection(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The dialog that plans what a selection chose on this roadmap."""
    roadmap = get_object_or_404(Roadmap.objects.permitted(request.actor), pk=pk)
    require_right(request, "scenario.create")
    form = OfSelectionForm(request.POST or None, actor=request.actor)
    back = tenant_url(request, "roadmap:roadmap_scenarios", pk=pk)

    def make(data: dict[str, Any]) -> Scenario:
        result = SelectionResult.objects.permitted(request.actor).filter(run=data["run"]).select_related("run").first()
        if result is None:
            raise InvalidInputError("This selection has no result yet.", pointer="run")
        return scenario_of_selection(roadmap, result, name=data["name"], actor=request.actor)

    return _made(request, form, make, back=back, label=roadmap)


@require_http_methods(["GET", "POST"])
def of_result(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """The dialog that asks on which roadmap to plan the result of a selection."""
    results = SelectionResult.objects.permitted(request.actor).select_related("run").defer("inputs")
    result = get_object_or_404(results, pk=pk)
    require_right(request, "scenario.create")
    form = OnRoadmapForm(request.POST or None, actor=request.actor, initial={"name": result.run.name})
    back = tenant_url(request, "portfolio:selection_run_detail", pk=result.run_id)

    def make(data: dict[str, Any]) -> Scenario:
        return scenario_of_selection(data["roadmap"], result, name=data["name"], actor=request.actor)

    return _made(request, form, make, back=back, label=result.run)


def scenario_step(*, result: SelectionResult, actor: Actor) -> list[FurtherStep]:
    """What a scenario makes of a selection's result, for those who may plan."""
    if not actor.can("scenario.create"):
        return []
    url = tenant_url(actor, "roadmap:selection_result_scenario", pk=result.pk)
    return [FurtherStep("Make a scenario…", "git-branch", url)]


def address(request: HttpRequest, scenario: Scenario) -> str:
    """The scenario's own page."""
    return tenant_url(request, "roadmap:scenario_detail", pk=scenario.pk)


def _compared(roadmap: Roadmap, asked: list[str], request: HttpRequest) -> Comparison | None:
    if not asked:
        return None
    chosen = scenarios_to_compare([UUID(text) for text in asked], actor=request.actor)
    if chosen[0].roadmap_id != roadmap.pk:
        raise InvalidInputError("Only scenarios of one roadmap can be compared.")
    return compare(roadmap, chosen, actor=request.actor)


def _choice_context(request: HttpRequest, roadmap: Roadmap) -> dict[str, Any]:
    """The scenarios there are to choose from, those changed last first."""
    known = Scenario.objects.permitted(request.actor).filter(roadmap=roadmap).order_by("-updated_at", "-pk")
    return {
        "roadmap": roadmap,
        "scenarios": known[:_MOST_LISTED],
        "most": MOST_COMPARED,
        "may_make": request.actor.can("scenario.create"),
        "create_url": f"{tenant_url(request, 'roadmap:scenario_create')}?roadmap={roadmap.pk}",
    }


def _comparison_context(found: Comparison) -> dict[str, Any]:
    differences = difference_rows(found)
    return {
        "comparison": found,
        "figures": figure_rows(found),
        "costs": cost_series(found),
        "loads": load_series(found),
        "has_load": any(column.figures.load for column in found.columns),
        "differences": differences[:_MOST_DIFFERENCES],
        "difference_count": len(differences),
    }


def _made(
    request: HttpRequest, form: Any, make: Callable[[dict[str, Any]], Scenario], *, back: str, label: Any
) -> HttpResponse:
    made: list[Scenario] = []

    def perform(data: dict[str, Any]) -> str:
        made.append(make(data))
        return f"{made[0]} is a draft; look at it before you submit it."

    context = {"action": "Make scenario", "step_title": "A scenario of what was chosen", "back_label": label}
    return step(request, form, perform, back=back, context=context, then=lambda: address(request, made[0]))


def planned_or_404(scenario: Scenario, key: UUID, request: HttpRequest) -> PlannedItem:
    """The item of the scenario's roadmap, as the scenario plans it."""
    for planned in plan_with(scenario, actor=request.actor).items:
        if planned.item.pk == key:
            return planned
    raise Http404("There is no such item on this roadmap.")


def _change(request: HttpRequest, pk: UUID) -> ScenarioChange:
    rows = ScenarioChange.objects.permitted(request.actor).select_related("scenario__roadmap")
    return get_object_or_404(rows, pk=pk)


def back_to(request: HttpRequest, scenario: Scenario) -> str:
    """Where the person was, if that was here."""
    return safe_next(request, address(request, scenario))


def _taken(request: HttpRequest, pk: UUID, right: str, service: Any, said: str) -> HttpResponse:
    scenario = scenario_or_404(request, pk)
    require_right(request, right)

    def perform() -> str:
        service(scenario, actor=request.actor)
        return said

    return _done(request, scenario, perform)


def _done(request: HttpRequest, scenario: Scenario, perform: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, perform())
    except DomainError as error:
        for reason in error.reasons or [error.message]:
            messages.error(request, reason)
    return redirect_to(back_to(request, scenario))
