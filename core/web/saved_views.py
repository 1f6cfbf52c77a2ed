"""Saved list views. Their model lives on a higher floor, which registers itself here as provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.urls import get_resolver

# Who may open a view besides its owner, as the forms offer it.
SHARINGS = (("private", "Only me"), ("teams", "My teams"), ("organization", "Everyone here"))


def chosen_sharing(value: str) -> str:
    """The value a form sent, or "private" for one it did not offer."""
    return value if value in {*dict(SHARINGS), "public"} else "private"


@dataclass(frozen=True, slots=True)
class SavedViewEntry:
    """One saved view of one screen. `query` is an URL query string without "?"; it includes columns and order.

    `sharing` is one of SHARINGS.
    """

    key: str
    name: str
    query: str
    sharing: str = "private"
    is_default: bool = False
    can_delete: bool = False
    owner_label: str = ""

    @property
    def is_shared(self) -> bool:
        """Whether anybody but its owner sees it."""
        return self.sharing != "private"


class SavedViewProvider(Protocol):
    """Stores saved views; `screen` is the list's URL name, such as "portfolio:initiative_list"."""

    def list(self, actor: Any, screen: str) -> Sequence[SavedViewEntry]:
        """The actor's own views and those shared with them, in the order to show them."""

    def save(self, actor: Any, screen: str, *, name: str, query: str, sharing: str, is_default: bool) -> SavedViewEntry:
        """Create the view, or replace the actor's own view of that name."""

    def delete(self, actor: Any, screen: str, key: str) -> None:
        """Delete the actor's own view; raises a DomainError when it is somebody else's."""


_registered: dict[str, SavedViewProvider] = {}


def register_saved_view_provider(provider: SavedViewProvider | None) -> None:
    """Set the one provider; None takes saved views off every list."""
    _registered.clear()
    if provider is not None:
        _registered["provider"] = provider


def saved_view_provider() -> SavedViewProvider | None:
    """The registered provider, or None when saved views are not available."""
    return _registered.get("provider")


_screens: set[str] = set()


def register_list_screen(url_name: str) -> None:
    """Called for every list that can have saved views, when its addresses are made."""
    _screens.add(url_name)


def list_screens() -> frozenset[str]:
    """URL names of the lists that can have saved views; loads the addresses first, which a worker has not."""
    _ = get_resolver().url_patterns
    return frozenset(_screens)
