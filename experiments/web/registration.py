"""Experiments' entries in the navigation, the palette, search and other pages."""

from core.web.choosers import register_chooser
from core.web.navigation import register_item, register_section
from core.web.palette import register_command, register_search
from core.web.tones import register_tones
from experiments.web.panels import evidence_panel, search_experiments
from portfolio.hooks import initiative_panels

TONES = {
    "draft": "neutral",
    "running": "accent",
    "stopped": "warning",
    "decided": "violet",
    "primary": "accent",
    "secondary": "neutral",
    "guardrail": "violet",
    "ship": "success",
    "stop": "danger",
    "iterate": "info",
    "continue": "info",
    "inconclusive": "warning",
}


def register() -> None:
    """Called once when the app is ready."""
    register_section("experiments", "Experiments", icon="flask", order=40)
    register_item(
        "experiments", "Experiments", "experiments:experiment_list", icon="flask", action="experiment.view", order=10
    )
    register_item("experiments", "Metrics", "experiments:metric_list", icon="target", action="metric.view", order=20)
    register_command(
        "Experiments",
        "experiments:experiment_list",
        action="experiment.view",
        keywords=["test", "ab", "readout", "evidence"],
        icon="flask",
    )
    register_command(
        "New experiment",
        "experiments:experiment_create",
        action="experiment.create",
        keywords=["add", "test", "hypothesis"],
        icon="plus",
    )
    register_command(
        "New metric", "experiments:metric_create", action="metric.create", keywords=["add", "measure"], icon="plus"
    )
    register_search(search_experiments)
    register_chooser(
        "experiments.Experiment",
        key="key",
        ordering=["name", "pk"],
        note=lambda row: f"{row.key} · {row.get_status_display()}",
    )
    register_tones(TONES)
    initiative_panels.register(evidence_panel)
