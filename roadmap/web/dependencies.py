"""Screens of dependencies, and the steps of the hand-shake on them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from core.web.crud import Column, FieldGroup, RecordAction, TenantCRUDView
from core.web.formatting import UNKNOWN, day_text
from core.web.urls import tenant_url
from portfolio.hooks import WaitingEntry
from portfolio.web.pages import require_right, step
from roadmap.enums import Agreement
from roadmap.filters import DependencyFilterSet
from roadmap.models import Dependency
from roadmap.selectors.calendars import calendar_of, with_successor_calendar
from roadmap.selectors.dependencies import requests_to, violations
from roadmap.services.agreements import accept_agreement, decline_agreement, request_agreement
from roadmap.services.dependencies import change_dependency, create_dependency, delete_dependency
from roadmap.web.forms import DependencyChangeForm, DependencyForm
from roadmap.web.planning_forms import AgreementAcceptForm, AgreementDeclineForm, AgreementRequestForm
from tenancy.actor import Actor


def _conflict(dependency: Dependency) -> str:
    """Why the dates contradict the dependency, or that they do not."""
    found = violations([dependency], calendars={dependency.successor_id: calendar_of(dependency)})
    return found[0].reason if found else "Kept"


def _promise(dependency: Dependency) -> str:
    """How the hand-shake stands, in words; a promise the plan contradicts says so."""
    agreed, planned = dependency.agreed_on, dependency.predecessor.end_on
    needed = day_text(dependency.needed_by) if dependency.needed_by else UNKNOWN
    if dependency.agreement == Agreement.REQUESTED:
        return f"Asked for by {needed}"
    if dependency.agreement == Agreement.ACCEPTED and agreed is not None:
        late = planned is not None and planned > agreed
        return f"Promised for {day_text(agreed)}" + (f", planned for {day_text(planned)}" if late else "")
    return f"Declined for {needed}" if dependency.agreement == Agreement.DECLINED else UNKNOWN


def _is_requested(dependency: Dependency) -> bool:
    return dependency.agreement == Agreement.REQUESTED


class DependencyScreen(TenantCRUDView):
    model = Dependency
    icon = "route"
    columns = [
        Column("predecessor", "Predecessor", accessor="predecessor.title", sort="predecessor__title", width="l"),
        Column("successor", "Successor", accessor="successor.title", sort="successor__title", width="l"),
        Column("kind", "Kind", formatter="choice", sort=True, width="m"),
        Column("lag_days", "Lag (days)", formatter="number", sort=True),
        Column("strength", "Strength", formatter="choice", sort=True, is_default=False),
        Column("agreement", "Agreement", formatter="badge", sort=True),
        Column("conflict", "Conflict", accessor=_conflict, width="l"),
        Column("note", "Note", is_default=False),
    ]
    list_select_related = ["predecessor", "successor"]
    detail_select_related = ["predecessor", "successor", "requested_by__user", "answered_by__user"]
    ordering = ["-updated_at"]
    search_fields = ["predecessor__title", "successor__title", "note"]
    filterset_class = DependencyFilterSet
    form_class = DependencyForm
    status_field = "agreement"
    field_groups = [
        FieldGroup(
            "Dependency",
            [
                Column("predecessor", "Predecessor", accessor="predecessor.title"),
                Column("successor", "Successor", accessor="successor.title"),
                Column("kind", "Kind", formatter="choice"),
                Column("lag_days", "Lag (working days)", formatter="number"),
                Column("strength", "Strength", formatter="choice"),
                Column("conflict", "Conflict", accessor=_conflict),
                Column("note", "Note"),
            ],
        ),
        FieldGroup(
            "Agreement",
            [
                Column("promise", "State", accessor=_promise),
                Column("needed_by", "Needed by", formatter="date"),
                Column("agreed_on", "Promised for", formatter="date"),
                Column("requested_by", "Asked by", accessor="requested_by.user", formatter="person"),
                Column("answered_by", "Answered by", accessor="answered_by.user", formatter="person"),
            ],
            is_aside=True,
        ),
    ]
    record_actions = [
        RecordAction("Ask for a date", "roadmap:dependency_request", action="dependency.request", icon="calendar"),
        RecordAction(
            "Promise a date",
            "roadmap:dependency_accept",
            action="dependency.answer",
            icon="check",
            condition=_is_requested,
        ),
        RecordAction(
            "Decline", "roadmap:dependency_decline", action="dependency.answer", icon="x", condition=_is_requested
        ),
    ]
    empty_title = "Nothing waits for anything yet"
    empty_text = "A dependency says that one item's start or end waits for another's. Broken ones show red."

    def get_queryset(self) -> Any:
        return with_successor_calendar(super().get_queryset())

    def get_form_class(self) -> Any:
        return DependencyChangeForm if self.operation == "edit" else self.form_class

    def perform_create(self, form: Any) -> Dependency:
        return create_dependency(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Dependency:
        return change_dependency(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Dependency) -> None:
        delete_dependency(obj, actor=self.actor)


@require_http_methods(["GET", "POST"])
def ask_for_date(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog in which the side that waits asks for a date."""
    dependency = _dependency(request, pk, "dependency.request")
    start = {"needed_by": dependency.needed_by or dependency.successor.start_on, "note": dependency.note}
    form = AgreementRequestForm(request.POST or None, actor=request.actor, initial=start)

    def perform(data: dict[str, Any]) -> str:
        request_agreement(dependency, actor=request.actor, **data)
        return "The date is asked for."

    title = f"When is “{dependency.predecessor.title}” needed?"
    return _step(request, form, perform, dependency, action="Ask", title=title)


