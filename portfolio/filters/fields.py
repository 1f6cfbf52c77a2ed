"""Fields that several filters of the portfolio have."""

from typing import Any

from django import forms
from django_filters import DateFilter

from core.filters import MomentFilter
from core.web.forms import permitted_choices


def moment_filter(name: str, lookup: str, label: str) -> MomentFilter:
    """Compares a moment with one picked on the page."""
    picker = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return MomentFilter(field_name=name, lookup_expr=lookup, label=label, widget=picker)


def day_filter(name: str, lookup: str, label: str) -> DateFilter:
    """Compares a day with one picked on the page."""
    picker = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return DateFilter(field_name=name, lookup_expr=lookup, label=label, widget=picker)


def members_by_name(request: Any) -> Any:
    """Members by name; their people are loaded with them, since their names are what is shown."""
    return permitted_choices("tenancy.Membership")(request).select_related("user")
