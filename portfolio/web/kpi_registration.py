"""Addresses and navigation of the KPI pages."""

from typing import Any

from django.urls import path
from django.utils import timezone

from core.web.navigation import register_item
from core.web.palette import register_command
from portfolio.hooks import initiative_panels
from portfolio.models import Initiative
from portfolio.selectors.kpi_benefits import benefits_of_initiative
from portfolio.web import kpi_pages
from portfolio.web.kpi_figures import benefit_charts
from tenancy.actor import Actor

urlpatterns = [
    path("kpis/dashboard/", kpi_pages.dashboard, name="kpi_dashboard"),
    path("kpis/library/", kpi_pages.library, name="kpi_library"),
    path("kpis/library/adopt/", kpi_pages.adopt, name="kpi_adopt"),
    path("kpis/<uuid:pk>/targets/new/", kpi_pages.create_target, name="kpi_target_create"),
    path("kpi-targets/<uuid:pk>/edit/", kpi_pages.edit_target, name="kpi_target_edit"),
    path("kpi-targets/<uuid:pk>/remove/", kpi_pages.remove_target, name="kpi_target_remove"),
]


def register() -> None:
    """Called once when the app is ready."""
    register_item("portfolio", "KPI dashboard", "portfolio:kpi_dashboard", icon="gauge", action="kpi.view", order=50)
    for label, name, icon, words in (
        ("KPI dashboard", "kpi_dashboard", "gauge", ("dashboard", "sparklines", "targets", "health")),
        ("KPI library", "kpi_library", "book", ("adopt", "definitions", "metrics")),
    ):
        register_command(label, f"portfolio:{name}", action="kpi.view", keywords=words, icon=icon)
    initiative_panels.register(benefits_panel)


def benefits_panel(initiative: Initiative, actor: Actor) -> list[tuple[str, str, dict[str, Any]]]:
    """Benefits that KPIs measure, on the initiative's page; left out while there are none."""
    benefits = benefits_of_initiative(initiative, actor=actor, today=timezone.now().date())
    if not benefits:
        return []
    context = {"benefits": benefit_charts(benefits)}
    return [("Benefits realised", "portfolio/_kpi_benefits.html", context)]
