"""The integrations' entries in the navigation, the palette and other pages."""

from core.web.navigation import register_item, register_section
from core.web.palette import register_command
from core.web.tones import register_tones
from integrations.web.references import references_panel
from portfolio.hooks import initiative_panels


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
    register_command(
        "Import a file",
        "integrations:import_run_create",
        action="import_run.create",
        keywords=["csv", "json", "spreadsheet", "upload", "portfolio", "migrate"],
        icon="file-import",
    )
    register_command(
        "Imports", "integrations:import_run_list", action="import_run.view", keywords=["history", "csv"], icon="history"
    )
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
