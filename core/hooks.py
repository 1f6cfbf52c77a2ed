"""Hooks: how a higher floor hears of, or refuses, what a lower floor does."""

from collections.abc import Callable
from typing import Any


class Hook:
    """A synchronous announcement in the caller's transaction.

    A listener refuses by raising a DomainError. There is no mode that swallows errors:
    a broken guard must stop the work it guards.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._listeners: list[Callable[..., None]] = []

    def register(self, listener: Callable[..., None]) -> Callable[..., None]:
        """Add a listener once; usable as a decorator."""
        if listener not in self._listeners:
            self._listeners.append(listener)
        return listener

    def run(self, **facts: Any) -> None:
        """Call every listener in order of registration with the same keyword arguments."""
        for listener in self._listeners:
            listener(**facts)

    @property
    def listeners(self) -> tuple[str, ...]:
        """Dotted names of the listeners, for the test that compares them with the expected list."""
        return tuple(f"{listener.__module__}.{listener.__qualname__}" for listener in self._listeners)


class Collector:
    """A question to higher floors: every provider answers with a list, the answers are joined."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._providers: list[Callable[..., list[Any]]] = []

    def register(self, provider: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        """Add a provider once; usable as a decorator."""
        if provider not in self._providers:
            self._providers.append(provider)
        return provider

    def collect(self, **facts: Any) -> list[Any]:
        """All answers, in order of registration."""
        return [answer for provider in self._providers for answer in provider(**facts)]

    def collect_others(self, own: Callable[..., list[Any]], **facts: Any) -> list[Any]:
        """All answers but those of the provider that asks."""
        return [answer for provider in self._providers if provider is not own for answer in provider(**facts)]
