"""Addresses, navigation and hooks of the price book and unit economics."""

from typing import Any

from django.urls import path

from core.web.choosers import register_chooser
from core.web.navigation import register_item
from core.web.palette import register_command
from core.web.tones import register_tones
from portfolio.hooks import initiative_panels
from portfolio.models import Initiative
from portfolio.web import spend_pages
from portfolio.web.price_screens import ExchangeRateScreen, ModelPriceScreen, PricedModelScreen
from portfolio.web.spend_screens import CostOptimizationScreen, SpendGuardrailScreen, UsageRecordScreen
from tenancy.actor import Actor

urlpatterns = [
    path("unit-economics/", spend_pages.unit_economics, name="unit_economics"),
    path(
        "initiatives/<uuid:pk>/unit-economics/",
        spend_pages.initiative_unit_economics,
        name="initiative_unit_economics",
    ),
    path("price-book/<uuid:pk>/what-if/", spend_pages.priced_model_what_if, name="priced_model_what_if"),
    path("prices/upload/", spend_pages.upload, {"kind": "prices"}, name="model_price_upload"),
    path("exchange-rates/upload/", spend_pages.upload, {"kind": "exchange-rates"}, name="exchange_rate_upload"),
    path("usage/upload/", spend_pages.upload, {"kind": "usage"}, name="usage_record_upload"),
    *PricedModelScreen.get_urls("price-book"),
    *ModelPriceScreen.get_urls("prices"),
    *ExchangeRateScreen.get_urls("exchange-rates"),
    *UsageRecordScreen.get_urls("usage"),
    *CostOptimizationScreen.get_urls("cost-savings"),
    *SpendGuardrailScreen.get_urls("spend-guardrails"),
]


def register() -> None:
    """Called once when the app is ready."""
    items: tuple[tuple[str, str, str, str, int, tuple[str, ...]], ...] = (
        ("Unit economics", "unit_economics", "unit_cost_month.view", "coin", 60, ("cost", "tokens", "spend", "finops")),
        ("Cost savings", "cost_optimization_list", "cost_optimization.view", "wallet", 62, ("optimization", "backlog")),
        ("Price book", "priced_model_list", "priced_model.view", "tags", 64, ("prices", "models", "providers")),
    )
    commands: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
        ("Exchange rates", "exchange_rate_list", "exchange_rate.view", "switch-horizontal", ("currency", "fx")),
        ("Usage", "usage_record_list", "usage_record.view", "activity", ("tokens",)),
        ("Spend guardrails", "spend_guardrail_list", "spend_guardrail.view", "shield-check", ("variance", "budget")),
        ("New price", "model_price_create", "model_price.create", "plus", ("add",)),
        ("New cost saving", "cost_optimization_create", "cost_optimization.create", "plus", ("add",)),
    )
    for label, name, action, icon, order, words in items:
        register_item("portfolio", label, f"portfolio:{name}", icon=icon, action=action, order=order)
        register_command(label, f"portfolio:{name}", action=action, keywords=words, icon=icon)
    for label, name, action, icon, words in commands:
        register_command(label, f"portfolio:{name}", action=action, keywords=words, icon=icon)
    register_tones({"live": "success", "dropped": "neutral"})
    register_chooser("portfolio.PricedModel", ordering=["provider", "name", "pk"])
    initiative_panels.register(cost_panel)


def cost_panel(initiative: Initiative, actor: Actor) -> list[tuple[str, str, dict[str, Any]]]:
    """What the initiative's use of models costs, on its own page; left out while it uses none and has no budget."""
    context = spend_pages.panel_context(initiative, actor)
    if context is None:
        return []
    return [("AI cost and budget", "portfolio/_initiative_unit_costs.html", {**context, "initiative": initiative})]
