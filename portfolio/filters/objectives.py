"""Filters of the lists of objectives."""

from django_filters import FilterSet, ModelChoiceFilter

from core.web.forms import permitted_choices
from portfolio.filters.fields import members_by_name, moment_filter
from portfolio.models import KeyResult, Objective, ObjectiveInitiative


class ObjectiveFilterSet(FilterSet):
    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"))
    theme = ModelChoiceFilter(queryset=permitted_choices("portfolio.Theme"))
    parent = ModelChoiceFilter(queryset=permitted_choices("portfolio.Objective"), label="Below")
    owner = ModelChoiceFilter(queryset=members_by_name)
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Objective
        fields = ["portfolio", "theme", "parent", "owner", "updated_after"]


class KeyResultFilterSet(FilterSet):
    objective = ModelChoiceFilter(queryset=permitted_choices("portfolio.Objective"))
    kpi = ModelChoiceFilter(queryset=permitted_choices("portfolio.Kpi"))

    class Meta:
        model = KeyResult
        fields = ["objective", "kpi"]


class ObjectiveInitiativeFilterSet(FilterSet):
    objective = ModelChoiceFilter(queryset=permitted_choices("portfolio.Objective"))
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))

    class Meta:
        model = ObjectiveInitiative
        fields = ["objective", "initiative"]
