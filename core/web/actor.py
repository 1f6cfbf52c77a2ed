"""What the screens need of the person at work; tenancy's Actor satisfies it."""

from typing import Any, Protocol


class Organization(Protocol):
    slug: str
    name: str


class Actor(Protocol):
    """One person (or service account) acting in one organization."""

    user: Any

    @property
    def organization(self) -> Any:
        """The active Organization."""

    def can(self, action: str, obj: Any = None) -> bool:
        """True if the action is allowed, on `obj` when one is given."""


def may(actor: Any, action: str | None, obj: Any = None) -> bool:
    """True if there is nothing to ask for, or the actor is allowed to do it."""
    if action is None:
        return True
    return actor is not None and bool(actor.can(action, obj))
