"""Objectives as a tree with progress, their pages, and the steps taken on them."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from core.web.crud import Column, FieldGroup, Panel, RecordAction, TenantCRUDView
from core.web.short_lists import short_list
from core.web.urls import tenant_url
from portfolio.filters import ObjectiveFilterSet
from portfolio.models import KeyResult, Objective, ObjectiveInitiative
from portfolio.selectors import objectives as reads
from portfolio.services import objectives
from portfolio.web.objective_forms import CheckInForm, ContributionForm, KeyResultForm, ObjectiveForm
from portfolio.web.pages import record_dialog, redirect_to, require_right, step_on


class ObjectiveScreen(TenantCRUDView):
    model = Objective
    icon = "trophy"
    intro = "What the organization wants to achieve, and by what it will know."
    columns = [
        Column("title", "Objective", sort=True, link=True, width="l"),
        Column("portfolio", "Portfolio", sort="portfolio__name", width="m"),
        Column("theme", "Theme", sort="theme__name", width="m"),
        Column("parent", "Below", width="m", is_default=False),
        Column("owner", "Owner", accessor="owner.user", sort="owner__user__name", formatter="person"),
        Column("starts_on", "Starts", sort=True, formatter="date", is_default=False),
        Column("ends_on", "Ends", sort=True, formatter="date", width="s"),
        Column("weight", "Weight", formatter="number", is_default=False),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    list_select_related = detail_select_related = ["portfolio", "theme", "owner__user", "parent"]
    ordering = ["title"]
    search_fields = ["title", "description"]
    filterset_class = ObjectiveFilterSet
    form_class = ObjectiveForm
    bulk_fields = ["theme", "owner", "ends_on"]
    detail_template = "portfolio/objective_detail.html"
    field_groups = [
        FieldGroup(
            "About",
            [
                "portfolio",
                "theme",
                Column("parent", "Below", link=True),
                Column("owner", accessor="owner.user", formatter="person"),
                Column("starts_on", "Starts", formatter="date"),
                Column("ends_on", "Ends", formatter="date"),
                Column("weight", "Weight", formatter="number"),
                "description",
            ],
            is_aside=True,
        )
    ]
    panels = [
        Panel("Key results", "portfolio/_key_results.html", context="key_results_panel"),
        Panel("Contributing initiatives", "portfolio/_contributing.html", context="contributing_panel"),
    ]
    record_actions = [
        RecordAction("Add key result", "portfolio:objective_key_result", action="key_result.create", icon="plus"),
        RecordAction("Add initiative", "portfolio:objective_contribute", action="objective.change", icon="link"),
    ]
    empty_title = "No objectives yet"
    empty_text = "An objective says what should be better by when. Key results under it say by what one knows."

    def perform_create(self, form: Any) -> Objective:
        return objectives.create_objective(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Objective:
        return objectives.change_objective(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Objective) -> None:
        objectives.delete_objective(obj, actor=self.actor)

    def perform_bulk_update(self, obj: Objective, changes: dict[str, Any]) -> None:
        objectives.change_objective(obj, actor=self.actor, **changes)

    @cached_property
    def goals(self) -> reads.Goals:
        """All objectives, read once for the panels and the page."""
        return reads.goals(self.actor, now=timezone.now())

    def detail_context(self, obj: Objective) -> dict[str, Any]:
        return {"progress": self.goals.progress_of(obj), "below": _nodes(self.goals, obj.pk)}

    def key_results_panel(self, obj: Objective) -> dict[str, Any]:
        measured = self.goals.key_results.get(obj.pk, [])
        may = {f"may_{verb}": self.actor.can(f"key_result.{verb}") for verb in ("change", "delete")}
        return {"key_results": measured, **may}

    def contributing_panel(self, obj: Objective) -> dict[str, Any]:
        rows = reads.contributing(obj, actor=self.actor)
        return {
            "contributing": short_list(rows, self.actor, "portfolio:initiative_list", objective=obj.pk),
            "may_change": self.may("change", obj),
        }


@require_GET
def goals(request: Any, organization: str) -> HttpResponse:
    """All objectives as a tree, with how far they have come."""
    require_right(request, "objective.view")
    found = reads.goals(request.actor, now=timezone.now())
    context = {
        "nodes": _nodes(found, None),
        "count": len(found.objectives),
        "may_create": request.actor.can("objective.create"),
    }
    return render(request, "portfolio/goals.html", context)


def _nodes(found: reads.Goals, above: Any) -> list[dict[str, Any]]:
    rows = sorted(found.below.get(above, ()), key=lambda one: (one.ends_on is None, one.ends_on, one.title))
    return [
        {
            "objective": one,
            "progress": found.progress_of(one),
            "key_results": found.key_results.get(one.pk, []),
            "children": _nodes(found, one.pk),
        }
        for one in rows
    ]


@record_dialog(Objective, right="key_result.create")
def create_key_result(request: Any, objective: Objective) -> HttpResponse:
    """The dialog that adds a key result to an objective."""
    form = KeyResultForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        return f"Added {objectives.create_key_result(objective=objective, actor=request.actor, **data)}."

    return step_on(objective, request, form, perform, action="Add", title=f"Key result of {objective}")


@require_http_methods(["GET", "POST"])
def change_key_result(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that changes what a key result aims at."""
    key_result = _key_result(request, pk)
    require_right(request, "key_result.change")
    form = KeyResultForm(request.POST or None, instance=key_result, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        return f"Changed {objectives.change_key_result(key_result, actor=request.actor, **data)}."

    return step_on(key_result.objective, request, form, perform, action="Save", title=f"Change {key_result}")


@require_http_methods(["GET", "POST"])
def check_in(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog in which a person says where a key result stands."""
    key_result = _key_result(request, pk)
    require_right(request, "key_result.change")
    form = CheckInForm(request.POST or None, initial={"value": key_result.current_value}, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        objectives.check_in(key_result, actor=request.actor, **data)
        return f"Checked in {key_result}."

    return step_on(key_result.objective, request, form, perform, action="Check in", title=str(key_result))


@require_http_methods(["POST"])
def delete_key_result(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Take a key result away."""
    key_result = _key_result(request, pk)
    objectives.delete_key_result(key_result, actor=request.actor)
    return redirect_to(_back(request, key_result.objective_id))


@record_dialog(Objective, right="objective.change")
def contribute(request: Any, objective: Objective) -> HttpResponse:
    """The dialog that links an initiative to an objective."""
    form = ContributionForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        link = objectives.link_initiative(objective, actor=request.actor, **data)
        return f"{link.initiative} contributes."

    return step_on(
        objective, request, form, perform, action="Add", title=f"Which initiative contributes to {objective}?"
    )


@require_http_methods(["POST"])
def stop_contributing(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Take a link between an objective and an initiative away."""
    links = ObjectiveInitiative.objects.permitted(request.actor).select_related("objective")
    link = get_object_or_404(links, pk=pk)
    objectives.unlink_initiative(link, actor=request.actor)
    return redirect_to(_back(request, link.objective_id))


def _key_result(request: Any, pk: Any) -> KeyResult:
    return get_object_or_404(KeyResult.objects.permitted(request.actor).select_related("objective"), pk=pk)


def _back(request: Any, objective_id: Any) -> str:
    return tenant_url(request, "portfolio:objective_detail", pk=objective_id)
