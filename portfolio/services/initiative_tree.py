"""The tree of initiatives: no cycles, no level above its parent, one portfolio, a limited depth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from core.errors import InvalidInputError
from portfolio.models import Initiative
from portfolio.validators import MAX_DEPTH, require_nesting
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD

# UNION, not UNION ALL: a row met twice is not followed again, so that even a damaged tree with a cycle ends.
_AROUND = """
WITH RECURSIVE above AS (
    SELECT id, parent_id, portfolio_id, level FROM portfolio_initiative
    WHERE organization_id = %(organization)s AND id = ANY(%(named)s::uuid[])
    UNION
    SELECT i.id, i.parent_id, i.portfolio_id, i.level
    FROM portfolio_initiative i JOIN above ON i.id = above.parent_id
    WHERE i.organization_id = %(organization)s
), below AS (
    SELECT id, parent_id, portfolio_id, level FROM portfolio_initiative
    WHERE organization_id = %(organization)s AND id = ANY(%(moving)s::uuid[])
    UNION
    SELECT i.id, i.parent_id, i.portfolio_id, i.level
    FROM portfolio_initiative i JOIN below ON i.parent_id = below.id
    WHERE i.organization_id = %(organization)s
)
SELECT * FROM above UNION SELECT * FROM below
"""


def lock_tree(actor: Actor) -> None:
    """Hold the organization's tree until the transaction ends.

    Two moves at once could each be right and together make a cycle.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('initiative tree ' || %s, 0))", [str(actor.organization_id)]
        )


@dataclass(frozen=True, slots=True)
class _Place:
    parent_id: UUID | None
    portfolio_id: UUID
    level: str


class TreeImage:
    """The part of the locked tree around some initiatives, kept in step while they are moved one after another."""

    def __init__(self, *, parents: Iterable[UUID], moving: Iterable[UUID], actor: Actor) -> None:
        """Reads `parents` with all above them, and `moving` with all above and below them, in one query."""
        self._places: dict[UUID, _Place] = {}
        self._children: defaultdict[UUID, set[UUID]] = defaultdict(set)
        named, below = {*parents, *moving}, list(moving)
        if named:
            with connection.cursor() as cursor:
                cursor.execute(_AROUND, {"organization": actor.organization_id, "named": list(named), "moving": below})
                for pk, parent_id, portfolio_id, level in cursor.fetchall():
                    self._put(pk, _Place(parent_id, portfolio_id, level))

    def put(self, initiative: Initiative) -> None:
        """From now on the initiative, new or moved, stands where its fields say."""
        place = _Place(initiative.parent_id, initiative.portfolio_id, initiative.level)
        self._put(initiative.pk, place)

    def require_place(self, initiative: Initiative) -> None:
        """Refuse a place that would break the tree; the initiative may be new."""
        self._require_children_fit(initiative)
        if initiative.parent_id is None:
            return
        parent = self._places.get(initiative.parent_id)
        if parent is None:
            raise InvalidInputError(NO_SUCH_RECORD, pointer="parent")
        if parent.portfolio_id != initiative.portfolio_id:
            raise InvalidInputError("The parent must be in the same portfolio.", pointer="parent")
        require_nesting(parent_level=parent.level, child_level=initiative.level)
        line = self._line(initiative.parent_id)
        if initiative.pk in line:
            raise InvalidInputError("An initiative cannot stand below itself.", pointer="parent")
        if len(line) + self._height(initiative.pk) > MAX_DEPTH:
            raise InvalidInputError(f"The tree would be deeper than {MAX_DEPTH} levels.", pointer="parent")

    def _put(self, pk: UUID, place: _Place) -> None:
        earlier = self._places.get(pk)
        if earlier is not None and earlier.parent_id is not None:
            self._children[earlier.parent_id].discard(pk)
        if place.parent_id is not None:
            self._children[place.parent_id].add(pk)
        self._places[pk] = place

    def _require_children_fit(self, initiative: Initiative) -> None:
        for child in self._children[initiative.pk]:
            place = self._places[child]
            if place.portfolio_id != initiative.portfolio_id:
                raise InvalidInputError(
                    "It holds other initiatives; move or detach them before it changes the portfolio.",
                    pointer="portfolio",
                )
            require_nesting(parent_level=initiative.level, child_level=place.level, pointer="level")

    def _line(self, pk: UUID | None) -> set[UUID]:
        """The initiative itself, its parent and so on up to the root; ends in a cycle, too."""
        line: set[UUID] = set()
        while pk is not None and pk not in line:
            line.add(pk)
            place = self._places.get(pk)
            pk = place.parent_id if place else None
        return line

    def _height(self, pk: UUID) -> int:
        """Levels of the branch, the initiative itself counting one; counting stops past the deepest tree allowed."""
        height, level = 0, {pk}
        while level and height <= MAX_DEPTH:
            height += 1
            level = {child for parent in level for child in self._children[parent]}
        return height
