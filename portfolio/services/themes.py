"""Themes: create, change, delete."""

from typing import Any

from django.db import transaction

from portfolio.models import Theme
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"name", "description"})
TAKEN = {"portfolio_theme_name": ("name", "There is already a theme of this name.")}


@transaction.atomic
def create_theme(*, actor: Actor, **fields: Any) -> Theme:
    """A new theme."""
    actor.require("theme.create")
    named_action("theme.created")
    theme = Theme()
    assign(theme, fields, editable=EDITABLE)
    return save_checked(theme, taken=TAKEN)


@transaction.atomic
def change_theme(theme: Theme, *, actor: Actor, **changes: Any) -> Theme:
    """Change name or description."""
    actor.require("theme.change")
    locked: Theme = Theme.objects.for_update().get(pk=theme.pk)
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        named_action("theme.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def delete_theme(theme: Theme, *, actor: Actor) -> None:
    """Delete the theme; its initiatives stay, without a theme."""
    actor.require("theme.delete")
    named_action("theme.deleted")
    delete_checked(Theme.objects.for_update().get(pk=theme.pk))
