"""The steps on a business case: its grid, its results, valuing it, making it current."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError, InvalidInputError, StaleVersionError
from core.web.error_pages import toast_header
from core.web.urls import tenant_url
from portfolio.models import BusinessCase
from portfolio.selectors.business_cases import lines_with_amounts
from portfolio.services import business_cases
from portfolio.services.cash_lines import replace_lines
from portfolio.web.cash_grid import CashGrid
from portfolio.web.money_screens import chart_context, results_context, year_of
from portfolio.web.pages import redirect_to

SAVED = "Costs and benefits saved."


def _case(request: Any, pk: Any) -> BusinessCase:
    return get_object_or_404(BusinessCase.objects.permitted(request.actor).select_related("initiative"), pk=pk)


@require_http_methods(["GET", "POST"])
def grid(request: Any, organization: str, pk: Any) -> HttpResponse:
    """One year of the monthly grid: shown, or saved as posted."""
    case = _case(request, pk)
    if request.method == "POST":
        return _save_grid(request, case)
    return _render_grid(request, case, CashGrid(case, lines_with_amounts(case), year=year_of(request)))


def _save_grid(request: Any, case: BusinessCase) -> HttpResponse:
    request.actor.require("cash_line.change")
    posted = CashGrid(case, lines_with_amounts(case), year=year_of(request), data=request.POST)
    lines, version = posted.line_inputs(), request.POST.get("version", "")
    if lines is None:
        return _render_grid(request, case, posted, status=422)
    try:
        expected = int(version) if version.isascii() and version.isdigit() else 0
        replace_lines(case, lines=lines, actor=request.actor, expected_version=expected)
    except InvalidInputError as error:
        posted.refuse(error)
        return _render_grid(request, case, posted, status=422)
    except StaleVersionError as error:
        posted.errors.append(f"{error.message} Copy what you typed, then reload the page.")
        return _render_grid(request, case, posted, status=409)
    return _after_save(request, case, posted.year)


def _after_save(request: Any, case: BusinessCase, year: int) -> HttpResponse:
    if not request.htmx:
        messages.success(request, SAVED)
        return redirect_to(f"{tenant_url(request, 'portfolio:business_case_detail', pk=case.pk)}?year={year}#grid")
    case = _case(request, case.pk)
    fresh = CashGrid(case, lines_with_amounts(case), year=year)
    response = _render_grid(request, case, fresh, is_saved=True)
    response["HX-Trigger"] = toast_header(SAVED, "success")
    return response


def _render_grid(
    request: Any, case: BusinessCase, shown: CashGrid, *, status: int = 200, is_saved: bool = False
) -> HttpResponse:
    context = {
        "grid": shown,
        "case": case,
        "object": case,
        "may_change": request.actor.can("cash_line.change"),
        "is_saved": is_saved,
    }
    if is_saved:
        context |= results_context(case) | chart_context(case)
    template = "portfolio/_case_grid.html" if request.htmx else "portfolio/case_grid.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_GET
def results(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The results tiles; they ask here again while a valuation is on its way."""
    context = results_context(_case(request, pk))
    return render(request, "portfolio/_case_results.html", context)


@require_POST
def value(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Start a valuation."""
    case = _case(request, pk)
    try:
        business_cases.request_valuation(case, actor=request.actor)
    except business_cases.NothingToValueError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The valuation is on its way.")
    return redirect_to(tenant_url(request, "portfolio:business_case_detail", pk=pk))


@require_POST
def make_current(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Let this case count for its initiative."""
    request.actor.require("business_case.change")
    try:
        business_cases.make_current(_case(request, pk), actor=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "This case now counts for its initiative.")
    return redirect_to(tenant_url(request, "portfolio:business_case_detail", pk=pk))
