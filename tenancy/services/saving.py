"""Saving a checked row: validation and unique names refused at their field, deletion refused while referred to."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from core.errors import DomainError, DuplicateError
from tenancy.models import TenantOwned

Row = TypeVar("Row", bound=TenantOwned)


class StillReferencedError(DomainError):
    """The record cannot be deleted while others refer to it."""

    code = "still_referenced"


def save_checked(
    row: Row, *, taken: Mapping[str, tuple[str, str]] | None = None, update_fields: list[str] | None = None
) -> Row:
    """Validate and save; `taken` maps a unique constraint to the (field, message) to refuse with.

    Uniqueness is left to the database, because a check before the save can be overtaken.
    """
    row.full_clean(exclude=["organization"], validate_unique=False)
    with refusing_taken(taken or {}):
        if update_fields is None:
            row.save()
        else:
            row.save(update_fields=[*update_fields, "updated_at"])
    return row


@contextmanager
def refusing_taken(taken: Mapping[str, tuple[str, str]]) -> Iterator[None]:
    """A savepoint in which a violated unique constraint becomes a refusal, as `save_checked` says."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
        if constraint in taken:
            field, message = taken[constraint]
            raise DuplicateError(message, pointer=field) from error
        raise


def differing(row: TenantOwned, changes: Mapping[str, Any]) -> list[str]:
    """Names of the fields in which the row is not what `changes` says."""
    return [name for name, value in changes.items() if _stored(row, name) != _comparable(value)]


def assign(row: TenantOwned, changes: Mapping[str, Any], *, editable: Collection[str]) -> list[str]:
    """Put changed values on the row and return the names that differ; an unknown name is the caller's error."""
    unknown = sorted(set(changes).difference(editable))
    if unknown:
        raise TypeError(f"{type(row).__name__} cannot change {', '.join(unknown)} this way.")
    changed = differing(row, changes)
    for name in changed:
        setattr(row, name, changes[name])
    return changed


def _stored(row: TenantOwned, name: str) -> Any:
    """The value of the column; of a reference its id, so that nothing is loaded to compare."""
    field = row._meta.get_field(name)
    return getattr(row, getattr(field, "attname", name))


def _comparable(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def delete_checked(row: models.Model) -> None:
    """Delete the row, or refuse and say what still refers to it."""
    try:
        row.delete()
    except ProtectedError as error:
        raise StillReferencedError(_still_referenced(row, error)) from error


def _still_referenced(row: models.Model, error: ProtectedError) -> str:
    counts: dict[str, int] = {}
    for other in error.protected_objects:
        meta = other._meta
        counts[str(meta.verbose_name)] = counts.get(str(meta.verbose_name), 0) + 1
    listing = ", ".join(f"{count} \N{MULTIPLICATION SIGN} {name}" for name, count in sorted(counts.items()))
    return f"\N{LEFT DOUBLE QUOTATION MARK}{row}\N{RIGHT DOUBLE QUOTATION MARK} is still in use: {listing}."
