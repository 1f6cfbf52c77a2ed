"""Filters of roadmaps, their items and the dependencies between them."""

from typing import Any

from django_filters import BooleanFilter, CharFilter, ModelChoiceFilter, MultipleChoiceFilter

from collaboration.filters import WithCustomFields
from core.filters import day_filter
from core.web.forms import permitted_choices
from portfolio.enums import Stage
from portfolio.models import Initiative, ObjectiveInitiative
from roadmap.models import Dependency, Roadmap, RoadmapItem
from tenancy.filters import TenantFilterSet

# Where the custom fields of an item's initiative are.
INITIATIVE_VALUES = "initiative__custom_fields"


class RoadmapFilterSet(TenantFilterSet):
    """Roadmaps by portfolio."""

    class Meta:
        model = Roadmap
        fields = ["portfolio"]


class RoadmapItemFilterSet(TenantFilterSet):
    """Items by where they stand, who delivers, and when work happens on them; unscheduled ones happen at no time."""

    theme = ModelChoiceFilter(
        field_name="initiative__theme", queryset=permitted_choices("portfolio.Theme"), label="Theme"
    )
    stage = MultipleChoiceFilter(field_name="initiative__stage", choices=Stage.choices, label="Stage")
    objective = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Objective"), method="contributing", label="Objective"
    )
    lane = CharFilter(lookup_expr="iexact")
    is_committed = BooleanFilter(label="Committed")
    is_scheduled = BooleanFilter(field_name="start_on", lookup_expr="isnull", exclude=True, label="Scheduled")
    works_from = day_filter("end_on", "gte", "Work on or after")
    works_until = day_filter("start_on", "lte", "Work on or before")

    class Meta:
        model = RoadmapItem
        fields = ["roadmap", "initiative", "owning_team", "status", "release", "lane", "kind", "is_committed"]

    def contributing(self, queryset: Any, name: str, value: Any) -> Any:
        """Items whose initiative contributes to the objective."""
        links = ObjectiveInitiative.objects.filter(objective=value)
        return queryset.filter(initiative__in=links.values("initiative"))


class RoadmapItemPageFilterSet(WithCustomFields, RoadmapItemFilterSet):
    """Also by the custom fields of their initiatives, for pages; REST reads their definitions only when asked for."""

    custom_model = Initiative
    custom_column = INITIATIVE_VALUES


class DependencyFilterSet(TenantFilterSet):
    """Dependencies by either end and kind."""

    roadmap = ModelChoiceFilter(
        queryset=permitted_choices("roadmap.Roadmap"), method="touching", label="Roadmap of either end"
    )

    class Meta:
        model = Dependency
        fields = ["predecessor", "successor", "kind", "strength", "agreement"]

    def touching(self, queryset: Any, name: str, value: Any) -> Any:
        """Dependencies one end of which is on the roadmap."""
        return queryset.touching(value.pk)
