"""Pages of unit economics: the overview, one initiative's, the price what-if and CSV uploads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import DomainError
from core.web.formatting import money, percent
from core.web.forms import add_refusal
from core.web.urls import tenant_url
from portfolio.enums import SpendStatus
from portfolio.models import CostOptimization, Initiative, PricedModel, UnitCostMonth
from portfolio.selectors import money_rollups, unit_costs
from portfolio.selectors.money_rollups import MoneyFigures
from portfolio.selectors.price_what_if import NewPrice, effect_of_price, price_on
from portfolio.services import spend_files
from portfolio.services.kpi_files import COLUMNS as OBSERVATION_COLUMNS
from portfolio.services.kpi_files import load_observations_file
from portfolio.services.spend_files import FileResult
from portfolio.web.pages import redirect_to
from portfolio.web.spend_formatting import SPEND_TONES, shown_month
from portfolio.web.spend_forms import UploadForm, WhatIfForm

SPIKES_SINCE = timedelta(days=90)


@require_GET
def unit_economics(request: Any, organization: str) -> HttpResponse:
    """What AI costs by initiative and month, where it jumped, and whose budget does not hold."""
    request.actor.require("unit_cost_month.view")
    return render(request, "portfolio/unit_economics.html", overview_context(request.actor))


def overview_context(actor: Any) -> dict[str, Any]:
    """Figures, charts and lists of the overview."""
    today, currency = timezone.now().date(), actor.organization.currency
    rows = unit_costs.costs_by_initiative(actor, today=today)
    own = money_rollups.money_of_initiatives((row.initiative.pk for row in rows), actor=actor, scope="own")
    table = money_rollups.guardrails(actor)
    series = unit_costs.costs_by_month(rows, today=today, currency=currency)
    spikes = unit_costs.spikes(actor, since=today - SPIKES_SINCE)
    return {
        "rows": [
            (row, shown_month(row.latest), _spend(own.get(row.initiative.pk), row.initiative, table)) for row in rows
        ],
        "series": series,
        "trend": [value for _, value in series[0][1]],
        "last_month": next((point for point in reversed(series[0][1][:-1]) if point[1] is not None), None),
        "spikes": spikes,
        "gaps": unit_costs.cost_gaps(actor),
        "variances": [(row, SPEND_TONES[row.status]) for row in money_rollups.outside_guardrail(actor)],
        "currency": currency,
        "may_upload": actor.can("usage_record.create"),
    }


def _spend(figures: Any, initiative: Initiative, table: Any) -> dict[str, Any]:
    """Budget, estimate and whether it holds; everything unknown for an initiative without an approved case."""
    if figures is None:
        return {"status": SpendStatus.UNKNOWN, "tone": SPEND_TONES[SpendStatus.UNKNOWN], "figures": None}
    threshold = table.threshold_of(initiative.portfolio_id)
    status = money_rollups.spend_status(figures, threshold)
    note = "budget unknown"
    if figures.variance_rate is not None:
        budget = money(figures.plan_cost, figures.currency, compact=True)
        note = format_html("{}, {} on {}", status.label, percent(figures.variance_rate), budget)
    tone = SPEND_TONES[status] if status == SpendStatus.OVER else ""
    return {"status": status, "tone": SPEND_TONES[status], "figures": figures, "note": note, "stat_tone": tone}


@require_GET
def initiative_unit_economics(request: Any, organization: str, pk: Any) -> HttpResponse:
    """One initiative: cost by day and month, per what it was used for, budget, spikes, gaps, savings."""
    initiative = get_object_or_404(Initiative.objects.permitted(request.actor).select_related("portfolio"), pk=pk)
    context = {
        **initiative_context(initiative, request.actor),
        "initiative": initiative,
        "initiative_url": tenant_url(request, "portfolio:initiative_detail", pk=pk),
    }
    return render(request, "portfolio/initiative_unit_economics.html", context)


def initiative_context(initiative: Initiative, actor: Any) -> dict[str, Any]:
    """What the page shows: the panel's figures, unit costs by month, savings."""
    today = timezone.now().date()
    months = unit_costs.months_of(initiative, actor=actor, today=today)
    savings = CostOptimization.objects.permitted(actor).filter(initiative=initiative).select_related("owner__user")
    return {
        **_head(initiative, months, actor),
        "months": [shown_month(month) for month in months],
        "per_user": unit_costs.monthly_series(months, "cost_per_active_user", "Per active user", today=today),
        "per_actions": unit_costs.monthly_series(months, "cost_per_thousand_actions", "Per 1,000 actions", today=today),
        "savings": savings,
        "may_add_saving": actor.can("cost_optimization.create"),
    }


def panel_context(initiative: Initiative, actor: Any) -> dict[str, Any] | None:
    """What the panel on the initiative's own page shows; None without usage and budget, known after two queries."""
    months = unit_costs.months_of(initiative, actor=actor, today=timezone.now().date())
    figures = money_rollups.money_of_initiative(initiative, actor=actor, scope="own")
    return _head(initiative, months, actor, figures) if months or figures.cases else None


