"""The parents of every tenant row: TenantOwned and the foreign key that stays inside one tenant."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from core.ids import uuid7
from tenancy.enums import LedgerMode
from tenancy.querysets import TenantManager, TenantQuerySet
from tenancy.scope import current_organization_id

NO_SUCH_RECORD = "There is no such record in this organization."


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]  # subscripting needs a patched Django
    """A reference between two rows of one tenant.

    PostgreSQL checks foreign keys past row security, so a plain one could point at another
    tenant's invisible row. `tenancy.row_security` creates the composite constraint
    (organization_id, column) and its index instead of Django's single-column ones.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs.pop("db_index", None)
        return name, path, args, kwargs


class TenantOwned(models.Model):
    """A row of one organization.

    `version` counts saves (a trigger raises it) and carries optimistic locking. `ledger_mode`
    and `ledger_hidden` tell the audit trigger how to record the table (None: not at all) and which columns never.
    `row_security_also_visible` is an SQL condition under which a row may also be *read* outside
    its organization's scope; None for every business table. `label_related` names the relations
    that `str()` reads, so that many labels cost one query. `is_referable` is False for tables nothing
    refers to: they spare the key (organization_id, id), which a partitioned table cannot have.
    """

    ledger_mode: ClassVar[LedgerMode | None] = LedgerMode.ROWS
    ledger_hidden: ClassVar[tuple[str, ...]] = ()
    row_security_also_visible: ClassVar[str | None] = None
    label_related: ClassVar[tuple[str, ...]] = ()
    is_referable: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.CASCADE,
        related_name="+",
        default=current_organization_id,
        editable=False,
        db_index=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        abstract = True

    @classmethod
    def action_noun(cls) -> str:
        """The noun of this model's actions: BusinessCase -> business_case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def unscoped(cls, *, reason: str) -> models.QuerySet[Any]:
        """Rows without the manager's filter, for the few callers that say why; row security still applies."""
        if not reason:
            raise ValueError("unscoped() needs a reason")
        return cls._base_manager.all()

    def clean(self) -> None:
        """Refuse references to rows of another organization, with the field named."""
        super().clean()
        problems = {}
        for field in self._meta.concrete_fields:
            if not isinstance(field, TenantForeignKey) or getattr(self, field.attname) is None:
                continue
            target: Any = field.remote_field.model
            if not target.objects.filter(pk=getattr(self, field.attname)).exists():
                problems[field.name] = NO_SUCH_RECORD
        if problems:
            raise ValidationError(problems)

    def validate_constraints(self, exclude: Any = None) -> None:
        """As Django's, but a check that speaks of one field alone is reported at that field."""
        try:
            super().validate_constraints(exclude=exclude)
        except ValidationError as error:
            problems = error.error_dict
            fields = self._fields_of_checks()
            for problem in problems.pop(NON_FIELD_ERRORS, []):
                place = fields.get(str(problem.message), NON_FIELD_ERRORS)
                problems.setdefault(place, []).append(problem)
            raise ValidationError(problems) from None

    def _fields_of_checks(self) -> dict[str, str]:
        named = {
            check.get_violation_error_message(): check.condition.referenced_base_fields
            for check in self._meta.constraints
            if isinstance(check, models.CheckConstraint) and isinstance(check.condition, models.Q)
        }
        return {str(message): next(iter(names)) for message, names in named.items() if len(names) == 1}


def tenant_models() -> list[type[TenantOwned]]:
    """Every concrete model whose rows belong to one organization."""
    return [model for model in apps.get_models(include_auto_created=True) if issubclass(model, TenantOwned)]
