"""Lists, records and forms of selections."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.utils.html import format_html

from core.web.crud import Column, RecordAction, TenantCRUDView
from core.web.formatting import UNKNOWN, badge, money, number
from core.web.tones import tone_of
from portfolio.filters.selections import SelectionRunFilterSet
from portfolio.hooks import selection_uses
from portfolio.models import SelectionChoice, SelectionResource, SelectionResult, SelectionRun
from portfolio.models.selection import quarter_label
from portfolio.models.selection_enums import SelectionOutcome, SelectionStatus
from portfolio.selectors import selections as reads
from portfolio.services import selections
from portfolio.services.selection_inputs import quarters_of
from portfolio.web.selection_forms import SelectionRunForm
from tenancy.enums import JobStatus
from tenancy.models import Job
from tenancy.web.shown_jobs import ShownJob, shown_job

PAGE_SIZE = 50
MOST_SCARCE = 20


def worth(value: Any, unit: str, *, is_compact: bool = False) -> str:
    """A value in its unit, as HTML."""
    if value is None:
        return UNKNOWN
    return money(value, unit, compact=is_compact, decimals=0) if unit else number(round(value, 2))


def _result_value(value: Any, obj: SelectionRun, column: Any) -> str:
    return worth(value, reads.value_unit(obj), is_compact=True)


def _quarter(value: Any, obj: SelectionRun, column: Any) -> str:
    return quarter_label(value)


def _outcome(value: Any, obj: SelectionRun, column: Any) -> str:
    return badge(SelectionOutcome(value).label, tone_of(value)) if value else UNKNOWN


class SelectionRunScreen(TenantCRUDView):
    model = SelectionRun
    icon = "filter"
    intro = "The most valuable set of initiatives that fits budgets, teams and rules, found exactly."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("portfolio", "Portfolio", sort="portfolio__name", width="m"),
        "status",
        Column("value_source", "Value by", formatter="choice", is_default=False),
        Column("first_quarter", "From", sort=True, formatter=_quarter, width="s"),
        Column("quarter_count", "Quarters", formatter="number", width="s"),
        Column("chosen_count", "Chosen", formatter="number", width="s"),
        Column("result_value", "Value", formatter=_result_value, align="end"),
        Column("outcome", "Outcome", formatter=_outcome),
        Column("solved_at", "Found", formatter="ago", width="s"),
    ]
    list_select_related = detail_select_related = ["portfolio", "theme", "scoring_round"]
    ordering = ["-updated_at"]
    search_fields = ["name"]
    filterset_class = SelectionRunFilterSet
    form_class = SelectionRunForm
    form_intro = (
        "Saving reads the candidates, what they are worth and what they cost; all of it can be changed afterwards."
    )
    status_field = "status"
    detail_template = "portfolio/selection_detail.html"
    record_actions = [
        RecordAction(
            "Read again",
            "portfolio:selection_run_refresh",
            action="selection_run.change",
            icon="refresh",
            method="post",
        ),
        RecordAction(
            "Search",
            "portfolio:selection_run_search",
            action="selection_run.solve",
            icon="player-play",
            method="post",
            tone="primary",
        ),
    ]
    empty_title = "No selections yet"
    empty_text = "Say what there is to spend and who is there; the search finds the set that is worth most."

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.with_result() if self.operation in ("list", "export") else rows

    def perform_create(self, form: Any) -> SelectionRun:
        return selections.create_selection(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> SelectionRun:
        return selections.change_selection(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: SelectionRun) -> None:
        selections.delete_selection(obj, actor=self.actor)

    def title(self, obj: SelectionRun) -> str:
        return obj.name

    def subtitle(self, obj: SelectionRun) -> str:
        return question_of(obj)

    def detail_context(self, obj: SelectionRun) -> dict[str, Any]:
        """Where the setup stands, then the search under way or the newest result."""
        return {
            **setup_context(obj, "result"),
            **job_context(obj),
            **result_context(obj, self.request),
            "may_plan": self.may("plan", obj),
            "may_solve": self.may("solve", obj),
        }


def question_of(run: SelectionRun) -> str:
    """What the run asks, in a line."""
    first, *_, last = [*quarters_of(run), quarters_of(run)[-1]]
    window = quarter_label(first) if first == last else f"{quarter_label(first)} to {quarter_label(last)}"
    return f"{run.portfolio or 'All portfolios'} · {window} · {run.get_value_source_display()}"


def setup_context(run: SelectionRun, here: str) -> dict[str, Any]:
    """The steps of the setup, and which one this page is."""
    totals = reads.candidate_totals(run)
    notes = reads.setup_notes(run, totals)
    steps = (
        ("candidates", "Candidates", "selection_run_candidates"),
        ("limits", "Budget and teams", "selection_run_limits"),
        ("rules", "Rules", "selection_run_rules"),
        ("result", "Result", "selection_run_detail"),
    )
    return {
        "run": run,
        "totals": totals,
        "unit": reads.value_unit(run),
        "steps": [
            {"number": index, "label": label, "route": f"portfolio:{route}", "note": notes[key], "is_here": key == here}
            for index, (key, label, route) in enumerate(steps, 1)
        ],
    }


def job_context(run: SelectionRun) -> dict[str, Any]:
    """The search under way, or why the last one failed."""
    job = Job.objects.filter(pk=run.job_id).first() if run.job_id else None
    if job is None or run.status != SelectionStatus.SEARCHING:
        return {"job": None, "is_searching": False}
    return {"job": shown_job(job), "is_searching": job.status == JobStatus.WAITING}


def result_context(run: SelectionRun, request: Any) -> dict[str, Any]:
    """The newest result: figures, resources, what more is worth, and one page of the chosen or the others."""
    result = reads.newest_result(run)
    if result is None:
        return {"result": None}
    is_out = request.GET.get("show") == "out"
    rows = SelectionChoice.objects.filter(result=result, is_chosen=not is_out).order_by("position")
    resources = reads.resource_rows(result)
    budget = resources[0].cells if resources else ()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "result": result,
        "tiles": _tiles(result),
        "resources": resources,
        "quarters": [quarter_label(cell.quarter) for cell in budget],
        "scarce": _scarce(result),
        "is_out": is_out,
        "left_out_count": result.candidate_count - result.chosen_count,
        "page": page,
        "choices": [_choice(row, result) for row in page],
        "can_plan": bool(result.chosen_count),
        "further_steps": selection_uses.collect(result=result, actor=request.actor) if result.chosen_count else [],
        "spread": _spread(result, budget),
    }


def _scarce(result: SelectionResult) -> list[tuple[SelectionResource, ShownJob | None]]:
    """Resources more of which would be worth something, each with the search for it: under way, or failed."""
    resources = reads.scarce_resources(result)[:MOST_SCARCE]
    asked = [resource.job_id for resource in resources if resource.job_id]
    jobs = Job.objects.filter(pk__in=asked, status__in=(JobStatus.WAITING, JobStatus.FAILED)) if asked else []
    shown = {job.pk: shown_job(job) for job in jobs}
    return [(resource, shown.get(resource.job_id)) for resource in resources]


def _tiles(result: SelectionResult) -> list[dict[str, Any]]:
    of_all = format_html("{} for all candidates together", worth(result.value_of_all, result.unit, is_compact=True))
    gap = "unknown" if result.gap is None else f"{number(round(result.gap * 100, 3))}%"
    return [
        {"label": "Value", "value": worth(result.value, result.unit, is_compact=True), "note": of_all},
        {
            "label": "Chosen",
            "value": f"{result.chosen_count:,} of {result.candidate_count:,}",
            "note": f"{result.unknown_count:,} not known enough" if result.unknown_count else "All known well enough",
        },
        {"label": "Gap", "value": gap, "note": result.get_outcome_display()},
        {"label": "Time", "value": f"{result.seconds:.2f} s", "note": "of searching"},
    ]


def _choice(row: SelectionChoice, result: SelectionResult) -> dict[str, Any]:
    first, last = quarter_label(row.start_on), quarter_label(row.end_on)
    return {
        "row": row,
        "value": worth(row.value, result.unit),
        "cost": money(row.cost, result.run.currency, decimals=0),
        "when": first if first == last else f"{first} to {last}",
    }


def _spread(result: SelectionResult, cells: Sequence[SelectionResource]) -> list[tuple[str, list[tuple[str, float]]]]:
    """Cost per quarter of the chosen set and of all candidates, for the chart."""
    if result.value is None or not any(cell.asked for cell in cells):
        return []
    chosen = [(quarter_label(cell.quarter), float(cell.used or 0)) for cell in cells]
    asked = [(quarter_label(cell.quarter), float(cell.asked)) for cell in cells]
    return [("Chosen", chosen), ("All candidates", asked)]
