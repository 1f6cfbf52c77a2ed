"""Pages that are not lists or records: home, tree, and the steps taken on a record."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from core.errors import DomainError
from core.web.formatting import FRACTION
from core.web.forms import add_refusal
from core.web.urls import tenant_url
from portfolio import hooks
from portfolio.models import Initiative, Kpi, Portfolio
from portfolio.selectors import initiatives as initiative_reads
from portfolio.selectors import overview
from portfolio.services import initiatives, portfolios
from portfolio.services.kpi_observations import ObservationInput, record_observations
from portfolio.web.forms import ObservationForm, ShareForm, StageChangeForm
from portfolio.web.headline import headline, pictures
from tenancy.models import Membership


@require_GET
def home(request: Any, organization: str) -> HttpResponse:
    """The organization's home page: where things stand, what changed, what waits for this person."""
    actor, now = request.actor, timezone.now()
    top = headline(actor, now=now)
    context = {
        **top,
        **pictures(actor, now=now, headline=top, portfolio=None),
        "has_initiatives": any(entry.count for entry in top["stages"]),
        "off_track": overview.kpis_off_track(actor, now=now),
        "waiting": hooks.waiting_for_me.collect(actor=actor),
        "may_create": actor.can("initiative.create"),
        "new_url": tenant_url(actor, "portfolio:initiative_create") if actor.can("initiative.create") else "",
    }
    return render(request, "portfolio/home.html", context)


@require_GET
def tree(request: Any, organization: str, pk: Any) -> HttpResponse:
    """A portfolio's initiatives as a tree."""
    portfolio = get_object_or_404(Portfolio.objects.permitted(request.actor), pk=pk)
    context = {
        "portfolio": portfolio,
        "portfolios": Portfolio.objects.permitted(request.actor),
        "tree": initiative_reads.initiative_tree(portfolio, actor=request.actor),
        "may_create": request.actor.can("initiative.create"),
    }
    return render(request, "portfolio/tree.html", context)


@require_http_methods(["GET", "POST"])
def change_stage(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that moves an initiative to another stage, with a reason."""
    initiative = get_object_or_404(Initiative.objects.permitted(request.actor), pk=pk)
    require_right(request, "initiative.change_stage")
    form = StageChangeForm(request.POST or None, stage=initiative.stage)
    back = tenant_url(request, "portfolio:initiative_detail", pk=pk)

    def perform(data: dict[str, Any]) -> str:
        changed = initiatives.change_stage(initiative, actor=request.actor, **data)
        return f"{changed.key} is now in {changed.get_stage_display()}."

    context = {"action": "Change stage", "step_title": f"Change the stage of {initiative}", "back_label": initiative}
    return step(request, form, perform, back=back, context=context)


@require_http_methods(["GET", "POST"])
def share(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that shares a portfolio with a member."""
    portfolio = get_object_or_404(Portfolio.objects.permitted(request.actor), pk=pk)
    require_right(request, "portfolio.share")
    form = ShareForm(request.POST or None, actor=request.actor)
    back = tenant_url(request, "portfolio:portfolio_detail", pk=pk)

    def perform(data: dict[str, Any]) -> str:
        portfolios.share_portfolio(portfolio, actor=request.actor, **data)
        return f"Shared with {data['membership'].user}."

    context = {"action": "Share", "step_title": f"Share {portfolio}", "back_label": portfolio}
    return step(request, form, perform, back=back, context=context)


@require_http_methods(["POST"])
def unshare(request: Any, organization: str, pk: Any, membership: Any) -> HttpResponse:
    """Take a portfolio from a member."""
    portfolio = get_object_or_404(Portfolio.objects.permitted(request.actor), pk=pk)
    member = get_object_or_404(Membership.objects.select_related("user"), pk=membership)
    portfolios.unshare_portfolio(portfolio, membership=member, actor=request.actor)
    messages.success(request, f"No longer shared with {member.user}.")
    return redirect_to(tenant_url(request, "portfolio:portfolio_detail", pk=pk))


@require_http_methods(["GET", "POST"])
def observe(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that adds one value of a KPI by hand; the same day again corrects it."""
    kpi = get_object_or_404(Kpi.objects.permitted(request.actor), pk=pk)
    require_right(request, "kpi_observation.create")
    form = ObservationForm(request.POST or None, initial={"observed_on": timezone.now().date()})
    form.fields["value"].help_text = "As a fraction: 0.85 is 85%." if kpi.unit == FRACTION else kpi.unit
    back = tenant_url(request, "portfolio:kpi_detail", pk=pk)

    def perform(data: dict[str, Any]) -> str:
        record_observations(observations=[_by_hand(kpi, data)], actor=request.actor)
        return "Value stored; charts follow within moments."

    context = {"action": "Add value", "step_title": f"Value of {kpi}", "back_label": kpi}
    return step(request, form, perform, back=back, context=context)


def _by_hand(kpi: Kpi, data: dict[str, Any]) -> ObservationInput:
    day = data["observed_on"]
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return ObservationInput(
        kpi_id=kpi.pk, observed_at=noon, value=data["value"], source="by hand", source_id=f"by hand {day:%Y-%m-%d}"
    )


def require_right(request: Any, action: str) -> None:
    """Answer 403 when the role does not allow the action."""
    if not request.actor.can(action):
        raise PermissionDenied("Your role does not allow this.")


def step(
    request: Any,
    form: Any,
    perform: Callable[[dict[str, Any]], str],
    *,
    back: str,
    context: dict[str, Any],
    then: Callable[[], str] | None = None,
) -> HttpResponse:
    """A form of its own, as page or dialog; a refusal is shown in it with everything typed.

    It leads back when done, or to the address `then` gives once the work has been done.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                messages.success(request, perform(form.cleaned_data))
            except DomainError as error:
                add_refusal(form, error)
                status = 409
            else:
                url = then() if then else back
                return HttpResponseClientRedirect(url) if request.htmx else redirect_to(url)
    template = "portfolio/_step.html" if request.htmx else "portfolio/step.html"
    response = render(request, template, {"form": form, "back_url": back, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def act(request: Any, perform: Callable[[], str], *, back: str) -> HttpResponse:
    """A step without a form; what came of it, or why it was refused, is told on the page it leads back to."""
    try:
        messages.success(request, perform())
    except DomainError as error:
        for reason in error.reasons or [error.message]:
            messages.error(request, reason)
    return redirect_to(back)


def redirect_to(url: str) -> HttpResponse:
    """303: the browser asks for the address with GET."""
    response = HttpResponse(status=303)
    response["Location"] = url
    return response
