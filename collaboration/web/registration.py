"""Collaboration's entries in the navigation, the palette, lists and histories."""

from collections.abc import Iterator

from collaboration.selectors import documents
from collaboration.selectors.custom_field_history import CustomFieldHistory
from collaboration.web.saved_views import StoredSavedViews
from core.web.navigation import register_item
from core.web.palette import SearchHit, register_command, register_search
from core.web.saved_views import register_saved_view_provider
from core.web.urls import tenant_url
from tenancy.actor import Actor
from tenancy.selectors.history import register_unpacking


def find_documents(actor: Actor, text: str, limit: int) -> Iterator[SearchHit]:
    """Documents by title, for the palette and the search page."""
    for document in documents.matching(actor, text, limit=limit):
        url = tenant_url(actor, "collaboration:document_detail", pk=document.pk)
        yield SearchHit(document.title, document.get_kind_display(), url, "file-text", "Document")


def register() -> None:
    """Called once when the app is ready."""
    register_saved_view_provider(StoredSavedViews())
    register_unpacking("custom_fields", CustomFieldHistory)
    register_search(find_documents)
    register_item(
        "portfolio", "Documents", "collaboration:document_list", icon="file-text", action="document.view", order=76
    )
    register_command(
        "Documents", "collaboration:document_list", action="document.view", keywords=("prd", "memo"), icon="file-text"
    )
    register_command(
        "New document", "collaboration:document_create", action="document.create", keywords=("prd", "memo"), icon="plus"
    )
    register_item(
        "settings",
        "Document templates",
        "collaboration:document_template_list",
        icon="template",
        action="document_template.change",
        order=75,
    )
    register_item(
        "settings",
        "Custom fields",
        "collaboration:custom_field_list",
        icon="columns-3",
        action="custom_field.change",
        order=70,
    )
    register_command("New custom field", "collaboration:custom_field_create", action="custom_field.create", icon="plus")
