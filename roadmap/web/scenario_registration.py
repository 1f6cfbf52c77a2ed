"""Addresses and navigation of scenarios."""

from django.urls import path

from core.web.choosers import register_chooser
from core.web.navigation import register_item
from core.web.palette import register_command
from core.web.tones import register_tones
from portfolio.hooks import selection_uses, waiting_for_me
from roadmap.enums import ScenarioStatus
from roadmap.web import scenario_decision_pages as decision
from roadmap.web import scenario_demand_pages as demands
from roadmap.web import scenario_pages as pages
from roadmap.web.scenario_screens import ScenarioScreen

_ONE = "scenarios/<uuid:pk>/"

urlpatterns = [
    path("roadmaps/<uuid:pk>/scenarios/", pages.compared, name="roadmap_scenarios"),
    path("roadmaps/<uuid:pk>/scenarios/from-selection/", pages.of_selection, name="roadmap_scenario_of_selection"),
    path("selection-results/<uuid:pk>/scenario/", pages.of_result, name="selection_result_scenario"),
    path(f"{_ONE}items/<uuid:item_pk>/", pages.item, name="scenario_item"),
    path(f"{_ONE}items/<uuid:item_pk>/toggle/", pages.toggle, name="scenario_toggle"),
    path(f"{_ONE}items/<uuid:item_pk>/demands/add/", demands.add_demand, name="scenario_demand_add"),
    path(f"{_ONE}items/<uuid:item_pk>/demands/<uuid:demand_pk>/", demands.demand, name="scenario_demand"),
    path(f"{_ONE}submit/", pages.submit, name="scenario_submit"),
    path(f"{_ONE}withdraw/", pages.withdraw, name="scenario_withdraw"),
    path(f"{_ONE}discard/", pages.discard, name="scenario_discard"),
    path(f"{_ONE}copy/", pages.copy, name="scenario_copy"),
    path(f"{_ONE}compare/", pages.compare_one, name="scenario_compare_one"),
    path(f"{_ONE}decide/", decision.decide, name="scenario_decide"),
    path(f"{_ONE}refuse/", decision.refuse, name="scenario_refuse"),
    path("scenario-changes/<uuid:pk>/resolve/", pages.resolve, name="scenario_change_resolve"),
    *ScenarioScreen.get_urls("scenarios"),
]


def register() -> None:
    """Called once when the app is ready."""
    register_item("roadmap", "Scenarios", "roadmap:scenario_list", icon="git-branch", action="scenario.view", order=50)
    register_command(
        "New scenario",
        "roadmap:scenario_create",
        action="scenario.create",
        keywords=["what if", "plan", "compare", "sandbox"],
        icon="git-branch",
    )
    register_chooser(
        "roadmap.Scenario",
        ordering=["name", "pk"],
        related=["roadmap"],
        note=lambda row: f"{row.roadmap.name} · {row.get_status_display()}",
    )
    register_tones({ScenarioStatus.SUBMITTED: "info", ScenarioStatus.DISCARDED: "neutral"})
    waiting_for_me.register(decision.scenarios_waiting)
    selection_uses.register(pages.scenario_step)
