"""Filters of the roadmap, shared by screens and REST."""

from django_filters import BooleanFilter, CharFilter, DateFilter, FilterSet, ModelChoiceFilter, MultipleChoiceFilter

from core.web.forms import permitted_choices
from portfolio.enums import Stage
from roadmap.enums import DependencyKind, ItemStatus, MilestoneKind
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem


class RoadmapFilterSet(FilterSet):
    """Roadmaps by portfolio."""

    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"))

    class Meta:
        model = Roadmap
        fields = ["portfolio"]


class RoadmapItemFilterSet(FilterSet):
    """Items by where they stand, who delivers, and when work happens on them; unscheduled ones happen at no time."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    theme = ModelChoiceFilter(
        field_name="initiative__theme", queryset=permitted_choices("portfolio.Theme"), label="Theme"
    )
    owning_team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"))
    status = MultipleChoiceFilter(choices=ItemStatus.choices)
    stage = MultipleChoiceFilter(field_name="initiative__stage", choices=Stage.choices, label="Stage")
    lane = CharFilter(lookup_expr="iexact")
    is_scheduled = BooleanFilter(field_name="start_on", lookup_expr="isnull", exclude=True, label="Scheduled")
    works_from = DateFilter(field_name="end_on", lookup_expr="gte", label="Work on or after")
    works_until = DateFilter(field_name="start_on", lookup_expr="lte", label="Work on or before")

    class Meta:
        model = RoadmapItem
        fields = ["roadmap", "initiative", "owning_team", "status", "lane"]


class MilestoneFilterSet(FilterSet):
    """Milestones by roadmap, kind and date."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    kind = MultipleChoiceFilter(choices=MilestoneKind.choices)
    due_from = DateFilter(field_name="due_on", lookup_expr="gte", label="Due on or after")
    due_until = DateFilter(field_name="due_on", lookup_expr="lte", label="Due on or before")

    class Meta:
        model = Milestone
        fields = ["roadmap", "initiative", "kind"]


class DependencyFilterSet(FilterSet):
    """Dependencies by either end and kind."""

    predecessor = ModelChoiceFilter(queryset=permitted_choices("roadmap.RoadmapItem"))
    successor = ModelChoiceFilter(queryset=permitted_choices("roadmap.RoadmapItem"))
    roadmap = ModelChoiceFilter(
        queryset=permitted_choices("roadmap.Roadmap"), method="touching", label="Roadmap of either end"
    )
    kind = MultipleChoiceFilter(choices=DependencyKind.choices)

    class Meta:
        model = Dependency
        fields = ["predecessor", "successor", "kind"]

    def touching(self, queryset, name, value):
        return queryset.touching(value.pk)
