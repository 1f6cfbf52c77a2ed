"""The capability map, and the steps taken on capabilities, stakeholders and feedback."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import InvalidInputError
from core.web.forms import add_refusal
from core.web.layers import NODE_HEIGHT, NODE_WIDTH, layered
from core.web.urls import tenant_url
from portfolio.models import Capability, CapabilityDependency, CapabilityInitiative, Feedback, FeedbackLink, Stakeholder
from portfolio.selectors.capability_map import capability_map
from portfolio.services import capabilities, feedback, stakeholders
from portfolio.services.feedback_file import COLUMNS, load_feedback_file
from portfolio.web.audience_forms import BuilderForm, FeedbackFileForm, ProviderForm, PulseForm
from portfolio.web.pages import record_dialog, redirect_to, require_right, step_on


@require_GET
def the_map(request: Any, organization: str) -> HttpResponse:
    """All capabilities as a graph: features on top, what they stand on below."""
    require_right(request, "capability.view")
    found = capability_map(request.actor)
    drawn = layered(list(found.capabilities), found.stands_on)
    boxes = [(node, found.capabilities[node.key]) for node in drawn.nodes]
    rows = [
        (one, [found.capabilities[pk] for pk in found.stands_on.get(key, ())])
        for key, one in found.capabilities.items()
    ]
    context = {
        "drawn": drawn,
        "boxes": boxes,
        "rows": rows,
        "node_width": NODE_WIDTH,
        "node_height": NODE_HEIGHT,
        "may_create": request.actor.can("capability.create"),
    }
    return render(request, "portfolio/capability_map.html", context)


@record_dialog(Capability, right="capability.change")
def add_provider(request: Any, capability: Capability) -> HttpResponse:
    """The dialog that says what a capability stands on."""
    form = ProviderForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        return f"{capabilities.add_dependency(capability, actor=request.actor, **data)}."

    return step_on(capability, request, form, perform, action="Add", title=f"What does {capability} stand on?")


@require_http_methods(["POST"])
def remove_dependency(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Take one line off the map."""
    dependency = get_object_or_404(CapabilityDependency.objects.permitted(request.actor), pk=pk)
    capabilities.remove_dependency(dependency, actor=request.actor)
    return redirect_to(_back(request, "capability", dependency.consumer_id))


@record_dialog(Capability, right="capability.change")
def add_builder(request: Any, capability: Capability) -> HttpResponse:
    """The dialog that links an initiative to the capability it builds."""
    form = BuilderForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        return f"{capabilities.link_capability(capability, actor=request.actor, **data)}."

    return step_on(capability, request, form, perform, action="Add", title=f"Which initiative builds {capability}?")


@require_http_methods(["POST"])
def remove_builder(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Take back that an initiative builds a capability."""
    link = get_object_or_404(CapabilityInitiative.objects.permitted(request.actor), pk=pk)
    capabilities.unlink_capability(link, actor=request.actor)
    return redirect_to(_back(request, "capability", link.capability_id))


@record_dialog(Stakeholder, right="pulse_answer.create")
def add_pulse(request: Any, stakeholder: Stakeholder) -> HttpResponse:
    """The dialog that says how content a stakeholder is."""
    today = timezone.localdate()
    form = PulseForm(request.POST or None, initial={"answered_on": today}, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        answer = stakeholders.answer_pulse(stakeholder, actor=request.actor, today=today, **data)
        return f"{stakeholder}: {answer.score} of 5."

    return step_on(stakeholder, request, form, perform, action="Add", title=f"How content is {stakeholder}?")


@record_dialog(Feedback, right="feedback.change")
def link(request: Any, said: Feedback) -> HttpResponse:
    """The dialog that links feedback to an initiative."""
    form = BuilderForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        return f"It speaks for {feedback.link_feedback(said, actor=request.actor, **data).initiative}."

    return step_on(said, request, form, perform, action="Link", title="Which initiative does it speak for?")


@require_http_methods(["POST"])
def unlink(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Take a link between feedback and an initiative away."""
    found = get_object_or_404(FeedbackLink.objects.permitted(request.actor), pk=pk)
    feedback.unlink_feedback(found, actor=request.actor)
    return redirect_to(_back(request, "feedback", found.feedback_id))


@require_http_methods(["GET", "POST"])
def upload(request: Any, organization: str) -> HttpResponse:
    """Feedback from a CSV file: all rows, or none and every bad one is named."""
    require_right(request, "feedback.create")
    form = FeedbackFileForm(request.POST or None, request.FILES or None)
    back_url = tenant_url(request, "portfolio:feedback_list")
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            done = load_feedback_file(form.cleaned_data["file"].read(), actor=request.actor)
        except InvalidInputError as error:
            add_refusal(form, error)
            reasons = error.reasons
        else:
            messages.success(request, f"{done.created} new, {done.changed} corrected, {done.unchanged} as before.")
            return redirect_to(back_url)
    status = 200 if request.method == "GET" else 422
    context = {"heading": "Upload feedback", "back_label": "Feedback", "back_url": back_url, "columns": COLUMNS}
    return render(
        request, "portfolio/feedback_upload.html", {**context, "form": form, "reasons": reasons}, status=status
    )


def _back(request: Any, noun: str, pk: Any) -> str:
    return tenant_url(request, f"portfolio:{noun}_detail", pk=pk)
