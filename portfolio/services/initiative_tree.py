"""The tree of initiatives: no cycles, no level above its parent, one portfolio, a limited depth."""

from typing import Any
from uuid import UUID

from django.db import connection

from core.errors import InvalidInputError
from portfolio.models import Initiative
from portfolio.validators import MAX_DEPTH, require_nesting
from tenancy.actor import Actor

# Both walks stop one step past the limit, so that even a damaged tree with a cycle ends.
_ANCESTORS = """
WITH RECURSIVE line AS (
    SELECT id, parent_id, 1 AS depth FROM portfolio_initiative WHERE organization_id = %(organization)s AND id = %(id)s
    UNION ALL
    SELECT i.id, i.parent_id, line.depth + 1
    FROM portfolio_initiative i JOIN line ON i.id = line.parent_id
    WHERE i.organization_id = %(organization)s AND line.depth <= %(limit)s
)
SELECT id FROM line ORDER BY depth
"""
_HEIGHT = """
WITH RECURSIVE branch AS (
    SELECT id, 1 AS depth FROM portfolio_initiative WHERE organization_id = %(organization)s AND id = %(id)s
    UNION ALL
    SELECT i.id, branch.depth + 1
    FROM portfolio_initiative i JOIN branch ON i.parent_id = branch.id
    WHERE i.organization_id = %(organization)s AND branch.depth <= %(limit)s
)
SELECT max(depth) FROM branch
"""


def require_place(initiative: Initiative, *, actor: Actor) -> None:
    """Refuse a parent that would break the tree; the initiative may be new.

    Holds a lock on the organization's tree until the transaction ends: two moves at once could
    each be right and together make a cycle.
    """
    _lock_tree(actor)
    is_new = initiative._state.adding
    if not is_new:
        _require_children_fit(initiative)
    if initiative.parent_id is None:
        return
    parent = Initiative.objects.filter(pk=initiative.parent_id).first()
    if parent is None:
        raise InvalidInputError("There is no such record in this organization.", pointer="parent")
    if parent.portfolio_id != initiative.portfolio_id:
        raise InvalidInputError("The parent must be in the same portfolio.", pointer="parent")
    require_nesting(parent_level=parent.level, child_level=initiative.level)
    ancestors = _ancestors(parent.pk, actor)
    if initiative.pk in ancestors:
        raise InvalidInputError("An initiative cannot stand below itself.", pointer="parent")
    if len(ancestors) + (1 if is_new else _height(initiative.pk, actor)) > MAX_DEPTH:
        raise InvalidInputError(f"The tree would be deeper than {MAX_DEPTH} levels.", pointer="parent")


def _require_children_fit(initiative: Initiative) -> None:
    for portfolio_id, level in Initiative.objects.filter(parent=initiative.pk).values_list("portfolio_id", "level"):
        if portfolio_id != initiative.portfolio_id:
            raise InvalidInputError(
                "It holds other initiatives; move or detach them before it changes the portfolio.", pointer="portfolio"
            )
        require_nesting(parent_level=initiative.level, child_level=level, pointer="level")


def _lock_tree(actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('initiative tree ' || %s, 0))", [str(actor.organization_id)]
        )


def _ancestors(initiative_id: UUID, actor: Actor) -> list[UUID]:
    """The initiative itself, its parent and so on up to the root; at most one more than MAX_DEPTH."""
    with connection.cursor() as cursor:
        cursor.execute(_ANCESTORS, _arguments(initiative_id, actor))
        return [row[0] for row in cursor.fetchall()]


def _height(initiative_id: UUID, actor: Actor) -> int:
    """Levels of the branch, the initiative itself counting one."""
    with connection.cursor() as cursor:
        cursor.execute(_HEIGHT, _arguments(initiative_id, actor))
        return int(cursor.fetchone()[0] or 1)


def _arguments(initiative_id: UUID, actor: Actor) -> dict[str, Any]:
    return {"organization": actor.organization_id, "id": initiative_id, "limit": MAX_DEPTH}
