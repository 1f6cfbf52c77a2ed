"""Dependencies: create without ever closing a cycle, change, delete."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from core.errors import DomainError, InvalidInputError
from roadmap.calc.graph import closed_cycles, find_cycle_with
from roadmap.enums import DependencyKind, DependencyStrength
from roadmap.models import Dependency, RoadmapItem
from roadmap.selectors.dependencies import dependencies_downstream
from roadmap.services.access import apply_changes, create_permitted, lock_permitted, save_permitted
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD
from tenancy.scope import named_action

UNSEEN = "an item you cannot see"
EXISTS_ALREADY = "This dependency exists already."
ON_ITSELF = "An item cannot depend on itself."


class CycleError(DomainError):
    """The dependency would make an item wait for itself; `reasons` names the items of the cycle in order."""

    code = "dependency_cycle"


class DependencyChanges(TypedDict, total=False):
    """What can change; the two ends cannot: delete the dependency and make another."""

    kind: str
    lag_days: int
    strength: str
    note: str


class NewDependency(NamedTuple):
    """One row of `create_dependencies`; a plain (predecessor, successor) will do as well."""

    predecessor: RoadmapItem
    successor: RoadmapItem
    kind: str = DependencyKind.FINISH_TO_START
    lag_days: int = 0
    note: str = ""
    strength: str = DependencyStrength.HARD


Pair = NewDependency | tuple[RoadmapItem, RoadmapItem]


@transaction.atomic
def create_dependency(
    *,
    predecessor: RoadmapItem,
    successor: RoadmapItem,
    actor: Actor,
    kind: str = DependencyKind.FINISH_TO_START,
    lag_days: int = 0,
    note: str = "",
    strength: str = DependencyStrength.HARD,
) -> Dependency:
    """Make the successor wait for the predecessor; refuses a repetition and a cycle, across roadmaps too."""
    actor.require("dependency.create")
    if predecessor.pk == successor.pk:
        raise InvalidInputError(ON_ITSELF, pointer="successor")
    _serialize_graph_writes(actor.organization_id)
    if Dependency.objects.filter(predecessor=predecessor, successor=successor, kind=kind).exists():
        raise InvalidInputError(EXISTS_ALREADY, pointer="successor")
    _require_no_cycle(predecessor, successor, actor=actor)
    named_action("dependency.created")
    row = NewDependency(predecessor, successor, kind, lag_days, note, strength)
    dependency = Dependency(**row._asdict())
    return save_permitted(dependency, "create", actor=actor)


@transaction.atomic
def create_dependencies(pairs: Iterable[Pair], *, actor: Actor) -> tuple[list[Dependency], list[tuple[Pair, str]]]:
    """Make many items wait for others: what was created, and each refused pair as it was given with the reason.

    Pairs are taken in their order: one that exists already (`EXISTS_ALREADY`, also as an earlier pair), or would close
    a cycle with the stored ones and the pairs before it, is refused and the rest is created. Costs a handful of
    queries and one pass over the organization's graph.
    """
    actor.require("dependency.create")
    given = list(pairs)
    wanted = [pair if isinstance(pair, NewDependency) else NewDependency(*pair) for pair in given]
    _serialize_graph_writes(actor.organization_id)
    stored = set(Dependency.objects.values_list("predecessor_id", "successor_id", "kind"))
    reasons = _row_refusals(wanted, actor=actor)
    _refuse_on_the_graph(wanted, reasons, stored, actor=actor)
    rows = [Dependency(**row._asdict()) for row, reason in zip(wanted, reasons, strict=True) if reason is None]
    if rows:
        named_action("dependency.created")
    created = create_permitted(rows, actor=actor)
    return created, [(pair, reason) for pair, reason in zip(given, reasons, strict=True) if reason is not None]


@transaction.atomic
def change_dependency(dependency: Dependency, *, actor: Actor, **changes: Unpack[DependencyChanges]) -> Dependency:
    """Change kind, lag, strength or note."""
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
    raise _cycle_refusal(cycle, _visible_titles(cycle, actor=actor))


def _visible_titles(keys: Collection[UUID], *, actor: Actor) -> dict[UUID, str]:
    return dict(RoadmapItem.objects.permitted(actor, "view").filter(pk__in=keys).values_list("pk", "title"))


def _cycle_refusal(cycle: Sequence[UUID], titles: dict[UUID, str]) -> CycleError:
    names = [f"“{titles[pk]}”" if pk in titles else UNSEEN for pk in cycle]
    return CycleError(f"This would close a cycle: {' → '.join(names)}.", pointer="successor", reasons=names)


def _row_refusals(rows: Sequence[NewDependency], *, actor: Actor) -> list[str | None]:
    """Why each row is refused for itself, whatever else is stored; None where it is not."""
    ends = {item.pk for row in rows for item in (row.predecessor, row.successor)}
    known = set(RoadmapItem.objects.filter(pk__in=ends).values_list("pk", flat=True))
    writable = set(RoadmapItem.objects.permitted(actor, "change").filter(pk__in=ends).values_list("pk", flat=True))
    reasons: list[str | None] = []
    for row in rows:
        pair = {row.predecessor.pk, row.successor.pk}
        if len(pair) == 1:
            reasons.append(ON_ITSELF)
        elif not pair <= known:
            reasons.append(NO_SUCH_RECORD)
        elif not pair <= writable:
            reasons.append("This would belong to a portfolio you may not change.")
        else:
            reasons.append(_value_refusal(row))
    return reasons


def _refuse_on_the_graph(
    rows: Sequence[NewDependency],
    reasons: list[str | None],
    stored: Collection[tuple[UUID, UUID, str]],
    *,
    actor: Actor,
) -> None:
    """Fill in the reasons of rows that would close a cycle, or are stored or an earlier row already."""
    open_rows = [at for at, reason in enumerate(reasons) if reason is None]
    keys = {at: (rows[at].predecessor.pk, rows[at].successor.pk, rows[at].kind) for at in open_rows}
    cycles = closed_cycles([key[:2] for key in stored], [key[:2] for key in keys.values()])
    titles = _visible_titles({pk for cycle in cycles for pk in cycle or ()}, actor=actor)
    seen = set(stored)
    for at, cycle in zip(open_rows, cycles, strict=True):
        if cycle is not None:
            reasons[at] = _cycle_refusal(cycle, titles).message
        elif keys[at] in seen:
            reasons[at] = EXISTS_ALREADY
        seen.add(keys[at])


def _value_refusal(row: NewDependency) -> str | None:
    try:
        Dependency(**row._asdict()).clean_fields(exclude=["organization", "predecessor", "successor"])
    except ValidationError as error:
        return " ".join(error.messages)
    return None
