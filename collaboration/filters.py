"""Filters of collaboration's lists, and those by which other lists narrow their records by custom fields."""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q
from django_filters import (
    BooleanFilter,
    CharFilter,
    ChoiceFilter,
    DateFromToRangeFilter,
    Filter,
    FilterSet,
    ModelChoiceFilter,
    MultipleChoiceFilter,
    RangeFilter,
    UUIDFilter,
)
from django_filters.widgets import DateRangeWidget

from collaboration.enums import NUMBER_TYPES, TEXT_TYPES, FieldType
from collaboration.models import (
    CustomField,
    Document,
    DocumentSection,
    DocumentTemplate,
    SavedView,
    models_with_custom_fields,
)
from collaboration.selectors.custom_fields import OWN_VALUES, fields_in_use, held_values, value_expression
from core.web.forms import permitted_choices
from tenancy.filters import TenantFilterSet

DOCUMENT_STATES = [("complete", "Complete"), ("incomplete", "Not complete"), ("none", "Not begun")]

Narrow = Callable[[Any, str, Any], Any]


class SavedViewFilterSet(TenantFilterSet):
    """Saved views by list and sharing."""

    class Meta:
        model = SavedView
        fields = ["screen", "sharing"]


class CustomFieldFilterSet(TenantFilterSet):
    """Custom fields by kind of record and type; archived ones on request."""

    target_model = ChoiceFilter(
        choices=lambda: [(label, model._meta.verbose_name) for label, model in models_with_custom_fields().items()],
        label="Record type",
    )
    is_archived = BooleanFilter(
        label="Archived", method=lambda rows, name, value: rows.filter(archived_at__isnull=not value)
    )

    class Meta:
        model = CustomField
        fields = ["target_model", "type", "is_archived"]


class DocumentFilterSet(TenantFilterSet):
    """Documents by kind, record and completeness."""

    target_id = UUIDFilter(label="Record")
    completeness = RangeFilter(
        fields=tuple(forms.IntegerField(min_value=0, max_value=100) for _ in range(2)), label="Complete, in percent"
    )

    class Meta:
        model = Document
        fields = ["kind", "target_id", "completeness"]


class DocumentSectionFilterSet(TenantFilterSet):
    """Sections of one document."""

    class Meta:
        model = DocumentSection
        fields = ["document"]


class DocumentTemplateFilterSet(TenantFilterSet):
    """Templates by kind."""

    class Meta:
        model = DocumentTemplate
        fields = ["kind"]


class WithCustomFields:
    """A FilterSet of a list page that also filters by custom fields, one query more.

    They are those of its model; of a model it points to when `custom_model` and `custom_column` say so.
    """

    custom_model: Any = None
    custom_column = OWN_VALUES
    request: Any
    _meta: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = custom_fields_of(self.request, self.custom_model or self._meta.model)
        add_custom_filters(self, fields, self.custom_column)


def custom_fields_of(request: Any, model: Any) -> list[CustomField]:
    """The fields in use for records of this model, read once a request."""
    known: dict[Any, list[CustomField]] = request.__dict__.setdefault("custom_fields", {})
    if model not in known:
        known[model] = fields_in_use(model)
    return known[model]


def custom_filterset(model: Any, fields: Sequence[CustomField], column: str = OWN_VALUES) -> type[FilterSet]:
    """A FilterSet of custom fields alone, for REST; its parameters are `cf_<key>`, of ranges with their suffixes."""
    filters = {field.parameter: custom_filter(field, column) for field in fields}
    meta = type("Meta", (), {"model": model, "fields": []})
    return type(f"Custom{model.__name__}FilterSet", (TenantFilterSet,), {**filters, "Meta": meta})


def add_custom_filters(filterset: Any, fields: Sequence[CustomField], column: str = OWN_VALUES) -> None:
    """Give a FilterSet the filters of these fields, after its own."""
    for field in fields:
        added = custom_filter(field, column)
        added.parent = filterset
        added.model = filterset.queryset.model
        filterset.filters[field.parameter] = added


def custom_filter(field: CustomField, column: str = OWN_VALUES) -> Filter:
    """The filter that fits the field's type, on values held in this column."""
    common: dict[str, Any] = {"field_name": field.parameter, "label": field.label}
    if field.type in TEXT_TYPES:
        return CharFilter(method=_narrow(field, "icontains", column), **common)
    if field.type in NUMBER_TYPES:
        ends = tuple(forms.DecimalField(max_digits=22, decimal_places=6) for _ in range(2))
        return RangeFilter(method=_narrow_range(field, column), fields=ends, **common)
    if field.type == FieldType.DATE:
        picker = DateRangeWidget(attrs={"type": "date"})
        return DateFromToRangeFilter(method=_narrow_range(field, column, of_day=True), widget=picker, **common)
    if field.type == FieldType.BOOLEAN:
        return BooleanFilter(method=_narrow(field, "exact", column), **common)
    if field.type == FieldType.PERSON:
        return ModelChoiceFilter(
            queryset=permitted_choices("tenancy.Membership"), method=_narrow_person(field, column), **common
        )
    choices = list(field.choice_labels.items())
    narrow = _narrow(field, "in", column) if field.type == FieldType.CHOICE else _narrow_any(field, column)
    return MultipleChoiceFilter(choices=choices, method=narrow, **common)


def _narrow(field: CustomField, lookup: str, column: str) -> Narrow:
    def narrow(queryset: Any, name: str, value: Any) -> Any:
        held = f"held_{field.key}"
        return queryset.alias(**{held: value_expression(field, column)}).filter(**{f"{held}__{lookup}": value})

    return narrow


def _narrow_range(field: CustomField, column: str, *, of_day: bool = False) -> Narrow:
    def narrow(queryset: Any, name: str, value: slice) -> Any:
        for end, lookup in ((value.start, "gte"), (value.stop, "lte")):
            if end is not None:
                queryset = _narrow(field, lookup, column)(queryset, name, end.date() if of_day else end)
        return queryset

    return narrow


def _narrow_person(field: CustomField, column: str) -> Narrow:
    return lambda queryset, name, value: _narrow(field, "exact", column)(queryset, name, str(value.pk))


def _narrow_any(field: CustomField, column: str) -> Narrow:
    """Records that hold at least one of the choices."""

    def narrow(queryset: Any, name: str, value: list[str]) -> Any:
        held = f"held_{field.key}"
        any_of = reduce(or_, (Q(**{f"{held}__contains": [choice]}) for choice in value))
        return queryset.alias(**{held: held_values(field, column)}).filter(any_of)

    return narrow
