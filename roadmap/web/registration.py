"""The roadmap's entries in the navigation, the palette, search and other pages."""

from core.web.choosers import register_chooser
from core.web.navigation import register_item, register_section
from core.web.palette import register_command, register_search
from core.web.tones import register_tones
from portfolio.hooks import initiative_dependencies as dependencies_hook
from portfolio.hooks import initiative_panels, plan_initiatives
from roadmap.selectors.initiative_dependencies import initiative_dependencies
from roadmap.web import capacity_registration, history_registration, planning_registration, scenario_registration
from roadmap.web.panels import item_note, make_roadmap, search_roadmap, when_panel


def register() -> None:
    """Called once when the app is ready."""
    register_section("roadmap", "Roadmap", icon="map-2", order=30)
    register_item("roadmap", "Roadmaps", "roadmap:roadmap_list", icon="map-2", action="roadmap.view", order=10)
    register_item(
        "roadmap", "Items", "roadmap:roadmap_item_list", icon="timeline-event", action="roadmap_item.view", order=20
    )
    register_item("roadmap", "Milestones", "roadmap:milestone_list", icon="flag", action="milestone.view", order=30)
    register_item(
        "roadmap", "Dependencies", "roadmap:dependency_list", icon="route", action="dependency.view", order=40
    )
    register_item(
        "roadmap", "Public links", "roadmap:public_link_list", icon="link", action="public_link.view", order=90
    )
    register_command(
        "Roadmaps", "roadmap:roadmap_list", action="roadmap.view", keywords=["timeline", "plan", "gantt"], icon="map-2"
    )
    for label, noun, words in (
        ("New roadmap", "roadmap", ["add", "timeline", "plan"]),
        ("New roadmap item", "roadmap_item", ["add", "plan", "schedule"]),
        ("New milestone", "milestone", ["add", "release", "launch date"]),
        ("New dependency", "dependency", ["add", "blocks", "waits for"]),
    ):
        register_command(label, f"roadmap:{noun}_create", action=f"{noun}.create", keywords=words, icon="plus")
    register_search(search_roadmap)
    register_chooser("roadmap.RoadmapItem", ordering=["title", "start_on", "pk"], related=["roadmap"], note=item_note)
    register_tones({"planned": "neutral", "in_progress": "info", "done": "success"})
    initiative_panels.register(when_panel)
    dependencies_hook.register(initiative_dependencies)
    plan_initiatives.register(make_roadmap)
    planning_registration.register()
    capacity_registration.register()
    history_registration.register()
    scenario_registration.register()
