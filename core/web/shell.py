"""What tenancy puts into the frame around every page: the person's organizations and the user menu."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a menu; `is_post` makes it a form with one button, as signing out needs."""

    label: str
    url: str
    icon: str = ""
    is_current: bool = False
    is_post: bool = False


LinkProvider = Callable[[Any], list[Link]]

_organizations: list[LinkProvider] = []
_user_menu: list[LinkProvider] = []


def register_organization_links(provider: LinkProvider) -> LinkProvider:
    """Add `provider(request)`: the organizations of the signed-in person. Usable as a decorator."""
    if provider not in _organizations:
        _organizations.append(provider)
    return provider


def register_user_menu(provider: LinkProvider) -> LinkProvider:
    """Add `provider(request)`: entries of the user menu, such as profile, notifications, sign out."""
    if provider not in _user_menu:
        _user_menu.append(provider)
    return provider


def organization_links(request: Any) -> list[Link]:
    return [link for provider in _organizations for link in provider(request)]


def user_menu_links(request: Any) -> list[Link]:
    return [link for provider in _user_menu for link in provider(request)]
