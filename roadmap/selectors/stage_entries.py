"""When initiatives entered stages, as the ledger saw it and imported history tells; and what that tells of PRDs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Min, Q

from portfolio.models import Initiative
from roadmap.enums import HistoryField
from roadmap.enums.history import PRD_COMPLETE
from roadmap.models import PlanHistoryEntry
from roadmap.selectors.ledger_rows import SAYS_WHERE
from tenancy.actor import Actor
from tenancy.scope import current_organization_id

# The stage an initiative was created in says nothing of when it got there.
_ENTRIES = """
SELECT record_id, changes::jsonb #>> '{{after,stage}}' AS stage, min(at) FROM tenancy_ledgerevent
WHERE organization_id = %s AND table_name = 'portfolio_initiative' AND operation = 'update'
    AND {says_where} AND changes::jsonb #>> '{{after,stage}}' = ANY(%s)
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class StageEntry:
    """The first time something entered a stage. `subject` is an initiative's id, or (system, external id).

    A PRD that was complete elsewhere is told like a stage, whose name is HistoryField.PRD.
    """

    subject: UUID | tuple[str, str]
    stage: str
    at: datetime


def stage_entries(stages: Iterable[str], *, actor: Actor) -> dict[UUID | tuple[str, str], dict[str, datetime]]:
    """First moments in the stages of everything the actor may see, by subject; three queries.

    Among the stages may be HistoryField.PRD: when imported history first calls the PRD complete. History of a record
    that is an initiative here counts as the initiative's; the earlier of two moments counts.
    """
    wanted = list(stages)
    found: dict[UUID | tuple[str, str], dict[str, datetime]] = {}
    for entry in (*_of_ledger(wanted, actor), *_of_history(wanted, actor)):
        known = found.setdefault(entry.subject, {})
        known[entry.stage] = min(entry.at, known.get(entry.stage, entry.at))
    return found


def _of_ledger(stages: list[str], actor: Actor) -> list[StageEntry]:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES.format(says_where=SAYS_WHERE), [current_organization_id(), stages])
        rows = cursor.fetchall()
    mentioned = Initiative.objects.permitted(actor).filter(pk__in={pk for pk, _, _ in rows})
    visible = set(mentioned.values_list("pk", flat=True))
    return [StageEntry(pk, stage, at) for pk, stage, at in rows if pk in visible]


def _of_history(stages: list[str], actor: Actor) -> list[StageEntry]:
    wanted = Q(field=HistoryField.STAGE, new_value__in=stages)
    if HistoryField.PRD in stages:
        wanted |= Q(field=HistoryField.PRD, new_value=PRD_COMPLETE)
    entries = PlanHistoryEntry.objects.permitted(actor).filter(wanted).order_by()
    rows = entries.values_list("initiative_id", "system", "external_id", "field", "new_value")
    return [
        StageEntry(initiative or (system, external_id), stage if field == HistoryField.STAGE else field, at)
        for initiative, system, external_id, field, stage, at in rows.annotate(at=Min("changed_at"))
    ]
