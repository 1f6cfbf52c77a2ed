"""How much of a resource teams have, month by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.errors import InvalidInputError
from roadmap.models import Resource, TeamCapacity
from roadmap.validators import require_first_of_month
from tenancy.actor import Actor
from tenancy.models import Team
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"team", "resource", "month", "amount"})
TAKEN = {"roadmap_teamcapacity_month": ("month", "The team's capacity in this month is known already.")}
MAX_ROWS = 10_000
_AMOUNT: Any = TeamCapacity._meta.get_field("amount")
# None takes a month back: it is unknown again.
Amounts = Mapping[tuple[UUID, date], Decimal | None]


@dataclass(frozen=True, slots=True)
class CapacityInput:
    """A team's capacity in a month; `line` is where a file says so, for refusals."""

    team: UUID
    resource: UUID
    month: date
    amount: Decimal
    line: int = 0


@dataclass(frozen=True, slots=True)
class WrittenCapacities:
    """What a batch did: months written new, corrected, taken back, and known already."""

    created: int
    changed: int
    deleted: int
    unchanged: int


@transaction.atomic
def create_team_capacity(*, actor: Actor, **fields: Any) -> TeamCapacity:
    """A team's capacity in one more month."""
    actor.require("team_capacity.create")
    capacity = TeamCapacity()
    assign(capacity, fields, editable=EDITABLE)
    require_first_of_month(capacity.month)
    named_action("team_capacity.created")
    return save_checked(capacity, taken=TAKEN)


@transaction.atomic
def change_team_capacity(capacity: TeamCapacity, *, actor: Actor, **changes: Any) -> TeamCapacity:
    """Correct the capacity of a month."""
    actor.require("team_capacity.change")
    locked: TeamCapacity = TeamCapacity.objects.for_update().get(pk=capacity.pk)
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        require_first_of_month(locked.month)
        named_action("team_capacity.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def delete_team_capacity(capacity: TeamCapacity, *, actor: Actor) -> None:
    """Take a month's capacity back: it is unknown then."""
    actor.require("team_capacity.delete")
    named_action("team_capacity.deleted")
    delete_checked(TeamCapacity.objects.for_update().get(pk=capacity.pk))


@transaction.atomic
def save_team_capacities(team: Team, amounts: Amounts, *, actor: Actor) -> WrittenCapacities:
    """Write some months of a team, by resource and month; None takes one back. Three statements for any number.

    Raises InvalidInputError whose pointer `<resource>/<yyyy-mm>` names the first cell that does not fit.
    """
    actor.require("team_capacity.change")
    known = set(Resource.objects.filter(pk__in={key for key, _ in amounts}).values_list("pk", flat=True))
    for (resource, month), amount in amounts.items():
        pointer = f"{resource}/{month:%Y-%m}"
        require_first_of_month(month, pointer)
        if resource not in known:
            raise InvalidInputError("There is no such resource.", pointer=pointer)
        if amount is not None:
            require_amount(amount, pointer)
    # Whoever else writes this team's months waits here, so that nobody inserts the same month twice.
    Team.objects.for_update().get(pk=team.pk)
    return _write({(team.pk, *place): amount for place, amount in amounts.items()})


@transaction.atomic
def load_team_capacities(rows: Sequence[CapacityInput], *, actor: Actor) -> WrittenCapacities:
    """Write the rows of a file, all or none; a month that is known is corrected.

    Raises InvalidInputError whose `reasons` name every line that does not fit, or says what another line says.
    """
    actor.require("team_capacity.create")
    actor.require("team_capacity.change")
    if len(rows) > MAX_ROWS:
        raise InvalidInputError(f"Send at most {MAX_ROWS:,} rows at once.", pointer="rows")
    lines: dict[tuple[UUID, UUID, date], int] = {}
    reasons = []
    for row in rows:
        place = (row.team, row.resource, row.month)
        if place in lines:
            reasons.append(f"Line {row.line}: line {lines[place]} says this team, resource and month already.")
        lines.setdefault(place, row.line)
        try:
            require_first_of_month(row.month)
            require_amount(row.amount, "amount")
        except InvalidInputError as error:
            reasons.append(f"Line {row.line}, {error.pointer}: {error.message}")
    if reasons:
        raise InvalidInputError(f"{len(reasons)} rows do not fit; nothing was written.", reasons=reasons)
    # In one order, so that two files at once do not wait for each other.
    list(Team.objects.for_update().filter(pk__in={row.team for row in rows}).order_by("pk"))
    return _write({(row.team, row.resource, row.month): row.amount for row in rows})


def require_amount(amount: Decimal, pointer: str) -> None:
    """Refuse what is no finite amount of at least zero that fits the column."""
    if not amount.is_finite():
        raise InvalidInputError("Give a number such as 2.5.", pointer=pointer)
    try:
        _AMOUNT.run_validators(amount)
    except ValidationError as error:
        raise InvalidInputError(error.messages[0], pointer=pointer) from error


def _write(wanted: Mapping[tuple[UUID, UUID, date], Decimal | None]) -> WrittenCapacities:
    stored = _stored(wanted)
    created, changed, gone, unchanged, now = [], [], [], 0, timezone.now()
    for place, amount in wanted.items():
        row = stored.get(place)
        if amount is None:
            gone += [row.pk] if row else []
        elif row is None:
            team, resource, month = place
            created.append(TeamCapacity(team_id=team, resource_id=resource, month=month, amount=amount))
        elif row.amount != amount:
            row.amount, row.updated_at = amount, now
            changed.append(row)
        else:
            unchanged += 1
    if created or changed or gone:
        named_action("team_capacity.set")
    TeamCapacity.objects.bulk_create(created, batch_size=1000)
    if changed:
        TeamCapacity.objects.bulk_update(changed, ["amount", "updated_at"], batch_size=1000)
    if gone:
        TeamCapacity.objects.filter(pk__in=gone).delete()
    return WrittenCapacities(len(created), len(changed), len(gone), unchanged)


def _stored(wanted: Mapping[tuple[UUID, UUID, date], Any]) -> dict[tuple[UUID, UUID, date], TeamCapacity]:
    if not wanted:
        return {}
    rows = TeamCapacity.objects.filter(
        team__in={place[0] for place in wanted},
        month__gte=min(place[2] for place in wanted),
        month__lte=max(place[2] for place in wanted),
    )
    return {(row.team_id, row.resource_id, row.month): row for row in rows}
