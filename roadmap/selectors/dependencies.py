"""Reads of the dependency graph: what lies downstream, and which dependencies the dates contradict."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from roadmap.calc.precedence import Span, holds_start, shortfall_of, waits_for_start
from roadmap.calc.working_days import WorkingDays
from roadmap.enums import Agreement
from roadmap.models import Dependency, RoadmapItem
from roadmap.selectors.calendars import calendar_book
from tenancy.actor import Actor
from tenancy.scope import current_organization_id

_DOWNSTREAM = """
WITH RECURSIVE reached (predecessor_id, successor_id) AS (
    SELECT predecessor_id, successor_id FROM roadmap_dependency
    WHERE organization_id = %(organization)s AND predecessor_id = %(item)s
    UNION
    SELECT edge.predecessor_id, edge.successor_id
    FROM reached JOIN roadmap_dependency AS edge
        ON edge.organization_id = %(organization)s AND edge.predecessor_id = reached.successor_id
)
SELECT predecessor_id, successor_id FROM reached
"""

_ITEMS_DOWNSTREAM = """
WITH RECURSIVE reached (item_id) AS (
    SELECT unnest(%(items)s::uuid[])
    UNION
    SELECT edge.successor_id
    FROM reached JOIN roadmap_dependency AS edge
        ON edge.organization_id = %(organization)s AND edge.predecessor_id = reached.item_id
)
SELECT item_id FROM reached
"""


@dataclass(frozen=True, slots=True)
class Violation:
    """A dependency whose dates contradict it; `days` is by how many working days the successor is too early."""

    dependency_id: UUID
    days: int
    reason: str


def dependencies_downstream(item_id: UUID) -> list[tuple[UUID, UUID]]:
    """(predecessor, successor) of every dependency reachable from the item, hidden ones too: a cycle
    through a portfolio the actor cannot see is a cycle all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DOWNSTREAM, {"organization": current_organization_id(), "item": item_id})
        return cursor.fetchall()


def items_downstream(item_ids: Collection[UUID]) -> set[UUID]:
    """The items and everything that waits for them, however far down; hidden ones too."""
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS_DOWNSTREAM, {"organization": current_organization_id(), "items": list(item_ids)})
        return {key for (key,) in cursor.fetchall()}


def violations(
    dependencies: Iterable[Dependency], *, calendars: Mapping[UUID, WorkingDays] | None = None
) -> list[Violation]:
    """The violated ones, worst first; both ends must be loaded. An unscheduled end violates nothing.

    `calendars` holds the calendar of each successor; without it they are asked for, which is two queries at most.
    """
    rows = list(dependencies)
    if calendars is None:
        calendars = calendar_book().of_items({row.successor_id for row in rows}) if rows else {}
    found = [_violation(row, calendars[row.successor_id]) for row in rows]
    return sorted((each for each in found if each is not None), key=lambda each: (-each.days, each.reason))


def violations_for(actor: Actor, *, roadmap_id: UUID | None = None) -> list[Violation]:
    """Violated dependencies the actor may see, of one roadmap (either end on it) or of the organization."""
    visible = Dependency.objects.permitted(actor).select_related("predecessor", "successor")
    return violations(visible if roadmap_id is None else visible.touching(roadmap_id))


def requests_to(actor: Actor) -> list[Dependency]:
    """Unanswered requests for a date by others, of items whose initiative the person leads; oldest first."""
    if actor.user is None or not actor.can("dependency.answer"):
        return []
    asked = Dependency.objects.permitted(actor).filter(
        agreement=Agreement.REQUESTED, predecessor__initiative__lead__user=actor.user
    )
    others = asked.exclude(requested_by__user=actor.user)
    return list(others.select_related("predecessor", "successor").order_by("updated_at", "id"))


def _violation(dependency: Dependency, calendar: WorkingDays) -> Violation | None:
    predecessor, successor = dependency.predecessor, dependency.successor
    kind, lag_days = dependency.kind, dependency.lag_days
    found = shortfall_of(
        kind, lag_days=lag_days, predecessor=_span(predecessor), successor=_span(successor), calendar=calendar
    )
    if found is None:
        return None
    reason = (
        f"“{successor.title}” {'starts' if holds_start(kind) else 'ends'} {_days(found.days)} too early: "
        f"“{predecessor.title}” {'starts' if waits_for_start(kind) else 'ends'} on {_day(found.anchor_on)}"
        f"{_lag(lag_days)}, so {_day(found.earliest_on)} is the earliest."
    )
    return Violation(dependency.pk, found.days, reason)


def _span(item: RoadmapItem) -> Span:
    return Span(item.start_on, item.end_on)


def _days(count: int) -> str:
    return "1 working day" if count == 1 else f"{count} working days"


def _lag(days: int) -> str:
    if days == 0:
        return ""
    return f" plus {_days(days)}" if days > 0 else f" less {_days(-days)}"


def _day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"
