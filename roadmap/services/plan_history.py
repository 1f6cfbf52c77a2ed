"""Imported history: dated changes of targets and stages that another system recorded."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from roadmap.calc.releases import releases_between
from roadmap.enums import RELEASE_FIELDS
from roadmap.models import PlanHistoryEntry
from tenancy.actor import Actor
from tenancy.scope import named_action

BATCH = 1000
_KEY = ("external_id", "field", "changed_at", "sequence")


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change as the source tells it; values are "" where there was none, `initiative` None where we know none."""

    external_id: str
    field: str
    changed_at: datetime
    old_value: str
    new_value: str
    title: str = ""
    team_name: str = ""
    initiative: UUID | None = None


@dataclass(frozen=True, slots=True)
class RecordedHistory:
    """What came of a replay."""

    created: int
    known: int


@transaction.atomic
def record_history(rows: Iterable[HistoryRow], *, system: str, actor: Actor) -> RecordedHistory:
    """Store the changes that are not stored yet, in their order; the same rows again change nothing.

    What tells entries apart is the record, the field and the moment, and the order among changes of one field at one
    moment.
    """
    actor.require("plan_history_entry.create")
    entries = list(_entries(rows, system))
    stored = PlanHistoryEntry.objects.filter(system=system)
    known = set(stored.values_list(*_KEY))
    new = [entry for entry in entries if tuple(getattr(entry, name) for name in _KEY) not in known]
    named_action("plan_history.replayed", reason=system)
    # Two replays at once meet at the constraint; the later one finds the rows there.
    PlanHistoryEntry.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    created = stored.count() - len(known)
    return RecordedHistory(created, len(entries) - created)


def _entries(rows: Iterable[HistoryRow], system: str) -> Iterable[PlanHistoryEntry]:
    seen: Counter[tuple[str, str, datetime]] = Counter()
    for row in rows:
        key = (row.external_id, row.field, row.changed_at)
        is_release = row.field in RELEASE_FIELDS
        yield PlanHistoryEntry(
            system=system,
            external_id=row.external_id,
            initiative_id=row.initiative,
            title=row.title,
            team_name=row.team_name,
            field=row.field,
            changed_at=row.changed_at,
            old_value=row.old_value,
            new_value=row.new_value,
            releases_moved=releases_between(row.old_value, row.new_value) if is_release else None,
            sequence=seen[key],
        )
        seen[key] += 1
