"""The steps of a business case to a decision: submit, withdraw, approve, return, start anew."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from core.web.forms import TenantForm
from core.web.urls import tenant_url
from portfolio.hooks import WaitingEntry
from portfolio.models import BusinessCase
from portfolio.selectors.business_cases import cases_to_decide
from portfolio.services import case_lifecycle
from portfolio.services.case_copies import new_draft
from portfolio.web.case_sheet_pages import open_case
from portfolio.web.pages import act, redirect_to, step, version_read
from tenancy.actor import Actor


class DecisionForm(TenantForm):
    """A decision on the case as it was when its page was opened."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReturnForm(DecisionForm):
    reason = forms.CharField(
        max_length=case_lifecycle.LONGEST_NOTE,
        widget=forms.Textarea,
        help_text="What has to change before it can pass.",
    )


class ApproveForm(DecisionForm):
    note = forms.CharField(
        max_length=case_lifecycle.LONGEST_NOTE, widget=forms.Textarea, required=False, help_text="Kept with the case."
    )


@require_POST
def submit(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Ask for a decision."""
    request.actor.require("business_case.submit")
    case = open_case(request, pk)

    def perform() -> str:
        case_lifecycle.submit_case(case, actor=request.actor, expected_version=version_read(request))
        return "Submitted. It stays as it is until somebody decides."

    return act(request, perform, back=_page_of(request, case))


@require_POST
def withdraw(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Take one's own submission back."""
    request.actor.require("business_case.submit")
    case = open_case(request, pk)

    def perform() -> str:
        case_lifecycle.withdraw_case(case, actor=request.actor)
        return "Withdrawn. It may be changed and submitted again."

    return act(request, perform, back=_page_of(request, case))


@require_POST
def draft_anew(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Copy the case into a new draft and go to its sheet."""
    case = open_case(request, pk)
    request.actor.require("business_case.create")
    try:
        draft = new_draft(case, actor=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect_to(_page_of(request, case))
    messages.success(request, f"Revision {draft.revision} is a copy of revision {case.revision}; change what you like.")
    return redirect_to(tenant_url(request, "portfolio:business_case_sheet", pk=draft.pk))


@require_http_methods(["GET", "POST"])
def approve(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that decides for a case."""
    case = open_case(request, pk)
    request.actor.require("business_case.approve")

    def perform(data: dict[str, Any]) -> str:
        case_lifecycle.approve_case(case, actor=request.actor, note=data["note"], expected_version=data["version"])
        return "Approved. This case now counts for its initiative."

    return _decide(request, case, ApproveForm, perform, action="Approve")


@require_http_methods(["GET", "POST"])
def give_back(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that gives a case back with a reason."""
    case = open_case(request, pk)
    request.actor.require("business_case.approve")

    def perform(data: dict[str, Any]) -> str:
        case_lifecycle.return_case(case, actor=request.actor, reason=data["reason"], expected_version=data["version"])
        return "Returned. It may now be changed and submitted again."

    return _decide(request, case, ReturnForm, perform, action="Return")


def _decide(
    request: Any, case: BusinessCase, form_class: Any, perform: Callable[[dict[str, Any]], str], *, action: str
) -> HttpResponse:
    seen = request.GET.get("version", "") or case.version
    form = form_class(request.POST or None, actor=request.actor, initial={"version": seen})
    context = {"action": action, "step_title": f"{action} {case.name}", "back_label": case}
    return step(request, form, perform, back=_page_of(request, case), context=context)


def _page_of(request: Any, case: BusinessCase) -> str:
    return tenant_url(request, "portfolio:business_case_detail", pk=case.pk)


def cases_waiting(*, actor: Actor) -> list[WaitingEntry]:
    """Submitted cases the person could decide on, the oldest at the top."""
    return [
        WaitingEntry(
            title=f"Decide on {case.name}",
            note=f"{case.initiative.key}, revision {case.revision}, submitted by {case.submitted_by.user}",
            url=tenant_url(actor, "portfolio:business_case_detail", pk=case.pk),
            since=case.submitted_at,
        )
        for case in cases_to_decide(actor)
    ]
