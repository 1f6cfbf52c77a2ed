"""Reads of saved views."""

from django.db.models import QuerySet

from collaboration.models import SavedView
from tenancy.actor import Actor


def saved_views_for(actor: Actor, *, screen: str) -> QuerySet[SavedView]:
    """The views of one list that the actor may open, by name, each with its owner's person."""
    views = SavedView.objects.permitted(actor).filter(screen=screen).select_related("owner__user")
    return views.order_by("name", "id")
