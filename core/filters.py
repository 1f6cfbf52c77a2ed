"""Filters that every app's FilterSets use."""

from datetime import UTC
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django_filters import DateFilter, IsoDateTimeFilter
from django_filters.fields import IsoDateTimeField


class MomentField(IsoDateTimeField):
    """An ISO 8601 moment, in UTC: PostgreSQL does not take every offset that Python reads."""

    def clean(self, value: Any) -> Any:
        moment = super().clean(value)
        try:
            return moment.astimezone(UTC) if moment else moment
        except OverflowError as error:
            raise ValidationError("This moment lies outside the calendar.", code="invalid") from error


class MomentFilter(IsoDateTimeFilter):
    """Compares with a moment such as 2026-11-22T09:30:00Z."""

    field_class = MomentField


def moment_filter(name: str, lookup: str, label: str) -> MomentFilter:
    """Compares a moment with one picked on the page."""
    picker = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return MomentFilter(field_name=name, lookup_expr=lookup, label=label, widget=picker)


def day_filter(name: str, lookup: str, label: str) -> DateFilter:
    """Compares a day with one picked on the page; moments by the lookups `date__gte`, `date__lte`."""
    picker = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return DateFilter(field_name=name, lookup_expr=lookup, label=label, widget=picker)
