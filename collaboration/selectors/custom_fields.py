"""Reads of custom fields, and of their values in the database's terms: what lists sort and filter by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    DateField,
    DecimalField,
    IntegerField,
    OuterRef,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Lower
from django.db.models.lookups import Exact

from collaboration.enums import FieldType
from collaboration.models import CustomField
from core.web import formatting
from tenancy.models import Membership

_NUMBER: DecimalField[Any, Any] = DecimalField(max_digits=30, decimal_places=6)
# Where a record's own values are; of a record it points to, with the path there: "initiative__custom_fields".
OWN_VALUES = "custom_fields"
_KINDS: dict[str, Any] = {
    FieldType.INTEGER: BigIntegerField(),
    FieldType.DECIMAL: _NUMBER,
    FieldType.MONEY: _NUMBER,
    FieldType.DATE: DateField(),
    FieldType.BOOLEAN: BooleanField(),
}


def fields_in_use(model: Any) -> list[CustomField]:
    """The fields people fill in for records of this model, in order; one query."""
    return list(CustomField.objects.in_use().of(model))


def value_expression(field: CustomField, column: str = OWN_VALUES) -> Any:
    """The field's value as the type it is of; NULL without one."""
    text = KeyTextTransform(field.key, column)
    kind = _KINDS.get(field.type)
    return text if kind is None else Cast(text, kind)


def held_values(field: CustomField, column: str = OWN_VALUES) -> KeyTransform:
    """The field's value as JSON, for questions about lists."""
    return KeyTransform(field.key, column)


def is_sortable(field: CustomField) -> bool:
    """Whether values have an order: all but lists of choices do."""
    return field.type != FieldType.MULTIPLE_CHOICE


def order_expression(field: CustomField, column: str = OWN_VALUES) -> Any:
    """What to order by: choices in the field's order, people by name, texts without regard to case."""
    text = KeyTextTransform(field.key, column)
    if field.type == FieldType.CHOICE:
        ranks = [When(Exact(text, Value(key)), then=Value(rank)) for rank, key in enumerate(field.choice_labels)]
        return Case(*ranks, output_field=IntegerField())
    if field.type == FieldType.PERSON:
        return person_name(field, column)
    return value_expression(field, column) if field.type in _KINDS else Lower(text)


def person_name(field: CustomField, column: str = OWN_VALUES) -> Subquery:
    """The name of the member a person field holds; NULL without one."""
    held = Cast(KeyTextTransform(field.key, OuterRef(column)), UUIDField())
    return Subquery(Membership.objects.filter(pk=held).values("user__name")[:1])


def people_by_id(values: Iterable[Any]) -> dict[str, Any]:
    """The people behind membership ids as values hold them; one query, none without ids."""
    keys = {value for value in values if value}
    if not keys:
        return {}
    return {str(found.pk): found.user for found in Membership.objects.filter(pk__in=keys).select_related("user")}


def value_text(field: CustomField, value: Any, people: Mapping[str, Any]) -> str | None:
    """A stored value in words, as pages write it; None without one. `people` is what `people_by_id` answers."""
    if value is None:
        return None
    text = _WORDS.get(field.type)
    return text(field, value, people) if text else str(value)


def _person_text(field: CustomField, value: Any, people: Mapping[str, Any]) -> str:
    return str(people[value]) if value in people else "Unknown person"


_WORDS: dict[str, Callable[[CustomField, Any, Mapping[str, Any]], str]] = {
    FieldType.INTEGER: lambda field, value, people: formatting.number(value),
    FieldType.DECIMAL: lambda field, value, people: formatting.number(Decimal(value)),
    FieldType.MONEY: lambda field, value, people: f"{formatting.number(Decimal(value), 2)} {field.currency}",
    FieldType.DATE: lambda field, value, people: formatting.day_text(date.fromisoformat(value)),
    FieldType.BOOLEAN: lambda field, value, people: "Yes" if value else "No",
    FieldType.CHOICE: lambda field, value, people: field.choice_labels.get(value, value),
    FieldType.MULTIPLE_CHOICE: lambda field, value, people: ", ".join(
        field.choice_labels.get(each, each) for each in value
    ),
    FieldType.PERSON: _person_text,
}