@require_http_methods(["GET", "POST"])
def promise_date(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog in which the other side promises a date."""
    dependency = _dependency(request, pk, "dependency.answer")
    start = {"agreed_on": dependency.needed_by}
    form = AgreementAcceptForm(request.POST or None, actor=request.actor, initial=start)

    def perform(data: dict[str, Any]) -> str:
        accept_agreement(dependency, actor=request.actor, **data)
        return "The date is promised."

    title = f"When will “{dependency.predecessor.title}” be there?"
    return _step(request, form, perform, dependency, action="Promise", title=title)


@require_http_methods(["GET", "POST"])
def decline_date(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog in which the other side declines."""
    dependency = _dependency(request, pk, "dependency.answer")
    form = AgreementDeclineForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        decline_agreement(dependency, actor=request.actor, **data)
        return "The request is declined."

    title = f"Why can “{dependency.predecessor.title}” not be promised?"
    return _step(request, form, perform, dependency, action="Decline", title=title)


def dates_asked_for(*, actor: Actor) -> list[WaitingEntry]:
    """Dates others asked for, of work whose initiative the person leads; the oldest request at the top."""
    return [
        WaitingEntry(
            title=f"Promise a date for {dependency.predecessor.title}",
            note=f"{dependency.successor.title} needs it by {day_text(dependency.needed_by)}",
            url=tenant_url(actor, "roadmap:dependency_detail", pk=dependency.pk),
            since=dependency.updated_at,
        )
        for dependency in requests_to(actor)
        if dependency.needed_by is not None
    ]


def _dependency(request: Any, pk: Any, action: str) -> Dependency:
    visible = Dependency.objects.permitted(request.actor).select_related("predecessor", "successor")
    dependency: Dependency = get_object_or_404(visible, pk=pk)
    require_right(request, action)
    return dependency


def _step(request: Any, form: Any, perform: Any, dependency: Dependency, *, action: str, title: str) -> HttpResponse:
    back = tenant_url(request, "roadmap:dependency_detail", pk=dependency.pk)
    context = {"action": action, "step_title": title, "back_label": str(dependency)}
    return step(request, form, perform, back=back, context=context)
