"""Addresses and navigation of baselines, slippage and predictability."""

from django.urls import path

from core.web.navigation import register_item
from core.web.palette import register_command
from core.web.tones import register_tones
from roadmap.web.baseline_screens import BaselineScreen, ItemRescopeScreen, PlanHistoryEntryScreen
from roadmap.web.history_pages import compare, compare_baseline, kept, slipped

urlpatterns = [
    path("roadmaps/<uuid:pk>/compare/", compare, name="roadmap_compare"),
    path("baselines/<uuid:pk>/compare/", compare_baseline, name="baseline_compare"),
    *BaselineScreen.get_urls("baselines"),
    path("slippage/", slipped, name="slippage"),
    path("predictability/", kept, name="predictability"),
    *ItemRescopeScreen.get_urls("changed-promises"),
    *PlanHistoryEntryScreen.get_urls("plan-history"),
]


def register() -> None:
    """Called once when the app is ready."""
    for label, name, icon, order in (
        ("Baselines", "baseline_list", "bookmark", 60),
        ("Slippage", "slippage", "trending-down", 62),
        ("Predictability", "predictability", "gauge", 64),
    ):
        register_item("roadmap", label, f"roadmap:{name}", icon=icon, action="baseline.view", order=order)
    register_command(
        "Take baseline",
        "roadmap:baseline_create",
        action="baseline.create",
        keywords=["snapshot", "freeze", "compare"],
        icon="bookmark",
    )
    register_tones({"quarter_start": "neutral", "approval": "success", "manual": "info"})