def _head(
    initiative: Initiative, months: list[UnitCostMonth], actor: Any, figures: MoneyFigures | None = None
) -> dict[str, Any]:
    """The newest month, the budget, the days of the last three months, spikes and gaps."""
    today = timezone.now().date()
    money_now = figures or money_rollups.money_of_initiative(initiative, actor=actor, scope="own")
    has_cost = any(month.cost is not None for month in months)
    return {
        "is_known": has_cost or money_now.estimate_at_completion is not None,
        "latest": shown_month(months[0]) if months else None,
        "cost_trend": [month.cost for month in reversed(months)],
        "daily": unit_costs.daily_series(initiative, actor=actor, today=today),
        "spend": _spend(money_now if money_now.cases else None, initiative, money_rollups.guardrails(actor)),
        "spikes": unit_costs.spikes(actor, since=today - SPIKES_SINCE, initiative=initiative),
        "gaps": unit_costs.cost_gaps(actor, initiative=initiative),
        "currency": actor.organization.currency,
    }


@require_GET
def priced_model_what_if(request: Any, organization: str, pk: Any) -> HttpResponse:
    """What a month would cost at another price of a model; nothing is written."""
    request.actor.require("model_price.view")
    model = get_object_or_404(PricedModel.objects.permitted(request.actor), pk=pk)
    today = timezone.now().date()
    form = WhatIfForm(
        request.GET if "amount" in request.GET else None, actor=request.actor, initial=_today(model, today)
    )
    effect = None
    if form.is_bound and form.is_valid():
        price = dict(form.cleaned_data)
        days = price.pop("days")
        effect = effect_of_price(model, NewPrice(**price), days=days, today=today, actor=request.actor)
    context = {"model": model, "form": form, "effect": effect}
    status = 422 if form.is_bound and effect is None else 200
    return render(request, "portfolio/price_what_if.html", context, status=status)


def _today(model: PricedModel, today: date) -> dict[str, Any]:
    """The form begins with the price of input tokens as it is today."""
    current = price_on(model, "input", today) or price_on(model, "image", today) or price_on(model, "gpu_hour", today)
    if current is None:
        return {"unit_quantity": 1_000_000, "days": 30}
    names = ("kind", "amount", "unit_quantity", "currency")
    return {**{name: getattr(current, name) for name in names}, "days": 30}


@dataclass(frozen=True)
class _Upload:
    """A kind of CSV file: what it is called, who may send it, what stores it, and where one goes afterwards."""

    title: str
    action: str
    load: Callable[..., FileResult]
    columns: tuple[str, ...]
    example: str
    back: str
    back_label: str

    def texts(self, request: Any) -> dict[str, Any]:
        """What its page says beside the form."""
        return {
            "heading": self.title,
            "back_label": self.back_label,
            "back_url": tenant_url(request, self.back),
            "columns": self.columns,
            "example": self.example,
        }


UPLOADS = {
    "exchange-rates": _Upload(
        "Upload exchange rates",
        "exchange_rate.create",
        spend_files.load_rates_file,
        spend_files.RATE_COLUMNS,
        "currency,valid_on,rate,source\nUSD,2026-01-01,0.92,Central bank",
        "portfolio:exchange_rate_list",
        "Exchange rates",
    ),
    "prices": _Upload(
        "Upload a price list",
        "model_price.create",
        spend_files.load_prices_file,
        spend_files.PRICE_COLUMNS,
        "provider,model,kind,valid_from,amount,currency,unit_quantity\n"
        "Northlight,lumen-2,input,2026-01-01,3.00,USD,1000000",
        "portfolio:priced_model_list",
        "Price book",
    ),
    "usage": _Upload(
        "Upload usage",
        "usage_record.create",
        spend_files.load_usage_file,
        spend_files.USAGE_COLUMNS,
        "initiative,used_on,provider,model,input_tokens,output_tokens,requests,source_id\n"
        "AI-12,2026-01-31,Northlight,lumen-2,1200000,240000,5100,2026-01-31/AI-12",
        "portfolio:usage_record_list",
        "Usage",
    ),
    "kpi-observations": _Upload(
        "Upload KPI values",
        "kpi_observation.create",
        load_observations_file,
        OBSERVATION_COLUMNS,
        "kpi,observed_at,value,source_id\nhandling-time,2026-01-31,252.5,2026-01-31/handling-time",
        "portfolio:kpi_list",
        "KPIs",
    ),
}


@require_http_methods(["GET", "POST"])
def upload(request: Any, organization: str, kind: str) -> HttpResponse:
    """A CSV file of prices, rates or usage: stored as a whole, or refused with every bad line."""
    chosen = UPLOADS[kind]
    request.actor.require(chosen.action)
    form = UploadForm(request.POST or None, request.FILES or None)
    result: FileResult | None = None
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["file"].read()
            result = chosen.load(content, actor=request.actor, today=timezone.now().date())
        except DomainError as error:
            add_refusal(form, error)
    if result is not None and not result.problems:
        messages.success(request, f"{result.rows:,} rows read, {result.stored:,} of them new or changed.")
        return redirect_to(tenant_url(request, chosen.back))
    context = {**chosen.texts(request), "form": form, "result": result}
    return render(request, "portfolio/spend_upload.html", context, status=422 if request.method == "POST" else 200)
