"""Commands and search hits of the command palette; apps register both in `apps.ready()`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.web.actor import may
from core.web.urls import tenant_url


@dataclass(frozen=True, slots=True)
class Command:
    label: str
    url_name: str
    action: str | None = None
    keywords: tuple[str, ...] = ()
    icon: str = "arrow-right"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One thing found: `kind` is its group heading ("Initiative"), `sublabel` tells namesakes apart."""

    label: str
    sublabel: str
    url: str
    icon: str
    kind: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    label: str
    hits: Sequence[SearchHit]


SearchProvider = Callable[[Any, str, int], Iterable[SearchHit]]

_commands: dict[tuple[str, str], Command] = {}
_providers: list[SearchProvider] = []


def register_command(
    label: str,
    url_name: str,
    action: str | None = None,
    keywords: Iterable[str] = (),
    icon: str = "arrow-right",
) -> None:
    """Offer an address as a command to actors who may do `action`."""
    _commands[label, url_name] = Command(label, url_name, action, tuple(keywords), icon)


def register_search(provider: SearchProvider) -> SearchProvider:
    """Add `provider(actor, text, limit)`; it must return only what the actor may see. Usable as a decorator."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def search(actor: Any, text: str, limit: int) -> list[HitGroup]:
    """Hits of every provider, grouped by kind in order of first appearance; none for a blank text."""
    if not text.strip():
        return []
    grouped: dict[str, list[SearchHit]] = {}
    for provider in _providers:
        for hit in provider(actor, text.strip(), limit):
            grouped.setdefault(hit.kind, []).append(hit)
    return [HitGroup(kind, hits[:limit]) for kind, hits in grouped.items()]


def commands(actor: Any, text: str, limit: int) -> list[SearchHit]:
    """Commands whose label or keywords contain every word of `text`, those starting with it first."""
    words = text.lower().split()
    found = [
        (not command.label.lower().startswith(text.strip().lower()), command.label, command)
        for command in _commands.values()
        if _matches(command, words) and may(actor, command.action)
    ]
    found.sort(key=lambda entry: entry[:2])
    return [
        SearchHit(command.label, "", tenant_url(actor, command.url_name), command.icon, "Command")
        for _, _, command in found[:limit]
    ]


def _matches(command: Command, words: Sequence[str]) -> bool:
    haystack = " ".join((command.label, *command.keywords)).lower()
    return all(word in haystack for word in words)
