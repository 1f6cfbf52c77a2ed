"""Reads of the dependency graph: what lies downstream, and which dependencies the dates contradict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection

from roadmap.enums import DependencyKind
from roadmap.models import Dependency, RoadmapItem
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


@dataclass(frozen=True, slots=True)
class Span:
    """A title and the first and last day of an item."""

    title: str
    start_on: date
    end_on: date


@dataclass(frozen=True, slots=True)
class Violation:
    """A dependency whose dates contradict it; `days` is by how many days the successor is too early."""

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


def violation_of(
    dependency_id: UUID, *, kind: str, lag_days: int, predecessor: Span, successor: Span
) -> Violation | None:
    """How the dates contradict a dependency, or None when they keep it.

    Days are calendar days and both dates of an item are worked, so that a finish-to-start successor starts
    on the day after its predecessor's last, plus the lag. A start-to-finish successor may end on the eve of the
    predecessor's start. Source: PMBOK Guide, precedence diagramming method.
    """
    starts_with = kind in (DependencyKind.START_TO_START, DependencyKind.START_TO_FINISH)
    holds_start = kind in (DependencyKind.FINISH_TO_START, DependencyKind.START_TO_START)
    base = predecessor.start_on if starts_with else predecessor.end_on
    shift = {DependencyKind.FINISH_TO_START: 1, DependencyKind.START_TO_FINISH: -1}.get(DependencyKind(kind), 0)
    earliest = base + timedelta(days=lag_days + shift)
    actual = successor.start_on if holds_start else successor.end_on
    days = (earliest - actual).days
    if days <= 0:
        return None
    reason = (
        f"“{successor.title}” {'starts' if holds_start else 'ends'} {_days(days)} too early: "
        f"“{predecessor.title}” {'starts' if starts_with else 'ends'} on {_day(base)}"
        f"{_lag(lag_days)}, so {_day(earliest)} is the earliest."
    )
    return Violation(dependency_id, days, reason)


def violations(dependencies: Iterable[Dependency]) -> list[Violation]:
    """The violated ones, worst first; both ends must be loaded."""
    found = [
        violation_of(
            dependency.pk,
            kind=dependency.kind,
            lag_days=dependency.lag_days,
            predecessor=_span(dependency.predecessor),
            successor=_span(dependency.successor),
        )
        for dependency in dependencies
    ]
    return sorted((each for each in found if each is not None), key=lambda each: (-each.days, each.reason))


def violations_for(actor: Actor, *, roadmap_id: UUID | None = None) -> list[Violation]:
    """Violated dependencies the actor may see, of one roadmap (either end on it) or of the organization."""
    visible = Dependency.objects.permitted(actor).select_related("predecessor", "successor")
    return violations(visible if roadmap_id is None else visible.touching(roadmap_id))


def _span(item: RoadmapItem) -> Span:
    return Span(item.title, item.start_on, item.end_on)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _lag(days: int) -> str:
    if days == 0:
        return ""
    return f" plus {_days(days)}" if days > 0 else f" less {_days(-days)}"


def _day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"
