"""Replays the history of a plan: reads it, finds our initiatives in it, and stores what it says."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count

from integrations.enums import Relation
from integrations.models import ExternalReference
from integrations.services.importer.plan_history import History, read_changes, read_history
from integrations.services.imports import system_named_by
from portfolio.models import Initiative
from roadmap.services.plan_history import record_history
from tenancy.actor import Actor

TARGET = "portfolio.initiative"


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to; `unmatched` counts records that are no initiatives here."""

    system: str
    changes: int
    passed_over: int
    records: int
    unmatched: int
    created: int
    known: int


def replay_file(content: bytes, *, file_name: str, actor: Actor, system: str = "") -> Replay:
    """Replay a JSON file. Without `system` it is the one that knows most of the file's records by their ids.

    Where none knows any, it is named like the file. The same file again changes nothing.
    """
    actor.require("plan_history_entry.create")
    return _replay(read_history(content), system or "", fallback=system_named_by(file_name), actor=actor)


def replay_changes(changes: Any, *, system: str, actor: Actor) -> Replay:
    """Replay a list of changes as REST brings it."""
    actor.require("plan_history_entry.create")
    return _replay(read_changes(changes), system, fallback="history", actor=actor)


def _replay(history: History, system: str, *, fallback: str, actor: Actor) -> Replay:
    ids = history.external_ids
    name = system or _knowing(ids) or fallback
    initiatives = _initiatives(ids, name, actor)
    rows = [replace(row, initiative=initiatives.get(row.external_id)) for row in history.rows]
    recorded = record_history(rows, system=name, actor=actor)
    return Replay(
        system=name,
        changes=history.changes,
        passed_over=history.passed_over,
        records=len(ids),
        unmatched=len(ids - initiatives.keys()),
        created=recorded.created,
        known=recorded.known,
    )


def _references(ids: Collection[str]) -> Any:
    return ExternalReference.objects.filter(target_model=TARGET, relation=Relation.SAME, external_id__in=ids)


def _knowing(ids: Collection[str]) -> str:
    counted = _references(ids).order_by().values("system").annotate(count=Count("pk")).order_by("-count", "system")
    best = counted.first()
    return best["system"] if best else ""


def _initiatives(ids: Collection[str], system: str, actor: Actor) -> dict[str, UUID]:
    """Initiatives the actor may see by the id the system gives them."""
    found = dict(_references(ids).filter(system=system).values_list("external_id", "target_id"))
    visible = set(Initiative.objects.permitted(actor).filter(pk__in=found.values()).values_list("pk", flat=True))
    return {external_id: pk for external_id, pk in found.items() if pk in visible}
