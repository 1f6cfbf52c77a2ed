"""Checks values of custom fields and brings them into the form they are stored in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from collaboration.enums import FieldType
from collaboration.models import CustomField
from collaboration.validators import MAX_CHOICES
from core.errors import InvalidInputError
from core.ids import uuid_or_none
from core.numbers import plain_number
from tenancy.models import Membership

MAX_TEXT = 300
MAX_LONG_TEXT = 10_000
MAX_ADDRESS = 2000
MAX_DIGITS = 15
DECIMAL_PLACES = 6
MONEY_PLACES = 2
_NAMED_IN_MESSAGE = 5

# A javascript: address would run in the reader's session.
_ADDRESS = URLValidator(schemes=["http", "https"])


class CustomValueError(InvalidInputError):
    """A value of a custom field is refused; the pointer is `custom_fields/<key>`."""


class _RefusedError(Exception):
    """Why a value does not fit its field."""


class CustomFieldRules:
    """The rules of one kind of record, read once for any number of records.

    Costs one query, and one more when values name people.
    """

    def __init__(self, model: Any, given: Iterable[Any] = ()) -> None:
        self._model = model
        self._fields = {field.key: field for field in CustomField.objects.of(model)}
        people = [field.key for field in self._fields.values() if field.type == FieldType.PERSON]
        self._members = _members(values.get(key) for values in given if isinstance(values, Mapping) for key in people)

    @classmethod
    def for_rows(cls, model: Any, given: Sequence[Any], *, is_creating: bool) -> Self | None:
        """The rules some rows need; None when no new row is among them and none names custom fields."""
        named = [values for values in given if values is not None]
        return cls(model, named) if named or is_creating else None

    def for_new(self, given: Any) -> dict[str, Any]:
        """The values of a new record; raises CustomValueError for a bad value or a required field without one."""
        return self._checked({}, given or {}, required=[f for f in self._fields.values() if _is_asked_for(f)])

    def merged(self, stored: Mapping[str, Any], given: Any) -> dict[str, Any]:
        """`stored` with the given values put in and those given as None taken out; raises CustomValueError.

        A required field that never had a value does not stand in the way of other changes, but none is emptied.
        """
        named = given if isinstance(given, Mapping) else {}
        required = [field for key, field in self._fields.items() if key in named and _is_asked_for(field)]
        return self._checked(stored, given, required=required)

    def value_of(self, key: str, value: Any) -> Any:
        """One value as it would be stored; None for an empty one. Raises CustomValueError."""
        try:
            return self._value(key, value)
        except _RefusedError as error:
            raise CustomValueError(str(error), pointer=f"custom_fields/{key[:40]}") from error

    def _checked(self, stored: Mapping[str, Any], given: Any, *, required: Iterable[CustomField]) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise CustomValueError(
                'Give values by the fields\' keys, such as {"risk": "high"}.', pointer="custom_fields"
            )
        values, problems = dict(stored), {}
        for key, value in given.items():
            try:
                values[str(key)] = self._value(key, value)
            except _RefusedError as error:
                problems[str(key)] = str(error)
        values = {key: value for key, value in values.items() if value is not None}
        for field in required:
            if field.key not in values:
                problems.setdefault(field.key, "This field is required.")
        if problems:
            raise self._refusal(problems)
        return values

    def _value(self, key: Any, value: Any) -> Any:
        field = self._fields.get(key) if isinstance(key, str) else None
        if field is None:
            raise _RefusedError("There is no such custom field.")
        if field.is_archived:
            raise _RefusedError("This field is archived and takes no values.")
        if value is None or value in ("", [], ()):
            return None
        return self._person(value) if field.type == FieldType.PERSON else _READERS[field.type](field, value)

    def _person(self, value: Any) -> str:
        key = _member_key(value)
        if key is None or key not in self._members:
            raise _RefusedError("There is no such member.")
        return str(key)

    def _refusal(self, problems: Mapping[str, str]) -> CustomValueError:
        texts = [f"{self._label(key)}: {text}" for key, text in problems.items()]
        message = " ".join(texts[:_NAMED_IN_MESSAGE])
        return CustomValueError(
            message, pointer=f"custom_fields/{next(iter(problems))[:40]}", reasons=texts if len(texts) > 1 else ()
        )

    def _label(self, key: str) -> str:
        field = self._fields.get(key)
        return field.label if field else key[:40]


def _is_asked_for(field: CustomField) -> bool:
    return field.is_required and not field.is_archived


def _member_key(value: Any) -> UUID | None:
    if isinstance(value, Membership):
        return value.pk
    return uuid_or_none(value) if isinstance(value, str) else None


def _members(values: Iterable[Any]) -> set[UUID]:
    """Those of the ids that are members of the organization, past ones included: a value may outlive a membership."""
    keys = {key for value in values if (key := _member_key(value)) is not None}
    return set(Membership.objects.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def _text(field: CustomField, value: Any) -> str | None:
    if not isinstance(value, str):
        raise _RefusedError("Give a text.")
    limit = MAX_LONG_TEXT if field.type == FieldType.LONG_TEXT else MAX_TEXT
    if "\x00" in value:
        raise _RefusedError("Null characters are not allowed.")
    if len(value) > limit:
        raise _RefusedError(f"Give at most {limit:,} characters.")
    return value.strip() or None


def _integer(field: CustomField, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _RefusedError("Give a whole number.")
    if abs(value) >= 10**MAX_DIGITS:
        raise _RefusedError(f"Give at most {MAX_DIGITS} digits.")
    return value


def _decimal(field: CustomField, value: Any) -> str:
    """The number as text without trailing zeros; money always with its two decimals."""
    is_money = field.type == FieldType.MONEY
    places = MONEY_PLACES if is_money else DECIMAL_PLACES
    number = _number(value)
    if number.adjusted() >= MAX_DIGITS:
        raise _RefusedError(f"Give at most {MAX_DIGITS} digits before the point.")
    if number.normalize().as_tuple().exponent < -places:  # type: ignore[operator]  # finite, so a number
        raise _RefusedError(f"Give at most {places} decimals.")
    return f"{number:.{MONEY_PLACES}f}" if is_money else f"{number.normalize():f}"


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise _RefusedError("Give a number.")
    text = str(value) if not isinstance(value, int) or abs(value) < 10**MAX_DIGITS else f"1e{MAX_DIGITS}"
    number = plain_number(text)
    if number is None:
        raise _RefusedError("Give a number such as 1234.5.")
    return number


def _date(field: CustomField, value: Any) -> str:
    try:
        given = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _RefusedError("Give a date such as 2026-05-31.") from error
    return f"{given:%Y-%m-%d}" if given.year >= 1000 else given.isoformat()


def _boolean(field: CustomField, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _RefusedError("Give true or false.")
    return value


def _choice(field: CustomField, value: Any) -> str:
    if not isinstance(value, str) or value not in field.choice_labels:
        raise _RefusedError(f"Choose one of: {', '.join(field.choice_labels)}.")
    return value


def _choices(field: CustomField, value: Any) -> list[str]:
    """The chosen keys, once each, in the field's order."""
    if not isinstance(value, list | tuple | set) or len(value) > MAX_CHOICES:
        raise _RefusedError(f"Give a list of: {', '.join(field.choice_labels)}.")
    chosen = {_choice(field, each) for each in value}
    return [key for key in field.choice_labels if key in chosen]


def _address(field: CustomField, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_ADDRESS:
        raise _RefusedError(f"Give a web address of at most {MAX_ADDRESS:,} characters.")
    try:
        _ADDRESS(value.strip())
    except ValidationError as error:
        raise _RefusedError("Give a web address that starts with http or https.") from error
    return value.strip()


_READERS: dict[str, Callable[[CustomField, Any], Any]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.MONEY: _decimal,
    FieldType.DATE: _date,
    FieldType.BOOLEAN: _boolean,
    FieldType.CHOICE: _choice,
    FieldType.MULTIPLE_CHOICE: _choices,
    FieldType.URL: _address,
}
