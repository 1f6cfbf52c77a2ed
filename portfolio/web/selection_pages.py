"""The steps of a selection: candidates, limits, rules, the search, what more is worth, the plan, the comparison."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError, InvalidInputError
from core.web.urls import tenant_url
from portfolio.models import (
    SelectionCandidate,
    SelectionDemand,
    SelectionResource,
    SelectionResult,
    SelectionRun,
)
from portfolio.models.selection import quarter_label
from portfolio.selectors import selections as reads
from portfolio.services import selection_more, selection_setup, selection_solving, selections
from portfolio.services.selection_inputs import quarters_of
from portfolio.services.selection_plans import plan_selection
from portfolio.web.pages import redirect_to, step, version_read
from portfolio.web.selection_forms import (
    AmountsForm,
    CandidateForm,
    ExclusionForm,
    PlanForm,
    PrerequisiteForm,
    UnitsForm,
)
from portfolio.web.selection_screens import (
    PAGE_SIZE,
    SelectionRunScreen,
    job_context,
    question_of,
    setup_context,
    worth,
)
from tenancy.enums import JobStatus
from tenancy.models import Job
from tenancy.web.shown_jobs import ShownJob, shown_job

_MOST_DIFFERENCES = 200


def _run(request: Any, pk: Any) -> SelectionRun:
    runs = SelectionRun.objects.permitted(request.actor).select_related("portfolio", "scoring_round")
    return get_object_or_404(runs, pk=pk)


def _page(request: Any, run: SelectionRun, here: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shown = {
        **setup_context(run, here),
        **context,
        "question": question_of(run),
        "may_change": request.actor.can("selection_run.change"),
    }
    return render(request, f"portfolio/selection_{here}.html", shown, status=status)


@require_GET
def candidates(request: Any, organization: str, pk: Any) -> HttpResponse:
    """One page of the candidates with what they are worth and take."""
    run = _run(request, pk)
    rows = SelectionCandidate.objects.filter(run=run).select_related("initiative")
    text = request.GET.get("q", "").strip()[:100]
    if text:
        rows = rows.matching(text)
    page = Paginator(rows.order_by("initiative__title", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": _shown(run, page), "text": text}
    return _page(request, run, "candidates", context)


def _shown(run: SelectionRun, page: Any) -> list[dict[str, Any]]:
    """Candidates of a page with the sums of their demands; a sum of unknown amounts is unknown."""
    demands: dict[UUID, list[SelectionDemand]] = {}
    for demand in SelectionDemand.objects.filter(candidate__in=[row.pk for row in page]).select_related("team"):
        demands.setdefault(demand.candidate_id, []).append(demand)
    unit = reads.value_unit(run)
    return [
        {
            "row": row,
            "value": worth(row.value, unit),
            "cost": reads.total_of(demands.get(row.pk, ()), is_budget=True),
            "people": reads.total_of(demands.get(row.pk, ()), is_budget=False),
            "teams": [str(demand.team) for demand in demands.get(row.pk, ()) if demand.team],
        }
        for row in page
    ]


@require_http_methods(["GET", "POST"])
def candidate(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog with what is said of one candidate."""
    rows = SelectionCandidate.objects.permitted(request.actor).select_related("run", "initiative")
    found = get_object_or_404(rows, pk=pk)
    _require(request, "selection_run.change")
    demands = list(SelectionDemand.objects.filter(candidate=found).select_related("team").order_by("team__name"))
    form = CandidateForm(request.POST or None, actor=request.actor, candidate=found, demands=demands)
    back = tenant_url(request, "portfolio:selection_run_candidates", pk=found.run_id)

    def perform(data: dict[str, Any]) -> str:
        selection_setup.change_candidate(found, actor=request.actor, **form.changes())
        return f"{found.initiative.key} saved."

    context = {"action": "Save", "step_title": str(found.initiative), "back_label": found.run}
    context["fields_template"] = "portfolio/_candidate_fields.html"
    return step(request, form, perform, back=back, context=context)


