"""The heat map, what a cell is made of, a team's sheet, the upload, and how time is shared out."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError, InvalidInputError
from core.web.forms import add_refusal
from core.web.urls import tenant_url
from portfolio.models import Portfolio
from portfolio.querysets import SEES_RESTRICTED
from portfolio.validators import add_months, first_of_month
from portfolio.web.pages import redirect_to, require_right
from roadmap.calc.quarters import Quarter
from roadmap.models import RoadmapItem
from roadmap.selectors.allocation import QuarterAllocation, allocation
from roadmap.selectors.capacity import utilisation
from roadmap.selectors.capacity_overloads import amount_text, overloads
from roadmap.services.capacity_files import COLUMNS, load_capacity_file
from roadmap.services.case_demands import take_over_staffing
from roadmap.services.team_capacities import save_team_capacities
from roadmap.web.capacity_figures import BY_RESOURCE, BY_TEAM, cell_words, kinds_of, range_text, sections, tiles
from roadmap.web.capacity_forms import CapacityFileForm
from roadmap.web.capacity_grid import MONTHS, CapacityGrid
from tenancy.models import Team

QUARTERS = 4
SHOWN_OVERLOADS = 8
_LAST_YEAR = 9000


@require_GET
def heat_map(request: HttpRequest, organization: str) -> HttpResponse:
    """Need against capacity, month by month, with every overload explained."""
    require_right(request, "team_capacity.view")
    first = month_asked_for(request.GET.get("from", ""))
    by = BY_RESOURCE if request.GET.get("by") == BY_RESOURCE else BY_TEAM
    found = utilisation(first, MONTHS, actor=request.actor)
    kinds = kinds_of(found)
    kind = next((value for value, _ in kinds if value == request.GET.get("kind")), "")
    explained = [each for each in overloads(found, actor=request.actor) if not kind or each.row.resource.kind == kind]
    context = {
        "months": found.months,
        "this_month": first_of_month(timezone.localdate()),
        "sections": sections(found, by=by, kind=kind, actor=request.actor),
        "tiles": tiles(found),
        "overloads": explained if request.GET.get("all") else explained[:SHOWN_OVERLOADS],
        "overload_count": len(explained),
        "by": by,
        "kind": kind,
        "kinds": kinds,
        **_around(first),
        "sees_all": request.actor.can(SEES_RESTRICTED),
        "may_change": request.actor.can("team_capacity.change"),
    }
    return render(request, "roadmap/capacity.html", context)


@require_GET
def cell(request: HttpRequest, organization: str) -> HttpResponse:
    """The items that use one cell of the heat map."""
    require_right(request, "team_capacity.view")
    month = month_asked_for(request.GET.get("month", ""))
    team, resource = _key(request.GET.get("team", "")), _key(request.GET.get("resource", ""))
    found = utilisation(month, 1, actor=request.actor)
    row = None if resource is None else found.row_at((team, resource))
    if row is None:
        raise Http404("Nothing is planned and nobody has said what there is.")
    at = row.cells[0]
    explained = [each for each in overloads(found, actor=request.actor) if each.row is row]
    context = {
        "row": row,
        "cell": at,
        "month": month,
        "words": cell_words(row, at),
        "needed": amount_text(at.used),
        "need_range": range_text(at.low, at.high),
        "uses": [
            (use, amount_text(use.likely), range_text(use.low, use.high))
            for use in found.uses((team, row.resource.pk), month)
        ],
        "overload": explained[0] if explained else None,
        "back_url": f"{tenant_url(request, 'roadmap:capacity')}?from={month:%Y-%m}",
    }
    template = "roadmap/_capacity_cell.html" if request.htmx else "roadmap/capacity_cell.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_http_methods(["GET", "POST"])
def team_sheet(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """A team's capacities for twelve months: shown, or saved."""
    require_right(request, "team_capacity.change")
    team = get_object_or_404(Team.objects.permitted(request.actor), pk=pk)
    first = month_asked_for(request.GET.get("from", ""))
    grid = CapacityGrid.of(team, first, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        changes = grid.changes()
        if grid.is_sound:
            done = save_team_capacities(team, changes, actor=request.actor)
            saved = done.created + done.changed + done.deleted
            messages.success(request, f"Saved: {saved} {'month' if saved == 1 else 'months'} changed.")
            return redirect_to(f"{tenant_url(request, 'roadmap:team_sheet', pk=pk)}?from={first:%Y-%m}")
        status = 422
        grid.errors.append("Some cells cannot be read; nothing was saved.")
    context = {"team": team, "grid": grid, "teams": Team.objects.permitted(request.actor), **_around(first)}
    return render(request, "roadmap/team_capacity_sheet.html", context, status=status)


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, organization: str) -> HttpResponse:
    """Capacities from a CSV file: all rows, or none and every bad one is named."""
    require_right(request, "team_capacity.create")
    form = CapacityFileForm(request.POST or None, request.FILES or None)
    back_url = tenant_url(request, "roadmap:team_capacity_list")
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            done = load_capacity_file(form.cleaned_data["file"].read(), actor=request.actor)
        except InvalidInputError as error:
            add_refusal(form, error)
            reasons = tuple(error.reasons)
        else:
            messages.success(request, f"{done.created} new, {done.changed} corrected, {done.unchanged} as before.")
            return redirect_to(back_url)
    place = {"heading": "Upload capacities", "back_label": "Capacities", "back_url": back_url}
    context = {**place, "form": form, "reasons": reasons, "columns": COLUMNS}
    status = 200 if request.method == "GET" else 422
    return render(request, "roadmap/capacity_upload.html", context, status=status)


