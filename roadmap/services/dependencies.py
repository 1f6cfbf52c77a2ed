"""Dependencies: create without ever closing a cycle, change, delete."""

from typing import TypedDict, Unpack
from uuid import UUID

from django.db import connection, transaction

from core.errors import DomainError, InvalidInputError
from roadmap.calc.graph import find_cycle_with
from roadmap.enums import DependencyKind
from roadmap.models import Dependency, RoadmapItem
from roadmap.selectors.dependencies import dependencies_downstream
from roadmap.services.access import apply_changes, lock_permitted, save_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action

UNSEEN = "an item you cannot see"


class CycleError(DomainError):
    """The dependency would make an item wait for itself; `reasons` names the items of the cycle in order."""

    code = "dependency_cycle"


class DependencyChanges(TypedDict, total=False):
    """What can change; the two ends cannot: delete the dependency and make another."""

    kind: str
    lag_days: int
    note: str


@transaction.atomic
def create_dependency(
    *,
    predecessor: RoadmapItem,
    successor: RoadmapItem,
    actor: Actor,
    kind: str = DependencyKind.FINISH_TO_START,
    lag_days: int = 0,
    note: str = "",
) -> Dependency:
    """Make the successor wait for the predecessor; refuses a repetition and a cycle, across roadmaps too."""
    actor.require("dependency.create")
    if predecessor.pk == successor.pk:
        raise InvalidInputError("An item cannot depend on itself.", pointer="successor")
    _serialize_graph_writes(actor.organization_id)
    if Dependency.objects.filter(predecessor=predecessor, successor=successor, kind=kind).exists():
        raise InvalidInputError("This dependency exists already.", pointer="successor")
    _require_no_cycle(predecessor, successor, actor=actor)
    named_action("dependency.created")
    dependency = Dependency(predecessor=predecessor, successor=successor, kind=kind, lag_days=lag_days, note=note)
    return save_permitted(dependency, "create", actor=actor)


@transaction.atomic
def change_dependency(dependency: Dependency, *, actor: Actor, **changes: Unpack[DependencyChanges]) -> Dependency:
    """Change kind, lag or note."""
    locked = apply_changes(lock_permitted(dependency, "change", actor=actor), {**changes})
    twins = Dependency.objects.filter(
        predecessor_id=locked.predecessor_id, successor_id=locked.successor_id, kind=locked.kind
    )
    if twins.exclude(pk=locked.pk).exists():
        raise InvalidInputError("Between these items there is already a dependency of this kind.", pointer="kind")
    named_action("dependency.changed")
    return save_permitted(locked, "change", actor=actor)


def delete_dependency(dependency: Dependency, *, actor: Actor) -> None:
    """Delete a dependency."""
    locked = lock_permitted(dependency, "delete", actor=actor)
    named_action("dependency.deleted")
    locked.delete()


def _serialize_graph_writes(organization_id: UUID) -> None:
    # Two transactions that each add one half of a cycle do not see each other's row. One at a time, until
    # commit, the second sees the first's. Nothing but new edges needs it: other writes cannot close a cycle.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('roadmap.dependency:' || %s, 0))", [str(organization_id)]
        )


def _require_no_cycle(predecessor: RoadmapItem, successor: RoadmapItem, *, actor: Actor) -> None:
    cycle = find_cycle_with(dependencies_downstream(successor.pk), (predecessor.pk, successor.pk))
    if cycle is None:
        return
    visible = dict(RoadmapItem.objects.permitted(actor, "view").filter(pk__in=cycle).values_list("pk", "title"))
    names = [f"“{visible[pk]}”" if pk in visible else UNSEEN for pk in cycle]
    raise CycleError(f"This would close a cycle: {' → '.join(names)}.", pointer="successor", reasons=names)
