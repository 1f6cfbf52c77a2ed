"""FilterSets of tenancy, for the screens and the REST interface, and the parent of every other app's."""

from typing import Any, ClassVar

from django.db import models
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter, MultipleChoiceFilter, UUIDFilter
from django_filters.conf import settings

from core.filters import MomentFilter
from core.web.forms import PlainNumbersMixin, permitted_choices
from tenancy.enums import Role
from tenancy.models import ApiToken, Invitation, Job, LedgerEvent, Membership, Team


def _foreign_key(field: Any) -> dict[str, Any]:
    return {"queryset": permitted_choices(field.related_model._meta.label)}


class TenantFilterSet(FilterSet):
    """Derives filters from `Meta.fields` without asking a manager, which at import knows no organization.

    A foreign key becomes a choice among the rows the request's actor may see, a field with choices takes several
    of them; declare a `ChoiceFilter` where it shall be one. Lookups are plain ones (`exact`, `in`, `gte`, ...), no
    transforms.
    """

    FILTER_DEFAULTS: ClassVar[dict[Any, Any]] = {
        **FilterSet.FILTER_DEFAULTS,
        models.ForeignKey: {"filter_class": ModelChoiceFilter, "extra": _foreign_key},
        models.OneToOneField: {"filter_class": ModelChoiceFilter, "extra": _foreign_key},
    }

    def get_form_class(self) -> Any:
        """The form that reads the parameters; its numbers are read as in every other form."""
        made = super().get_form_class()
        return type(made.__name__, (PlainNumbersMixin, made), {})

    @classmethod
    def filter_for_field(cls, field: Any, field_name: str, lookup_expr: str | None = None) -> Any:
        """The filter of one model field and lookup; raises AssertionError for a field type without one."""
        lookup = lookup_expr or settings.DEFAULT_LOOKUP_EXPR
        filter_class, parameters = cls.filter_for_lookup(field, lookup)
        if filter_class is ChoiceFilter:
            filter_class = MultipleChoiceFilter
        if filter_class is None:
            return cls.handle_unrecognized_field(field_name, f"{cls.__name__}: declare a filter for {field_name!r}.")
        return filter_class(field_name=field_name, lookup_expr=lookup, **parameters)


class MembershipFilterSet(TenantFilterSet):
    class Meta:
        model = Membership
        fields = ["role", "is_active"]


class TeamFilterSet(TenantFilterSet):
    member = ModelChoiceFilter(
        field_name="members",
        label="Member",
        queryset=lambda request: Membership.objects.permitted(request.actor, "view"),
    )

    class Meta:
        model = Team
        fields = ["member"]


class InvitationFilterSet(TenantFilterSet):
    role = ChoiceFilter(choices=Role.choices)

    class Meta:
        model = Invitation
        fields = ["email", "role"]


class ApiTokenFilterSet(TenantFilterSet):
    class Meta:
        model = ApiToken
        fields = ["membership"]


class JobFilterSet(TenantFilterSet):
    class Meta:
        model = Job
        fields = ["status", "name"]


class LedgerEventFilterSet(TenantFilterSet):
    table = CharFilter(field_name="table_name", label="Table")
    action = CharFilter()
    record_id = UUIDFilter()
    actor = UUIDFilter(field_name="actor_id", label="Actor")
    at_after = MomentFilter(field_name="at", lookup_expr="gte", label="At or after")
    at_before = MomentFilter(field_name="at", lookup_expr="lt", label="Before")

    class Meta:
        model = LedgerEvent
        fields = ["table", "action", "record_id", "actor", "operation", "source", "request_id"]