@require_POST
def take_over(request: HttpRequest, organization: str, pk: UUID) -> HttpResponse:
    """Make the people of the business case demands of the item."""
    item = get_object_or_404(RoadmapItem.objects.permitted(request.actor), pk=pk)
    require_right(request, "resource_demand.create")
    try:
        messages.success(request, take_over_staffing(item, actor=request.actor).summary)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect_to(tenant_url(request, "roadmap:roadmap_item_detail", pk=pk))


@require_GET
def shares(request: HttpRequest, organization: str) -> HttpResponse:
    """Targets for kinds of work against what the plan comes to, by quarter."""
    require_right(request, "allocation_target.view")
    first = Quarter.of(month_asked_for(request.GET.get("from", "")))
    portfolios = list(Portfolio.objects.permitted(request.actor))
    chosen = next((each for each in portfolios if str(each.pk) == request.GET.get("portfolio")), None)
    found = allocation(first, QUARTERS, actor=request.actor, portfolio_id=chosen.pk if chosen else None)
    context = {
        "quarters": found,
        "charts": [(quarter, _chart(quarter)) for quarter in found],
        "portfolios": portfolios,
        "portfolio": chosen,
        **_around(first.first_day),
        "may_change": request.actor.can("allocation_target.create"),
    }
    return render(request, "roadmap/allocation.html", context)


def month_asked_for(text: str) -> date:
    """The first day of the month an address names as 2026-03; this month when it names none."""
    try:
        month = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return first_of_month(timezone.localdate())
    return month if 1 < month.year < _LAST_YEAR else first_of_month(timezone.localdate())


def _around(first: date) -> dict[str, str]:
    """The window in an address, and those before and after it."""
    return {
        "first": f"{first:%Y-%m}",
        "earlier": f"{add_months(first, -MONTHS):%Y-%m}",
        "later": f"{add_months(first, MONTHS):%Y-%m}",
    }


def _key(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("There is no such team or resource.") from error


def _chart(quarter: QuarterAllocation) -> list[tuple[str, list[tuple[str, float | None]]]]:
    """Target beside actual, in percent."""
    return [
        ("Target", [(each.label, None if each.target is None else each.target * 100) for each in quarter.kinds]),
        ("Actual", [(each.label, None if each.share is None else each.share * 100) for each in quarter.kinds]),
    ]
