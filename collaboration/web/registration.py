"""Collaboration's entries in the navigation, the palette, lists and histories."""

from collaboration.selectors.custom_field_history import CustomFieldHistory
from collaboration.web.saved_views import StoredSavedViews
from core.web.navigation import register_item
from core.web.palette import register_command
from core.web.saved_views import register_saved_view_provider
from tenancy.selectors.history import register_unpacking


def register() -> None:
    """Called once when the app is ready."""
    register_saved_view_provider(StoredSavedViews())
    register_unpacking("custom_fields", CustomFieldHistory)
    register_item(
        "settings",
        "Custom fields",
        "collaboration:custom_field_list",
        icon="columns-3",
        action="custom_field.change",
        order=70,
    )
    register_command("New custom field", "collaboration:custom_field_create", action="custom_field.create", icon="plus")
