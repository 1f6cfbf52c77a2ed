"""Custom fields over REST: their definitions, and what a viewset of records that have them needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from collaboration.enums import NUMBER_TYPES, FieldType
from collaboration.filters import CustomFieldFilterSet, custom_filter, custom_filterset
from collaboration.models import CustomField
from collaboration.selectors.custom_fields import OWN_VALUES, fields_in_use, is_sortable, order_expression
from collaboration.services import custom_fields
from core.api import queries
from core.api.schema import parameters_of
from core.api.serializers import STAMPS, StrictJSONField, changes_of
from tenancy.api.actions import record_action
from tenancy.api.serializers import TenantModelSerializer
from tenancy.api.viewsets import TenantViewSet

PREFIX = "cf_"
# Which keys there are is each organization's own matter, so the description can give their pattern alone.
FILTERS_BY_CUSTOM_FIELDS: dict[str, Any] = {
    "name": "custom_fields",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": True,
    "schema": {
        "type": "object",
        "patternProperties": {
            rf"^{PREFIX}[a-z][a-z0-9]*(_[a-z0-9]+)*$": {
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
            }
        },
        "additionalProperties": False,
    },
    "examples": {
        "choices, and the least amount": {
            "value": {f"{PREFIX}risk_class": ["high", "severe"], f"{PREFIX}cap_min": "1000"}
        }
    },
    "description": (
        f"Any number of parameters `{PREFIX}<key>`, one for each custom field to filter by: texts that contain it, one"
        " of the choices (may be repeated), the id of a membership, `true` or `false`. Numbers and money take"
        f" `{PREFIX}<key>_min` and `{PREFIX}<key>_max`, dates `{PREFIX}<key>_after` and `{PREFIX}<key>_before`, ends"
        " included. `GET custom-fields/` answers under `filters` which ones this organization has, with their types;"
        f" another one answers 400. `ordering` takes `{PREFIX}<key>` too."
    ),
}


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": True,
        "description": (
            "Values by the keys of the organization's custom fields (GET custom-fields/). Decimals, money and dates"
            " are text, a person is the id of a membership, a multiple choice is a list. A write names only the"
            " fields to change; null empties one."
        ),
    }
)
class CustomValuesField(StrictJSONField):
    """The object `custom_fields` of a record; the service checks what is in it."""

    default_error_messages = {"not_an_object": "Give an object of values by the fields' keys."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return super().to_internal_value(data)


class CustomFieldsViewMixin:
    """Filters (`cf_<key>`) and orders (`ordering=cf_<key>`) a viewset's list by custom fields.

    They are those of its model; of a model it points to when `custom_model` and `custom_column` say so. Costs one
    query, and only when the query string speaks of custom fields.
    """

    custom_model: Any = None
    custom_column = OWN_VALUES

    further_parameter_schemas = (FILTERS_BY_CUSTOM_FIELDS,)
    ordering_fields: Any
    _custom: dict[str, CustomField] | None = None

    def filter_queryset(self, queryset: Any) -> Any:
        """As the viewset's own, then by custom fields."""
        parameters = self.request.GET
        ordered = [name.strip().removeprefix("-") for name in parameters.get("ordering", "").split(",")]
        ordered = [name for name in ordered if name.startswith(PREFIX)]
        if not ordered and not any(name.startswith(PREFIX) for name in parameters):
            return super().filter_queryset(queryset)
        fields = fields_in_use(self.custom_model or self.model)
        self._custom = {field.parameter: field for field in fields}
        filterset_class = custom_filterset(self.model, fields, self.custom_column)
        self._further = _parameters_of(filterset_class, fields)
        narrowed = super().filter_queryset(queryset)
        if self._further.intersection(parameters):
            filterset = filterset_class(parameters, queryset=narrowed, request=self.request._request)
            if not filterset.is_valid():
                raise ValidationError({name: [str(text) for text in texts] for name, texts in filterset.errors.items()})
            narrowed = filterset.qs
        return self._orderable(narrowed, ordered)

    def _orderable(self, queryset: Any, names: list[str]) -> Any:
        known = self._custom or {}
        sortable = [name for name in names if name in known and is_sortable(known[name])]
        sorts = {name: order_expression(known[name], self.custom_column) for name in sortable}
        self.ordering_fields = (*type(self).ordering_fields, *sorts)
        return queryset.annotate(**sorts)

    def further_parameters(self) -> frozenset[str]:
        """Those of the fields in use."""
        return self._further if self._custom is not None else frozenset()

    def reader(self, queryset: Any) -> Any:
        """Rows are read the same way however they are ordered."""
        return super().reader(self.get_queryset() if self._custom is not None else queryset)


def _parameters_of(filterset_class: Any, fields: Sequence[CustomField]) -> frozenset[str]:
    """What the FilterSet reads; of a range only its ends, for its bare name would narrow nothing."""
    ranges = {field.parameter for field in fields if field.type in NUMBER_TYPES | {FieldType.DATE}}
    # Not the cached filter_parameters: these classes live as long as the request.
    return queries.filter_parameters.__wrapped__(filterset_class) - ranges


class CustomFieldSerializer(TenantModelSerializer):
    """A custom field; `parameter` names it in `ordering`, `filters` describes the parameters that filter by it.

    They are described as OpenAPI describes parameters. There are none while the field is archived.
    """

    is_archived = serializers.SerializerMethodField()
    parameter = serializers.SerializerMethodField()
    filters = serializers.SerializerMethodField()

    class Meta:
        model = CustomField
        fields = [
            "id",
            "target_model",
            "key",
            "parameter",
            "filters",
            "label",
            "type",
            "help_text",
            "is_required",
            "choices",
            "currency",
            "position",
            "is_archived",
            *STAMPS,
        ]
        extra_kwargs = {"position": {"required": False}}

    def get_is_archived(self, field: CustomField) -> bool:
        return field.is_archived

    def get_parameter(self, field: CustomField) -> str:
        return field.parameter

    def get_filters(self, field: CustomField) -> list[dict[str, Any]]:
        return [] if field.is_archived else parameters_of(field.parameter, custom_filter(field))


class CustomFieldViewSet(TenantViewSet):
    """Custom fields: what the organization wants to know of its records beyond what everybody does."""

    model = CustomField
    serializer_class = CustomFieldSerializer
    filterset_class = CustomFieldFilterSet
    search_fields = ("key", "label")
    ordering = ("position",)
    ordering_fields = ("position",)

    def perform_create(self, serializer: Any) -> CustomField:
        return custom_fields.create_custom_field(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> CustomField:
        instead = "This cannot be changed; archive the field and add another one."
        changes = changes_of(serializer, fixed=("target_model", "key", "type"), message=instead)
        return custom_fields.change_custom_field(serializer.instance, actor=self.actor, **changes)

    @record_action("custom_field.archive")
    def archive(self, instance: CustomField, data: dict[str, Any]) -> CustomField:
        """Offer the field no longer; the values records have are kept."""
        return custom_fields.archive_custom_field(instance, actor=self.actor)

    @record_action("custom_field.archive")
    def restore(self, instance: CustomField, data: dict[str, Any]) -> CustomField:
        """Offer an archived field again."""
        return custom_fields.restore_custom_field(instance, actor=self.actor)
