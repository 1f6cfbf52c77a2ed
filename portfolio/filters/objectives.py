"""Filters of the lists of objectives."""

from django_filters import ModelChoiceFilter

from core.filters import moment_filter
from core.web.forms import permitted_choices
from portfolio.models import KeyResult, Objective, ObjectiveInitiative
from tenancy.filters import TenantFilterSet


class ObjectiveFilterSet(TenantFilterSet):
    parent = ModelChoiceFilter(queryset=permitted_choices("portfolio.Objective"), label="Below")
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Objective
        fields = ["portfolio", "theme", "parent", "owner", "updated_after"]


class KeyResultFilterSet(TenantFilterSet):
    class Meta:
        model = KeyResult
        fields = ["objective", "kpi"]


class ObjectiveInitiativeFilterSet(TenantFilterSet):
    class Meta:
        model = ObjectiveInitiative
        fields = ["objective", "initiative"]
