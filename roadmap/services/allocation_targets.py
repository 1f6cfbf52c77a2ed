"""Which share of the people's time each kind of work ought to get."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from core.errors import InvalidInputError
from roadmap.models import AllocationTarget
from roadmap.services.access import lock_permitted, save_permitted
from roadmap.validators import require_quarter
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, refusing_taken

EDITABLE = frozenset({"portfolio", "quarter", "kind", "share"})
TAKEN = {"roadmap_allocationtarget_kind": ("kind", "This kind of work has a target in the quarter already.")}


@transaction.atomic
def create_allocation_target(*, actor: Actor, **fields: Any) -> AllocationTarget:
    """A target for one kind of work in a quarter; the kinds of a quarter together take no more than all the time."""
    actor.require("allocation_target.create")
    target = AllocationTarget()
    assign(target, fields, editable=EDITABLE)
    named_action("allocation_target.created")
    return _save(target, "create", actor)


@transaction.atomic
def change_allocation_target(target: AllocationTarget, *, actor: Actor, **changes: Any) -> AllocationTarget:
    """Change a target."""
    locked = lock_permitted(target, "change", actor=actor)
    if assign(locked, changes, editable=EDITABLE):
        named_action("allocation_target.changed")
        _save(locked, "change", actor)
    return locked


@transaction.atomic
def delete_allocation_target(target: AllocationTarget, *, actor: Actor) -> None:
    """Delete a target; the kind has none then."""
    locked = lock_permitted(target, "delete", actor=actor)
    named_action("allocation_target.deleted")
    locked.delete()


def _save(target: AllocationTarget, verb: str, actor: Actor) -> AllocationTarget:
    require_quarter(target.quarter)
    # Two targets at once must not take more than everything together.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('allocation ' || %s, 0))", [str(actor.organization_id)]
        )
    _require_room(target.portfolio_id, target.quarter, target)
    with refusing_taken(TAKEN):
        return save_permitted(target, verb, actor=actor)


def _require_room(portfolio_id: object, quarter: date, target: AllocationTarget) -> None:
    others = AllocationTarget.objects.filter(portfolio=portfolio_id, quarter=quarter).exclude(pk=target.pk)
    taken: Decimal = others.aggregate(taken=Sum("share"))["taken"] or Decimal(0)
    if taken + target.share > 1:
        raise InvalidInputError(
            f"The other kinds of this quarter take {taken:.0%} already; together they take at most 100%.",
            pointer="share",
        )
