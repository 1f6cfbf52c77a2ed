"""Custom fields on the pages of records that have them: forms, lists, bulk edit and the record's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html

from collaboration.enums import CHOICE_TYPES, NUMBER_TYPES, FieldType
from collaboration.filters import custom_fields_of
from collaboration.models import CustomField
from collaboration.selectors.custom_fields import (
    fields_in_use,
    is_sortable,
    order_expression,
    people_by_id,
    person_name,
)
from core.web import formatting
from core.web.choosers import with_chooser
from core.web.details import ShownField
from core.web.forms import NO_CHOICE, TO_CHOOSE, TenantChoiceField
from core.web.tables import Column
from tenancy.models import Membership
from tenancy.web.forms import MemberChoiceField

PREFIX = "cf_"


class CustomFieldsFormMixin:
    """A model form that also asks for the custom fields; `cleaned_data` holds them as `custom_fields`."""

    fields: dict[str, Any]
    initial: dict[str, Any]

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)  # type: ignore[call-arg]  # the form beside it takes the actor
        self.custom = {field.parameter: field for field in fields_in_use(self._meta.model)}
        held = self.instance.custom_fields
        for name, field in self.custom.items():
            made = form_field(field)
            if isinstance(made, TenantChoiceField):
                made.bind_actor(actor)
                made = with_chooser(made, actor)
            self.fields[name] = made
            if field.key in held:
                self.initial[name] = _initial(field, held[field.key])

    def clean(self) -> dict[str, Any]:
        """Gather the custom fields under one name; an empty one is None, which takes its value away."""
        data: dict[str, Any] = super().clean()
        return gathered(data, self.custom)


def gathered(data: dict[str, Any], custom: Mapping[str, CustomField]) -> dict[str, Any]:
    """The data with `cf_<key>` entries put together under `custom_fields`."""
    given = {custom[name].key: _plain(value) for name, value in data.items() if name in custom}
    rest = {name: value for name, value in data.items() if name not in custom}
    return {**rest, "custom_fields": given} if given else rest


def _plain(value: Any) -> Any:
    return str(value.pk) if isinstance(value, Membership) else None if value in ("", []) else value


def _initial(field: CustomField, value: Any) -> Any:
    return ("true" if value else "false") if field.type == FieldType.BOOLEAN else value


def form_field(field: CustomField) -> Any:
    """The form field of a custom field."""
    common: dict[str, Any] = {"label": field.label, "help_text": field.help_text, "required": field.is_required}
    if field.type in CHOICE_TYPES | {FieldType.BOOLEAN}:
        return _choice_field(field, common)
    if field.type in NUMBER_TYPES:
        return _number_field(field, common)
    if field.type == FieldType.PERSON:
        return MemberChoiceField(**common)
    if field.type == FieldType.DATE:
        return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **common)
    if field.type == FieldType.URL:
        return forms.URLField(max_length=2000, assume_scheme="https", **common)
    if field.type == FieldType.LONG_TEXT:
        return forms.CharField(max_length=10_000, widget=forms.Textarea({"rows": 4}), **common)
    return forms.CharField(max_length=300, **common)


def _number_field(field: CustomField, common: dict[str, Any]) -> Any:
    if field.type == FieldType.INTEGER:
        limit = 10**15 - 1
        return forms.IntegerField(min_value=-limit, max_value=limit, **common)
    if field.type == FieldType.MONEY:
        return forms.DecimalField(
            max_digits=17, decimal_places=2, **{**common, "label": f"{field.label} ({field.currency})"}
        )
    return forms.DecimalField(max_digits=21, decimal_places=6, **common)


def _choice_field(field: CustomField, common: dict[str, Any]) -> Any:
    choices = list(field.choice_labels.items())
    if field.type == FieldType.MULTIPLE_CHOICE:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
    empty = ("", TO_CHOOSE if field.is_required else NO_CHOICE)
    if field.type == FieldType.CHOICE:
        return forms.ChoiceField(choices=[empty, *choices], **common)
    words = [empty, ("true", "Yes"), ("false", "No")]
    return forms.TypedChoiceField(choices=words, coerce=lambda word: word == "true", empty_value=None, **common)


class CustomFieldsScreenMixin:
    """Adds custom fields to a screen: `class InitiativeScreen(CustomFieldsScreenMixin, TenantCRUDView)`.

    Its form needs CustomFieldsFormMixin, its FilterSet WithCustomFields. Each page costs one query more.
    """

    custom_title: ClassVar[str] = "Further facts"
    bulk_fields: Any

    @cached_property
    def custom(self) -> dict[str, CustomField]:
        """The fields in use, by their names in forms and addresses."""
        return {field.parameter: field for field in custom_fields_of(self.request, self.model)}

    @cached_property
    def all_columns(self) -> list[Column]:
        """The declared columns, then the custom fields, which are shown when chosen."""
        declared: list[Column] = super().all_columns
        return [*declared, *(column_of(field) for field in self.custom.values())]

    def bulk_form(self, *, is_bound: bool) -> Any:
        """Custom fields can be edited for many records like others."""
        declared = type(self).bulk_fields
        self.bulk_fields = [*declared, *self.custom]
        return super().bulk_form(is_bound=is_bound)

    def bulk_changes(self, changes: dict[str, Any]) -> dict[str, Any]:
        """The filled-in fields of a bulk edit as the service takes them."""
        return gathered(changes, self.custom)

    def shown_groups(self, obj: Any) -> list[dict[str, Any]]:
        """The declared groups, then one of the custom fields."""
        groups: list[dict[str, Any]] = super().shown_groups(obj)
        if not self.custom:
            return groups
        people = people_by_id(
            obj.custom_fields.get(field.key) for field in self.custom.values() if field.type == FieldType.PERSON
        )
        shown = [_shown(field, obj, people) for field in self.custom.values()]
        return [*groups, {"title": self.custom_title, "is_aside": True, "fields": shown}]


def _shown(field: CustomField, obj: Any, people: Mapping[str, Any]) -> ShownField:
    value = obj.custom_fields.get(field.key)
    if field.type == FieldType.PERSON:
        return ShownField(field.label, formatting.person(people.get(value)), None)
    return ShownField(field.label, value_html(field, value), None)


def column_of(field: CustomField) -> Column:
    """A list column of a custom field, hidden until chosen."""
    is_person = field.type == FieldType.PERSON
    sort = field.parameter if is_sortable(field) else None
    annotate = (person_name(field) if is_person else order_expression(field)) if sort else None

    def value(obj: Any) -> Any:
        return getattr(obj, field.parameter) if is_person else obj.custom_fields.get(field.key)

    return Column(
        field.parameter,
        field.label,
        accessor=value,
        annotate=annotate,
        sort=sort,
        formatter="person" if is_person else lambda shown, obj, column: value_html(field, shown),
        is_default=False,
        align="end" if field.type in NUMBER_TYPES else "",
        width="m" if field.type == FieldType.TEXT else "l" if field.type == FieldType.LONG_TEXT else None,
        export=None if is_person else lambda obj: exported(field, obj.custom_fields.get(field.key)),
    )


def value_html(field: CustomField, value: Any) -> str:
    """A stored value as pages show it, but for people, whose names are read apart."""
    if value is None:
        return formatting.UNKNOWN
    return _SHOWN.get(field.type, lambda f, v: formatting.plain(v))(field, value)


def exported(field: CustomField, value: Any) -> Any:
    """The value for a CSV cell: choices as their labels."""
    labels = field.choice_labels
    if isinstance(value, list):
        return [labels.get(each, each) for each in value]
    return labels.get(value, value) if field.type == FieldType.CHOICE else value


def _badges(field: CustomField, values: list[str]) -> str:
    shown = [
        formatting.badge(field.choice_labels.get(each, each), field.choice_tones.get(each, "neutral"))
        for each in values
    ]
    return format_html(" ".join(["{}"] * len(shown)), *shown)


def _link(field: CustomField, value: str) -> str:
    text = value.partition("://")[2].rstrip("/")
    return format_html('<a class="link" href="{}" rel="noopener noreferrer nofollow">{}</a>', value, text)


_SHOWN: dict[str, Any] = {
    FieldType.INTEGER: lambda field, value: format_html('<span class="num">{}</span>', formatting.number(value)),
    FieldType.DECIMAL: lambda field, value: format_html('<span class="num">{}</span>', formatting.number(value)),
    FieldType.MONEY: lambda field, value: formatting.money(value, field.currency),
    FieldType.DATE: lambda field, value: formatting.day(date.fromisoformat(value)),
    FieldType.BOOLEAN: lambda field, value: formatting.boolean(value),
    FieldType.CHOICE: lambda field, value: _badges(field, [value]),
    FieldType.MULTIPLE_CHOICE: lambda field, value: _badges(field, value),
    FieldType.URL: _link,
}
