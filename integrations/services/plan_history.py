"""Replays the history of a plan: reads it, finds our initiatives in it, and stores what it says."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from integrations.enums import Relation
from integrations.models import ExternalReference
from integrations.services.importer.naming import system_named_by
from integrations.services.importer.outcome import Outcome
from integrations.services.importer.plan_history import (
    History,
    read_changes,
    read_entries,
    read_good_changes,
    read_history,
)
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


@transaction.atomic
def run_history(
    content: bytes, *, file_name: str, system: str, is_dry_run: bool, skips_bad_changes: bool, actor: Actor
) -> tuple[Outcome, str]:
    """Replay a file, or check it, as an import; answers what came of it, and of which system the history is.

    A check does what an import does and takes it back, and so does an import with a change that cannot be read, unless
    those are to be left out. Lines of problems are places in the list.
    """
    actor.require("plan_history_entry.create")
    entries = read_entries(content)
    outcome = Outcome(row_count=len(entries))
    history = read_good_changes(entries, outcome.problems)
    outcome.rejected_count = len(outcome.problems.rejected_lines)
    outcome.is_refused = bool(outcome.rejected_count) and not skips_bad_changes
    with transaction.atomic():
        replay = _replay(history, system, fallback=system_named_by(file_name), actor=actor)
        if is_dry_run or outcome.is_refused:
            transaction.set_rollback(True)
    if is_dry_run or not outcome.is_refused:
        outcome.created_count, outcome.unchanged_count = replay.created, replay.known
    if replay.passed_over:
        outcome.problems.warning(None, f"{replay.passed_over:,} changes are of fields a plan history does not hold.")
    if replay.unmatched:
        told = f"{replay.unmatched:,} of {replay.records:,} records are no initiatives here; their history is kept."
        outcome.problems.warning(None, told)
    return outcome, replay.system


def _replay(history: History, system: str, *, fallback: str, actor: Actor) -> Replay:
    ids = history.external_ids
    name, matched = _matched(ids, system, fallback)
    visible = set(Initiative.objects.permitted(actor).filter(pk__in=matched.values()).values_list("pk", flat=True))
    initiatives = {external_id: pk for external_id, pk in matched.items() if pk in visible}
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


def _matched(ids: Collection[str], system: str, fallback: str) -> tuple[str, dict[str, UUID]]:
    """The system, given or the one that knows most of the ids, and the initiatives it knows them as."""
    references = ExternalReference.objects.filter(target_model=TARGET, relation=Relation.SAME)
    if system:
        references = references.filter(system=system)
    known: dict[str, dict[str, UUID]] = defaultdict(dict)
    for name, external_id, target in references.order_by("system").values_list("system", "external_id", "target_id"):
        known[name][external_id] = target
    found = {name: _named(ids, targets) for name, targets in known.items()}
    best = max(found, key=lambda name: len(found[name]), default="")
    return (best, found[best]) if best and found[best] else (system or fallback, {})


def _named(ids: Collection[str], targets: Mapping[str, UUID]) -> dict[str, UUID]:
    """Targets by the id itself, or by the part before a hyphen (`127` is `127-user-namespaces`) if only one has it."""
    heads = Counter(external_id.partition("-")[0] for external_id in targets)
    by_head = {external_id.partition("-")[0]: target for external_id, target in targets.items()}
    found = {}
    for each in ids:
        target = targets.get(each) or (by_head[each] if heads[each] == 1 else None)
        if target is not None:
            found[each] = target
    return found
