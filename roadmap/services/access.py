"""The checks every write of the roadmap shares: right, lock, and sight of the row afterwards."""

from collections.abc import Sequence
from typing import Any, TypeVar

from core.errors import DomainError, InvalidInputError, NotPermittedError
from tenancy.actor import Actor
from tenancy.models import TenantOwned

Record = TypeVar("Record", bound=TenantOwned)


class GoneError(DomainError):
    """Somebody deleted the record meanwhile."""

    code = "gone"


def lock_permitted(record: Record, verb: str, *, actor: Actor) -> Record:
    """The row as stored, locked; refuses without the right, in a portfolio closed to the actor, or when it is gone."""
    model = type(record)
    actor.require(f"{model.action_noun()}.{verb}")
    locked: Record | None = model.objects.permitted(actor, verb).for_update().filter(pk=record.pk).first()
    if locked is not None:
        return locked
    if model.objects.filter(pk=record.pk).exists():
        raise NotPermittedError("This belongs to a portfolio you may not change.")
    raise GoneError("Somebody deleted this meanwhile.")


def save_permitted(record: Record, verb: str, *, actor: Actor) -> Record:
    """Validate and save, then refuse if the row now hangs on a portfolio the actor may not change.

    Callers are atomic, so that the refusal takes the write back.
    """
    record.full_clean(exclude=["organization"])
    record.save()
    if not type(record).objects.permitted(actor, verb).filter(pk=record.pk).exists():
        raise NotPermittedError("This would belong to a portfolio you may not change.")
    record.refresh_from_db(fields=["version"])
    return record


def create_permitted(records: Sequence[Record], *, actor: Actor) -> list[Record]:
    """Insert validated records at once, and refuse all if one hangs on a portfolio the actor may not change.

    Callers are atomic, so that the refusal takes the writes back.
    """
    if not records:
        return []
    model = type(records[0])
    created: list[Record] = model.objects.bulk_create(records, batch_size=1000)
    if model.objects.permitted(actor, "create").filter(pk__in=[record.pk for record in created]).count() < len(created):
        raise NotPermittedError("This would belong to a portfolio you may not change.")
    return created


def require_unlike(record: TenantOwned, *fields: str, message: str) -> None:
    """Refuse a record that has the values of another one in all these fields; the error names the last of them."""
    values = {field: getattr(record, field) for field in fields}
    if type(record).objects.filter(**values).exclude(pk=record.pk).exists():
        raise InvalidInputError(message, pointer=fields[-1])


def apply_changes(record: Record, changes: dict[str, Any]) -> Record:
    """Set the named fields; absent ones stay."""
    for name, value in changes.items():
        setattr(record, name, value)
    return record
