"""What every page of the shell needs; also safe on pages without a session, a person or an organization."""

from typing import Any

from core.web.navigation import NavigationSection, navigation_for
from core.web.shell import organization_links, user_menu_links

THEMES = ("system", "light", "dark")


def theme_of(request: Any) -> str:
    """The theme chosen by cookie; "system" follows the operating system."""
    theme = request.COOKIES.get("theme", "system")
    return theme if theme in THEMES else "system"


def shell(request: Any) -> dict[str, Any]:
    """Context processor: `actor`, `organization`, `theme` and a lazy `shell` with navigation and menus."""
    actor = getattr(request, "actor", None)
    organization = getattr(actor, "organization", None)
    return {
        "actor": actor,
        "organization": organization,
        "theme": theme_of(request),
        "shell": Shell(request, actor if organization is not None else None),
    }


class Shell:
    """Computed when the template asks, so that fragments pay nothing for the navigation."""

    def __init__(self, request: Any, actor: Any) -> None:
        self.request = request
        self.actor = actor

    @property
    def sections(self) -> list[NavigationSection]:
        return navigation_for(self.actor, self.request.path) if self.actor else []

    @property
    def organizations(self) -> list[Any]:
        """Other organizations of the person, for the switcher."""
        return organization_links(self.request)

    @property
    def user_links(self) -> list[Any]:
        return user_menu_links(self.request)
