"""Pages that are not lists or records: home, tree, and the steps taken on a record."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
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


def step_on(
    record: Any, request: Any, form: Any, perform: Callable[[dict[str, Any]], str], *, action: str, title: str
) -> HttpResponse:
    """As `step`, leading back to the record's page."""
    back = tenant_url(request, f"{record._meta.app_label}:{record.action_noun()}_detail", pk=record.pk)
    return step(
        request, form, perform, back=back, context={"action": action, "step_title": title, "back_label": record}
    )


def record_dialog(model: Any, *, right: str) -> Callable[[Callable[[Any, Any], HttpResponse]], Any]:
    """A view of `view(request, record)`: 404 for a record out of sight, then 403 without the right; GET and POST."""

    def decorate(view: Callable[[Any, Any], HttpResponse]) -> Any:
        @require_http_methods(["GET", "POST"])
        @wraps(view)
        def answer(request: Any, organization: str, pk: Any) -> HttpResponse:
            record = get_object_or_404(model.objects.permitted(request.actor), pk=pk)
            require_right(request, right)
            return view(request, record)

        return answer

    return decorate


def act(request: Any, perform: Callable[[], str], *, back: str) -> HttpResponse:
    """A step without a form; what came of it, or why it was refused, is told on the page it leads back to."""
    try:
        messages.success(request, perform())
    except DomainError as error:
        for reason in error.reasons or [error.message]:
            messages.error(request, reason)
    return redirect_to(back)


def version_read(request: Any) -> int | None:
    """The version of the record on the page a button was pressed on; None when the button posted none."""
    text = request.POST.get("version", "")
    if not text:
        return None
    # No row is at version 0, so that what is no version at all is refused like an old one.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def redirect_to(url: str) -> HttpResponse:
    """303: the browser asks for the address with GET."""
    response = HttpResponse(status=303)
    response["Location"] = url
    return response


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


@record_dialog(Initiative, right="initiative.change_stage")
def change_stage(request: Any, initiative: Initiative) -> HttpResponse:
    """The dialog that moves an initiative to another stage, with a reason."""
    form = StageChangeForm(request.POST or None, stage=initiative.stage)

    def perform(data: dict[str, Any]) -> str:
        changed = initiatives.change_stage(initiative, actor=request.actor, **data)
        return f"{changed.key} is now in {changed.get_stage_display()}."

    return step_on(initiative, request, form, perform, action="Change stage", title=f"Change the stage of {initiative}")


@record_dialog(Portfolio, right="portfolio.share")
def share(request: Any, portfolio: Portfolio) -> HttpResponse:
    """The dialog that shares a portfolio with a member."""
    form = ShareForm(request.POST or None, actor=request.actor)

    def perform(data: dict[str, Any]) -> str:
        portfolios.share_portfolio(portfolio, actor=request.actor, **data)
        return f"Shared with {data['membership'].user}."

    return step_on(portfolio, request, form, perform, action="Share", title=f"Share {portfolio}")


@require_http_methods(["POST"])
def unshare(request: Any, organization: str, pk: Any, membership: Any) -> HttpResponse:
    """Take a portfolio from a member."""
    portfolio = get_object_or_404(Portfolio.objects.permitted(request.actor), pk=pk)
    member = get_object_or_404(Membership.objects.select_related("user"), pk=membership)
    portfolios.unshare_portfolio(portfolio, membership=member, actor=request.actor)
    messages.success(request, f"No longer shared with {member.user}.")
    return redirect_to(tenant_url(request, "portfolio:portfolio_detail", pk=pk))


@record_dialog(Kpi, right="kpi_observation.create")
def observe(request: Any, kpi: Kpi) -> HttpResponse:
    """The dialog that adds one value of a KPI by hand; the same day again corrects it."""
    form = ObservationForm(request.POST or None, initial={"observed_on": timezone.now().date()})
    form.fields["value"].help_text = "As a fraction: 0.85 is 85%." if kpi.unit == FRACTION else kpi.unit

    def perform(data: dict[str, Any]) -> str:
        record_observations(observations=[_by_hand(kpi, data)], actor=request.actor)
        return "Value stored; charts follow within moments."

    return step_on(kpi, request, form, perform, action="Add value", title=f"Value of {kpi}")


def _by_hand(kpi: Kpi, data: dict[str, Any]) -> ObservationInput:
    day = data["observed_on"]
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return ObservationInput(
        kpi_id=kpi.pk, observed_at=noon, value=data["value"], source="by hand", source_id=f"by hand {day:%Y-%m-%d}"
    )
