"""The integrations' entries in the navigation, the palette and other pages."""

from core.web.navigation import register_item, register_section
from core.web.palette import register_command
from core.web.tones import register_tones
from core.web.urls import tenant_url
from integrations.web.references import references_panel
from portfolio.hooks import initiative_panels
from roadmap.hooks import plan_history_sources
from tenancy.actor import Actor


def history_upload(*, actor: Actor) -> list[str]:
    """Where the actor can upload the history another tool recorded."""
    may_upload = actor.can("import_run.create") and actor.can("plan_history_entry.create")
    return [tenant_url(actor, "integrations:plan_history_upload")] if may_upload else []


def register() -> None:
    """Called once when the app is ready."""
    register_section("integrations", "Integrations", icon="plug-connected", order=60)
    register_item(
        "integrations",
        "Imports",
        "integrations:import_run_list",
        icon="file-import",
        action="import_run.view",
        order=10,
    )
    register_item(
        "integrations",
        "External references",
        "integrations:external_reference_list",
        icon="link",
        action="external_reference.view",
        order=20,
    )
    _register_commands()
    plan_history_sources.register(history_upload)
    register_tones(
        {
            "import_uploaded": "neutral",
            "import_waiting": "info",
            "import_succeeded": "success",
            "import_refused": "danger",
            "import_failed": "danger",
        }
    )
    initiative_panels.register(references_panel)


def _register_commands() -> None:
    register_command(
        "Import a file",
        "integrations:import_run_create",
        action="import_run.create",
        keywords=["csv", "json", "spreadsheet", "upload", "portfolio", "migrate"],
        icon="file-import",
    )
    register_command(
        "Import plan history",
        "integrations:plan_history_upload",
        action="import_run.create",
        keywords=["slippage", "releases", "changes", "replay", "json"],
        icon="history",
    )
    register_command(
        "Imports", "integrations:import_run_list", action="import_run.view", keywords=["history", "csv"], icon="history"
    )
