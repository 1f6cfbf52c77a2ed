"""One row of any tenant model, by its factory or, where there is none, from the model's own fields."""

import importlib
import pkgutil
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import factory
from django.db import models
from django.utils import timezone

from tenancy.models import Membership, TenantOwned, User
from tests import factories
from tests.factories.tenancy import UserFactory

_numbers = count(1)

# What the fields alone do not say.
_SPECIAL: dict[str, dict[str, Any]] = {
    "ApiToken": {"scopes": ["read"]},
    "ApprovalRequest": {"plan": {"gate_version": 1, "requirements": [], "veto_functions": [], "excluded": {}}},
    "Decision": {"verdict": "veto", "function": "security", "reason": "Not yet."},
}


def _factories() -> dict[type[models.Model], Any]:
    found = {}
    for module in pkgutil.iter_modules(factories.__path__):
        for value in vars(importlib.import_module(f"tests.factories.{module.name}")).values():
            is_factory = isinstance(value, type) and issubclass(value, factory.django.DjangoModelFactory)
            if is_factory and value._meta.model is not None:
                found[value._meta.model] = value
    return found


def make_row(model: type[TenantOwned]) -> Any:
    """A stored row in the open scope."""
    made_by = _factories().get(model)
    if made_by is not None:
        return made_by()
    values = {field.name: _value(field) for field in model._meta.concrete_fields if _is_needed(field)}
    row = model(**{**values, **_SPECIAL.get(model.__name__, {})})
    model._base_manager.bulk_create([row])
    return row


def _is_needed(field: models.Field) -> bool:
    generated = field.primary_key or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return not (generated or field.null or field.has_default() or (field.blank and field.empty_strings_allowed))


def _value(field: models.Field) -> Any:
    if isinstance(field, models.ForeignKey):
        target = field.remote_field.model
        if issubclass(target, TenantOwned):
            # One gate, one launch is enough, but the people of a decision must differ.
            return (target is not Membership and target.objects.first()) or make_row(target)
        return UserFactory() if target is User else target._base_manager.first()
    if field.choices:
        return field.choices[0][0]
    number = next(_numbers)
    makers = {
        models.UUIDField: lambda: User().pk,
        models.DateTimeField: timezone.now,
        models.DateField: lambda: date(2026, 1, 1),
        models.DecimalField: lambda: Decimal(1),
        models.BinaryField: lambda: number.to_bytes(32, "big"),
        models.JSONField: dict,
        models.BooleanField: lambda: False,
        models.IntegerField: lambda: number,
        models.TextField: lambda: f"text {number}",
        models.CharField: lambda: f"t{number}"[: field.max_length],
    }
    for kind, make in makers.items():
        if isinstance(field, kind):
            return make()
    return []
