"""The database's own refusals in words: a value that must be unique, a record others still refer to."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError
from django.db.models import SET_NULL, ProtectedError, RestrictedError
from django.utils.text import capfirst
from psycopg.errors import UniqueViolation

from core.errors import DomainError


def refusal_of(error: IntegrityError, model: Any) -> DomainError | None:
    """What a person can act on, or None when the error is a fault of ours and must not be hidden."""
    if isinstance(error, ProtectedError | RestrictedError):
        held_by = getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", ())
        reasons = sorted(str(holder) for holder in held_by)[:10]
        return DomainError("Other records still refer to this one.", reasons=reasons)
    cause = error.__cause__
    if not isinstance(cause, UniqueViolation):
        return None
    fields = _fields_of(model, cause.diag.constraint_name)
    labels = " and ".join(str(model._meta.get_field(name).verbose_name) for name in fields)
    message = f"{capfirst(str(model._meta.verbose_name))} with this {labels or 'value'} exists already."
    return DomainError(message, pointer=fields[0] if fields else None)


def _fields_of(model: Any, constraint_name: str | None) -> list[str]:
    """Fields of a named constraint, without the organization, which nobody types."""
    constraint = next((found for found in model._meta.constraints if found.name == constraint_name), None)
    names = [] if constraint is None else [*constraint.fields, *_names_in(constraint.expressions)]
    return [name for name in names if name != "organization"]


def _names_in(expressions: Iterable[Any]) -> list[str]:
    """Fields that expressions such as F("name") or Lower("email") speak of."""
    names: list[str] = []
    for expression in expressions:
        name = getattr(expression, "name", None)
        names += [name] if name else _names_in(expression.get_source_expressions())
    return names


def left_without(record: Any, actor: Any) -> list[str]:
    """Records the actor sees that stay when this one is deleted, but lose it, such as "3 initiatives"."""
    found = []
    for relation in record._meta.get_fields(include_hidden=True):
        if not relation.auto_created or getattr(relation, "on_delete", None) is not SET_NULL:
            continue
        rows = getattr(relation.related_model.objects, "permitted", None)
        if rows is None:
            continue
        count = rows(actor, "view").filter(**{relation.field.name: record}).count()
        meta = relation.related_model._meta
        if count:
            found.append(f"{count:,} {meta.verbose_name if count == 1 else meta.verbose_name_plural}")
    return found