@require_http_methods(["GET", "POST"])
def limits(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The grid of what there is per resource and quarter."""
    run = _run(request, pk)
    rows, asked = reads.limit_rows(run)
    form = AmountsForm(request.POST or None, actor=request.actor, run=run, rows=rows)
    if request.method == "POST":
        _require(request, "selection_run.change")
        if _performed(form, lambda: selection_setup.set_limits(run, form.inputs(), actor=request.actor)):
            messages.success(request, "Limits saved.")
            return redirect_to(tenant_url(request, "portfolio:selection_run_rules", pk=pk))
    grid = [{**row, "asked": asked[index]} for index, row in enumerate(form.grid)]
    context = {"form": form, "grid": grid, "quarters": [quarter_label(each) for each in quarters_of(run)]}
    return _page(request, run, "limits", context, status=422 if form.errors else 200)


def _performed(form: Any, perform: Callable[[], Any]) -> bool:
    """Whether the form was valid and the service agreed; a refusal is shown above the form."""
    if not form.is_valid():
        return False
    try:
        perform()
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    return True


@require_http_methods(["GET", "POST"])
def rules(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Prerequisites and exclusions: shown, and removed by POST."""
    run = _run(request, pk)
    if request.method == "POST":
        _require(request, "selection_run.change")
        _without(run, reads.rules_of(run), request.POST.get("remove", ""), request.actor)
        return redirect_to(tenant_url(request, "portfolio:selection_run_rules", pk=pk))
    return _page(request, run, "rules", {"rules": reads.rules_of(run)})


def _without(run: SelectionRun, rules: reads.Rules, removed: str, actor: Any) -> None:
    """Take away the prerequisite with this id, or the group with this name after `group:`."""
    if removed.startswith("group:"):
        groups = {group.name: group.keys for group in rules.groups if group.name != removed.removeprefix("group:")}
        selection_setup.set_exclusions(run, groups, actor=actor)
    else:
        pairs = [pair.keys for pair in rules.pairs if str(pair.id) != removed]
        selection_setup.set_prerequisites(run, pairs, actor=actor)


@require_http_methods(["GET", "POST"])
def add_prerequisite(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that says an initiative needs another."""
    run = _run(request, pk)
    _require(request, "selection_run.change")
    form = PrerequisiteForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        known = [pair.keys for pair in reads.rules_of(run).pairs]
        wanted = (data["dependent"].pk, data["needed"].pk)
        selection_setup.set_prerequisites(run, [*known, wanted], actor=request.actor)
        return f"{data['dependent'].key} needs {data['needed'].key}."

    context = {"action": "Add", "step_title": "An initiative that needs another", "back_label": run}
    return step(request, form, perform, back=_rules_url(request, run), context=context)


@require_http_methods(["GET", "POST"])
def add_exclusion(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that says at most one of some initiatives is chosen."""
    run = _run(request, pk)
    _require(request, "selection_run.change")
    form = ExclusionForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        groups = {group.name: list(group.keys) for group in reads.rules_of(run).groups}
        members = [data[name].pk for name in ("first", "second", "third") if data[name]]
        groups[data["name"]] = [*groups.get(data["name"], []), *members]
        selection_setup.set_exclusions(run, groups, actor=request.actor)
        return "At most one of them will be chosen."

    context = {"action": "Add", "step_title": "At most one of these", "back_label": run}
    return step(request, form, perform, back=_rules_url(request, run), context=context)


def _rules_url(request: Any, run: SelectionRun) -> str:
    return tenant_url(request, "portfolio:selection_run_rules", pk=run.pk)


@require_POST
def refresh(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Read candidates, values and demands again."""
    run = _run(request, pk)
    _require(request, "selection_run.change")
    perform = partial(selections.refresh_candidates, run, actor=request.actor, expected_version=version_read(request))
    return _told(request, run, perform, "Read again.")


@require_POST
def search(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Start a search."""
    run = _run(request, pk)
    _require(request, "selection_run.solve")
    message = "The search is on its way."
    return _told(request, run, lambda: selection_solving.request_search(run, actor=request.actor), message)


@require_POST
def cancel(request: Any, organization: str, pk: Any) -> HttpResponse:
    """End the search under way."""
    run = _run(request, pk)
    _require(request, "selection_run.solve")
    return _told(request, run, lambda: selection_solving.cancel_search(run, actor=request.actor), "Search cancelled.")


def _told(request: Any, run: SelectionRun, perform: Callable[[], Any], message: str) -> HttpResponse:
    try:
        perform()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, message)
    return redirect_to(tenant_url(request, "portfolio:selection_run_detail", pk=run.pk))


@require_GET
def progress(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The progress bar, asked for every second; when the search has ended the page is loaded anew."""
    run = _run(request, pk)
    context = job_context(run)
    url = tenant_url(request, "portfolio:selection_run_progress", pk=pk)
    return _shown_progress(request, context["job"] if context["is_searching"] else None, url)


def _shown_progress(request: Any, job: ShownJob | None, url: str) -> HttpResponse:
    if job is None:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "components/job_progress.html", {"job": job, "url": url, "is_done": False})


@require_http_methods(["GET", "POST"])
def value_more(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that asks what more of a resource is worth exactly."""
    found = _resource(request, pk)
    _require(request, "selection_run.solve")
    form = UnitsForm(request.POST or None, initial={"units": _usual_units(found)})
    unit = found.result.run.currency if found.is_budget else "person-months"
    form.fields["units"].help_text = f"In {unit}. The search runs again with so much more."
    back = tenant_url(request, "portfolio:selection_run_detail", pk=found.result.run_id)

    def perform(data: dict[str, Any]) -> str:
        selection_more.request_value_of_more(found, units=data["units"], actor=request.actor)
        return "The search is on its way."

    title = f"More of {found.label} in {quarter_label(found.quarter)}"
    context = {"action": "Ask", "step_title": title, "back_label": found.result.run}
    return step(request, form, perform, back=back, context=context)


@require_POST
def cancel_value(request: Any, organization: str, pk: Any) -> HttpResponse:
    """End the search for what more is worth."""
    found = _resource(request, pk)
    _require(request, "selection_run.solve")
    perform = partial(selection_more.cancel_value_of_more, found, actor=request.actor)
    return _told(request, found.result.run, perform, "Search cancelled.")


@require_GET
def value_progress(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The progress bar of the search for what more is worth."""
    job = Job.objects.filter(pk=_resource(request, pk).job_id, status=JobStatus.WAITING).first()
    url = tenant_url(request, "portfolio:selection_resource_progress", pk=pk)
    return _shown_progress(request, shown_job(job) if job else None, url)


def _resource(request: Any, pk: Any) -> SelectionResource:
    resources = SelectionResource.objects.permitted(request.actor).select_related("result__run")
    return get_object_or_404(resources.defer("result__inputs"), pk=pk)


def _usual_units(resource: SelectionResource) -> Any:
    """One person-month; of money a tenth of what there is, because one unit of it buys nothing."""
    return round(resource.limit / 10, 2) if resource.is_budget and resource.limit else 1


@require_http_methods(["GET", "POST"])
def plan(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that makes a roadmap of the chosen initiatives."""
    results = SelectionResult.objects.permitted(request.actor).select_related("run__portfolio").defer("inputs")
    result = get_object_or_404(results, pk=pk)
    _require(request, "selection_run.plan")
    form = PlanForm(request.POST or None, initial={"name": result.run.name})
    made: list[Any] = []

    def perform(data: dict[str, Any]) -> str:
        made.append(plan_selection(result, name=data["name"], actor=request.actor))
        return f"{made[0].label} made with {result.chosen_count} items."

    back = tenant_url(request, "portfolio:selection_run_detail", pk=result.run_id)
    context = {"action": "Make roadmap", "step_title": "A roadmap of the chosen initiatives", "back_label": result.run}
    return step(request, form, perform, back=back, context=context, then=lambda: made[0].url)


@require_GET
def compare(request: Any, organization: str) -> HttpResponse:
    """Selections side by side: which, then how they differ."""
    _require(request, "selection_run.view")
    solved = SelectionRun.objects.permitted(request.actor).with_result().filter(outcome__isnull=False)
    asked, message, comparison = request.GET.getlist("run"), "", None
    if asked:
        try:
            comparison = reads.compare_runs([UUID(text) for text in asked], actor=request.actor)
        except (InvalidInputError, ValueError) as error:
            message = getattr(error, "message", "There is no such selection.")
    context = {
        "runs": solved.order_by("name", "pk")[:200],
        "asked": asked,
        "message": message,
        "comparison": comparison,
        "columns": _columns(comparison) if comparison else [],
        "differences": comparison.differences[:_MOST_DIFFERENCES] if comparison else [],
    }
    return render(request, "portfolio/selection_compare.html", context, status=422 if message else 200)


def _columns(comparison: reads.Comparison) -> list[dict[str, Any]]:
    return [
        {
            "result": result,
            "value": worth(result.value, result.unit, is_compact=True),
            "url_name": SelectionRunScreen.url_name("detail"),
        }
        for result in comparison.results
    ]


def _require(request: Any, action: str) -> None:
    if not request.actor.can(action):
        raise PermissionDenied("Your role does not allow this.")
