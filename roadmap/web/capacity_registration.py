"""Addresses and navigation of capacity."""

from django.urls import path

from core.web.choosers import register_chooser
from core.web.navigation import register_item
from core.web.palette import register_command
from core.web.tones import register_tones
from roadmap.web import capacity_pages as pages
from roadmap.web.capacity_screens import (
    AllocationTargetScreen,
    ResourceDemandScreen,
    ResourceScreen,
    TeamCapacityScreen,
)

urlpatterns = [
    path("capacity/", pages.heat_map, name="capacity"),
    path("capacity/cell/", pages.cell, name="capacity_cell"),
    path("capacity/teams/<uuid:pk>/", pages.team_sheet, name="team_sheet"),
    path("capacities/upload/", pages.upload, name="team_capacity_upload"),
    path("allocation/", pages.shares, name="allocation"),
    path("items/<uuid:pk>/take-over-staffing/", pages.take_over, name="roadmap_item_take_over"),
    *ResourceScreen.get_urls("resources"),
    *TeamCapacityScreen.get_urls("capacities"),
    *ResourceDemandScreen.get_urls("demands"),
    *AllocationTargetScreen.get_urls("allocation-targets"),
]


def register() -> None:
    """Called once when the app is ready."""
    for label, name, action, icon, order, words in (
        ("Capacity", "capacity", "team_capacity.view", "users-group", 50, ["heat map", "utilisation", "overload"]),
        ("Allocation", "allocation", "allocation_target.view", "chart-donut", 52, ["targets", "tech debt", "platform"]),
        ("Resources", "resource_list", "resource.view", "tool", 54, ["roles", "skills", "GPU-hours", "labelling"]),
    ):
        register_item("roadmap", label, f"roadmap:{name}", icon=icon, action=action, order=order)
        register_command(label, f"roadmap:{name}", action=action, keywords=words, icon=icon)
    for label, noun in (("New resource", "resource"), ("New allocation target", "allocation_target")):
        register_command(label, f"roadmap:{noun}_create", action=f"{noun}.create", keywords=["add"], icon="plus")
    register_tones({"role": "accent", "skill": "info", "gpu_hours": "violet", "labelling": "warning"})
    register_chooser("roadmap.Resource", ordering=["name", "pk"], note=lambda row: row.get_kind_display())
