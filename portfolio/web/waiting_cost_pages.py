"""The page that says what waiting costs, initiative by initiative."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from portfolio.models import Portfolio
from portfolio.selectors.waiting_costs import waiting_costs

URGENCY = "urgency"


@require_GET
def cost_of_waiting(request: Any, organization: str) -> HttpResponse:
    """Unlaunched initiatives by what a month of waiting costs, or `?by=urgency`; `?portfolio=` of one portfolio."""
    actor, by_urgency = request.actor, request.GET.get("by") == URGENCY
    actor.require("valuation.view")
    portfolios = list(Portfolio.objects.permitted(actor).order_by("name", "pk"))
    portfolio = _asked_for(portfolios, request.GET.get("portfolio", ""))
    found = waiting_costs(actor, today=timezone.now().date(), portfolio=portfolio, by_urgency=by_urgency)
    context = {"found": found, "portfolios": portfolios, "portfolio": portfolio, "by_urgency": by_urgency}
    return render(request, "portfolio/cost_of_waiting.html", {**context, "currency": actor.organization.currency})


def _asked_for(portfolios: list[Portfolio], text: str) -> Portfolio | None:
    """The portfolio an address names; None where it names none."""
    found = next((portfolio for portfolio in portfolios if str(portfolio.pk) == text), None)
    if text and found is None:
        raise Http404("There is no such portfolio.")
    return found
