"""The steps on a business case beside its sheet: results, comparison, differences, valuing it, making it current."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from core.web.urls import tenant_url
from portfolio.models import BusinessCase, CaseOption
from portfolio.selectors.case_diff import diff_cases
from portfolio.services import business_cases
from portfolio.web.case_differences import difference_context
from portfolio.web.case_results import comparison_context, results_context
from portfolio.web.case_sheet_pages import open_case, option_asked_for
from portfolio.web.pages import act, redirect_to


@require_GET
def results(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The results of an option, for its page, which asks here again while a valuation is on its way."""
    case = open_case(request, pk)
    option = option_asked_for(list(CaseOption.objects.filter(case=case)), request.GET.get("option", ""))
    if not request.htmx:
        return redirect_to(tenant_url(request, "portfolio:business_case_detail", pk=pk) + f"?option={option.pk}")
    return render(request, "portfolio/_case_results.html", results_context(case, option))


@require_GET
def compare(request: Any, organization: str, pk: Any) -> HttpResponse:
    """All options side by side."""
    case = open_case(request, pk)
    context = {**comparison_context(case), "may_change": request.actor.can("case_option.change") and case.is_open}
    return render(request, "portfolio/case_compare.html", context)


@require_GET
def difference(request: Any, organization: str, pk: Any) -> HttpResponse:
    """What differs between another revision of the same initiative and this one."""
    case = open_case(request, pk)
    siblings = BusinessCase.objects.permitted(request.actor).filter(initiative=case.initiative_id)
    others = list(siblings.exclude(pk=case.pk).order_by("-revision"))
    base = _base(case, others, request.GET.get("from", ""))
    context: dict[str, Any] = {"case": case, "others": others, "base": base}
    if base is not None:
        context |= difference_context(diff_cases(base, case))
    return render(request, "portfolio/case_difference.html", context)


def _base(case: BusinessCase, others: list[BusinessCase], text: str) -> BusinessCase | None:
    """The revision asked for, else the one this was made from, else the one before it."""
    asked = next((other for other in others if str(other.pk) == text), None)
    origin = next((other for other in others if other.pk == case.based_on_id), None)
    before = next((other for other in others if other.revision < case.revision), None)
    return asked or origin or before or next(iter(others), None)


@require_POST
def value(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Start a valuation."""
    request.actor.require("business_case.value")
    case = open_case(request, pk)

    def perform() -> str:
        business_cases.request_valuation(case, actor=request.actor)
        return "The valuation is on its way."

    return act(request, perform, back=tenant_url(request, "portfolio:business_case_detail", pk=pk))


@require_POST
def make_current(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Let this case count for its initiative."""
    request.actor.require("business_case.change")
    case = open_case(request, pk)

    def perform() -> str:
        business_cases.make_current(case, actor=request.actor)
        return "This case now counts for its initiative."

    return act(request, perform, back=tenant_url(request, "portfolio:business_case_detail", pk=pk))
