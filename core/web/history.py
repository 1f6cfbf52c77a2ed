"""The history tab. The ledger lives on a higher floor, which registers itself here as provider."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one recorded change; a side is None when the value was empty or the row did not exist."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Who did what to a record, when and why. `changes` may hold Change or (label, before, after)."""

    at: datetime
    actor_label: str
    action_label: str
    reason: str = ""
    changes: Sequence[Change | tuple[str, str | None, str | None]] = ()

    @property
    def change_list(self) -> list[Change]:
        return [change if isinstance(change, Change) else Change(*change) for change in self.changes]


HistoryProvider = Callable[[Any, Any], list[HistoryEntry]]

_providers: list[HistoryProvider] = []


def register_history_provider(provider: HistoryProvider) -> HistoryProvider:
    """Add `provider(actor, obj)`. Usable as a decorator."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def history_of(actor: Any, obj: Any) -> list[HistoryEntry]:
    """Entries of all providers, newest first."""
    entries = [entry for provider in _providers for entry in provider(actor, obj)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)
