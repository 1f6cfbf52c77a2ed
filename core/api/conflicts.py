"""What a refused constraint means: the database's error in the words of the request."""

from dataclasses import dataclass, field
from functools import cache

from django.apps import apps
from django.db import IntegrityError, models
from django.db.models import ProtectedError, RestrictedError

UNIQUE, FOREIGN_KEY, CHECK, EXCLUSION, NOT_NULL = "23505", "23503", "23514", "23P01", "23502"


@dataclass(frozen=True)
class Conflict:
    """A stable code, a sentence, and the fields concerned (none when the whole request is)."""

    code: str
    detail: str
    fields: tuple[str, ...] = field(default=())


def conflict_of(error: IntegrityError) -> Conflict:
    """Names the fields of a unique or check constraint; everything else stays general."""
    if isinstance(error, ProtectedError | RestrictedError):
        return Conflict("in_use", "Other records refer to this one; nothing was changed.")
    diagnosis = getattr(error.__cause__, "diag", None)
    state = getattr(error.__cause__, "sqlstate", None)
    constraint = _constraints().get(getattr(diagnosis, "constraint_name", None) or "")
    if state in {UNIQUE, EXCLUSION}:
        return Conflict("duplicate", "There is already such a record.", _fields(constraint))
    if state == CHECK:
        return Conflict("rule_violated", _words(constraint))
    if state == FOREIGN_KEY:
        return Conflict("in_use", "Another record was removed or refers to this one; nothing was changed.")
    if state == NOT_NULL:
        return Conflict("incomplete", "A value is missing.", (diagnosis.column_name,) if diagnosis else ())
    return Conflict("conflict", "This contradicts another record; nothing was changed.")


@cache
def _constraints() -> dict[str, models.BaseConstraint]:
    return {constraint.name: constraint for model in apps.get_models() for constraint in model._meta.constraints}


def _fields(constraint: models.BaseConstraint | None) -> tuple[str, ...]:
    """Plain columns of a unique constraint without the organization, which no request names."""
    if not isinstance(constraint, models.UniqueConstraint):
        return ()
    names = constraint.fields or [getattr(expression, "name", "") for expression in constraint.expressions]
    return tuple(name for name in names if name and name not in {"organization", "organization_id"})


def _words(constraint: models.BaseConstraint | None) -> str:
    """The message the model declares for the rule, else a general one."""
    declared = getattr(constraint, "violation_error_message", None)
    if declared and declared != models.BaseConstraint.default_violation_error_message:
        return str(declared) % {"name": constraint.name} if "%(name)s" in str(declared) else str(declared)
    return f"This breaks the rule {constraint.name}." if constraint else "This breaks a rule of the record."
