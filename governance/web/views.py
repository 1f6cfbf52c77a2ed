"""What happens to launches and approvals besides editing them, and the page of what waits for a person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError, InvalidInputError
from core.web.error_pages import error_page
from core.web.urls import safe_next, tenant_url
from governance.enums import CriterionKind, Verdict
from governance.models import ApprovalRequest, GateCriterion, Launch
from governance.selectors.gates import active_gate
from governance.selectors.pages import approval_view, inbox_of
from governance.services import approvals, gates, launches
from governance.web.forms import DecisionForm, ReasonForm
from governance.web.panels import approvals_waiting
from portfolio.hooks import waiting_for_me

SAID = {
    Verdict.APPROVE: "Approved.",
    Verdict.REFUSE: "Refused.",
    Verdict.VETO: "Vetoed. The launch stays where it is until the veto is lifted.",
    Verdict.LIFT_VETO: "The veto is lifted.",
}


@require_GET
def inbox(request: Any, organization: str) -> HttpResponse:
    """What waits for the signed-in person: approvals in full, and what the portfolio knows."""
    request.actor.require("approval_request.view")
    context = {
        "inbox": inbox_of(request.actor, at=timezone.now()),
        "elsewhere": waiting_for_me.collect_others(approvals_waiting, actor=request.actor),
    }
    return render(request, "governance/inbox.html", context)


def _launch(request: Any, pk: UUID) -> Launch:
    return get_object_or_404(Launch.objects.permitted(request.actor), pk=pk)


def _request(request: Any, pk: UUID) -> ApprovalRequest:
    visible = ApprovalRequest.objects.permitted(request.actor)
    return get_object_or_404(visible.select_related("launch__initiative", "requested_by__user", "gate_run"), pk=pk)


def _to_launch(request: HttpRequest, launch: Launch, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(tenant_url(request, "governance:launch_detail", pk=launch.pk))


@require_POST
def create_default_gates(request: Any, organization: str) -> HttpResponse:
    """Set the usual gates up."""
    created = gates.ensure_default_gates(request.actor)
    messages.success(request, f"{len(created)} gates created." if created else "The gates are there already.")
    return redirect(tenant_url(request, "governance:stage_gate_list"))


@require_POST
def evaluate_launch(request: Any, organization: str, pk: UUID) -> HttpResponse:
    """Evaluate the gate and keep the results."""
    run = gates.evaluate_launch(_launch(request, pk), actor=request.actor)
    return _to_launch(request, run.launch, f"Evaluated and kept as evidence: {run.get_outcome_display().lower()}.")


@require_POST
def answer_checklist(request: Any, organization: str, pk: UUID) -> HttpResponse:
    """Save the checklist as it stands in the form."""
    launch = _launch(request, pk)
    request.actor.require("checklist_answer.change")
    gate = active_gate(launch.target_stage)
    criteria = GateCriterion.objects.active().filter(gate=gate, kind=CriterionKind.CHECKLIST)
    answers = [_answer(criterion, request.POST) for criterion in criteria]
    launches.answer_checklist(launch, actor=request.actor, answers=answers)
    return _to_launch(request, launch, "Checklist saved.")


def _answer(criterion: GateCriterion, posted: QueryDict) -> launches.Answer:
    note = posted.get(f"note-{criterion.pk}", "").strip()[:5000]
    return launches.Answer(criterion, is_done=f"done-{criterion.pk}" in posted, note=note)


@require_POST
def request_approval(request: Any, organization: str, pk: UUID) -> HttpResponse:
    """Put the launch to approval."""
    approval = approvals.request_approval(_launch(request, pk), actor=request.actor)
    return _to_launch(request, approval.launch, "Approval requested.")


@require_POST
def cancel_launch(request: Any, organization: str, pk: UUID) -> HttpResponse:
    """Give the launch up."""
    launch = launches.cancel_launch(_launch(request, pk), actor=request.actor)
    return _to_launch(request, launch, "The launch is cancelled.")


@require_POST
def withdraw(request: Any, organization: str, pk: UUID) -> HttpResponse:
    """Take a request back."""
    form = ReasonForm(request.POST, actor=request.actor)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    withdrawn = approvals.withdraw(_request(request, pk), actor=request.actor, reason=reason)
    return _to_launch(request, withdrawn.launch, "The request is withdrawn.")


@require_POST
def decide(request: Any, organization: str, pk: UUID) -> HttpResponse:
    """One decision; input that lacks something comes back with what was typed."""
    approval = _request(request, pk)
    request.actor.require("approval_request.decide")
    form = DecisionForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return error_page(request, 400, detail="Press one of the buttons of the decision form.")
    verdict = Verdict(form.cleaned_data["verdict"])
    try:
        _run(verdict, approval, form.cleaned_data, actor=request.actor)
    except DomainError as refusal:
        return _decision_page(request, approval, form.cleaned_data, refusal)
    messages.success(request, SAID[verdict])
    return redirect(safe_next(request, tenant_url(request, "governance:approval_request_detail", pk=pk)))


def _run(verdict: Verdict, approval: ApprovalRequest, data: dict[str, Any], *, actor: Any) -> None:
    reason, function, digest = data["reason"], data["function"] or None, data["subject_digest"] or None
    if verdict == Verdict.APPROVE:
        approvals.approve(approval, actor=actor, reason=reason, subject_digest=digest)
    elif verdict == Verdict.REFUSE:
        approvals.refuse(approval, actor=actor, reason=reason, subject_digest=digest)
    elif verdict == Verdict.VETO:
        approvals.veto(approval, actor=actor, reason=reason, function=function)
    else:
        approvals.lift_veto(approval, actor=actor, reason=reason, function=function)


def _decision_page(request: Any, approval: ApprovalRequest, data: dict[str, Any], refusal: DomainError) -> HttpResponse:
    status = 422 if isinstance(refusal, InvalidInputError) else refusal.status
    context = {
        "object": approval,
        "view": approval_view(approval, actor=request.actor, at=timezone.now()),
        "refusal": refusal,
        "typed": data,
    }
    return render(request, "governance/approval_decision.html", context, status=status)
