"""The entries of portfolio selection in the navigation and the palette."""

from core.web.navigation import register_item
from core.web.palette import register_command
from core.web.tones import register_tones

_TONES = {
    "searching": "info",
    "solved": "success",
    "changed": "warning",
    "optimal": "success",
    "within_gap": "info",
    "time_limit": "warning",
    "infeasible": "danger",
    "not_found": "danger",
    "must_do": "accent",
    "must_not": "danger",
}


def register() -> None:
    """Called once when the app is ready."""
    view, words = "selection_run.view", ("knapsack", "budget", "capacity", "optimize", "choose")
    list_name = "portfolio:selection_run_list"
    register_item("portfolio", "Selections", list_name, icon="filter", action=view, order=70)
    register_command("Selections", list_name, action=view, keywords=words, icon="filter")
    register_command(
        "New selection",
        "portfolio:selection_run_create",
        action="selection_run.create",
        keywords=("add", *words),
        icon="plus",
    )
    register_command(
        "Compare selections", "portfolio:selection_run_compare", action=view, keywords=("side by side",), icon="filter"
    )
    register_tones(_TONES)
