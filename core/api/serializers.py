"""Strict serializers: JSON types are not converted, unknown fields are refused, numbers are finite."""

import math
from collections.abc import Collection
from typing import Any

from django.contrib.postgres import fields as postgres
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.utils import html

from core.days import require_known_day
from core.numbers import LONGEST_NUMBER, plain_number

STAMPS = ("version", "created_at", "updated_at")
_INTEGER_LIMIT = 2**63


class StrictCharField(serializers.CharField):
    """Text; a number is not text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictEmailField(StrictCharField, serializers.EmailField):
    """An e-mail address."""


class StrictURLField(StrictCharField, serializers.URLField):
    """A URL."""


class StrictSlugField(StrictCharField, serializers.SlugField):
    """A slug."""


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`, and `null` where allowed; no words and no digits."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictIntegerField(serializers.IntegerField):
    """A whole JSON number that fits 64 bits."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        if not -_INTEGER_LIMIT <= data < _INTEGER_LIMIT:
            self.fail("max_string_length")
        return data


class WrittenIntegerField(serializers.IntegerField):
    """A whole number in a query string, where all values are texts."""

    def to_internal_value(self, data: Any) -> int:
        if plain_number(str(data)) is None:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class StrictFloatField(serializers.FloatField):
    """A finite JSON number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        try:
            value = float(data)
        except OverflowError:
            self.fail("overflow")
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class StrictDecimalField(serializers.DecimalField):
    """A finite decimal, best sent as a string; more digits than the column holds are refused, not rounded."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            self.fail("invalid")
        # Longer texts are refused by their digits, which says more.
        if isinstance(data, str) and len(data) <= LONGEST_NUMBER and plain_number(data) is None:
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictUUIDField(serializers.UUIDField):
    """A UUID in its usual text form."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class StrictDateTimeField(serializers.DateTimeField):
    """An RFC 3339 time with its offset; a time without one is refused, because it is nobody's moment."""

    default_error_messages = {"offset": "Give the time with an offset, for example 2026-05-01T12:00:00Z."}

    def __init__(self, **kwargs: Any) -> None:
        # The renderer writes datetimes in UTC; the same moment must look the same on every read path.
        super().__init__(**{"format": None, **kwargs})

    def enforce_timezone(self, value: Any) -> Any:
        if value.tzinfo is None:
            self.fail("offset")
        return super().enforce_timezone(value)


class StrictDateField(serializers.DateField):
    """A date among those the platform knows."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"format": None, **kwargs})
        self.validators.append(require_known_day)

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class StrictChoiceField(serializers.ChoiceField):
    """One of the words of an enumeration; neither its label nor a number that prints the same."""

    def to_internal_value(self, data: Any) -> Any:
        if data == "" and self.allow_blank:
            return ""
        if not isinstance(data, str | int) or isinstance(data, bool) or data not in self.choices:
            self.fail("invalid_choice", input=_shown(data))
        return data


class StrictListField(serializers.ListField):
    """A JSON array."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return super().to_internal_value(data)


class StrictJSONField(serializers.JSONField):
    """Any JSON value whose numbers a database and every client can hold."""

    def to_internal_value(self, data: Any) -> Any:
        _require_representable(data)
        return super().to_internal_value(data)


def _require_representable(data: Any) -> None:
    if isinstance(data, bool | str | None):
        return
    if isinstance(data, float) and not math.isfinite(data):
        raise ValidationError("A number is out of range.", code="out_of_range")
    if isinstance(data, int) and not -_INTEGER_LIMIT <= data < _INTEGER_LIMIT:
        raise ValidationError("A number is out of range.", code="out_of_range")
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        _require_representable(value)


def _shown(data: Any) -> str:
    """The refused value, short enough for an error message."""
    return str(data)[:100]


class StrictFieldsMixin:
    """Refuses fields the serializer does not declare, each by name."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict) or html.is_html_input(data):
            return super().to_internal_value(data)
        unknown = [name for name in data if name not in self.fields]
        errors: dict[str, Any] = {name: [ErrorDetail(_UNKNOWN, code="unknown_field")] for name in unknown}
        read_only = [name for name in data if name in self.fields and self.fields[name].read_only]
        errors |= {name: [ErrorDetail(_READ_ONLY, code="read_only")] for name in read_only}
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            detail: Any = error.detail
            raise ValidationError({**errors, **detail}) from error
        if errors:
            raise ValidationError(errors)
        return value

    @property
    def actor(self) -> Any:
        """Who acts; the view puts it into the context."""
        return self.context["actor"]


_UNKNOWN = "There is no such field."
_READ_ONLY = "This field cannot be set."


class StrictSerializer(StrictFieldsMixin, serializers.Serializer):
    """Input or output that is not one model."""


class StrictModelSerializer(StrictFieldsMixin, serializers.ModelSerializer):
    """Input and output of one model; saving is the service's business, so there is no create or update."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.BigIntegerField: StrictIntegerField,
        models.BooleanField: StrictBooleanField,
        models.CharField: StrictCharField,
        models.DateField: StrictDateField,
        models.DateTimeField: StrictDateTimeField,
        models.DecimalField: StrictDecimalField,
        models.EmailField: StrictEmailField,
        models.FloatField: StrictFloatField,
        models.IntegerField: StrictIntegerField,
        models.JSONField: StrictJSONField,
        models.PositiveIntegerField: StrictIntegerField,
        models.PositiveSmallIntegerField: StrictIntegerField,
        models.PositiveBigIntegerField: StrictIntegerField,
        models.SlugField: StrictSlugField,
        models.SmallIntegerField: StrictIntegerField,
        models.TextField: StrictCharField,
        models.URLField: StrictURLField,
        models.UUIDField: StrictUUIDField,
        postgres.ArrayField: StrictListField,
    }
    serializer_choice_field = StrictChoiceField

    def get_unique_together_validators(self) -> list[Any]:
        """None: services run full_clean and the database decides, without a second query here."""
        return []

    def get_unique_for_date_validators(self) -> list[Any]:
        return []

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """As DRF's, but a model validator's refusal stays a refusal of its field."""
        try:
            return super().run_validation(data)
        except DjangoValidationError as error:
            raise ValidationError(serializers.as_serializer_error(error)) from error


def changes_of(serializer: Any, *, fixed: Collection[str], message: str = "This cannot be changed.") -> dict[str, Any]:
    """What a PATCH asks for; a field that is settled once the record is made may be repeated, not changed."""
    changes = dict(serializer.validated_data)
    asked = {name: changes.pop(name) for name in fixed if name in changes}
    refused = [name for name, value in asked.items() if getattr(serializer.instance, name, None) != value]
    if refused:
        raise ValidationError({name: [message] for name in refused})
    return changes
