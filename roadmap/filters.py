"""Filters of the roadmap, shared by screens and REST."""

from django_filters import BooleanFilter, CharFilter, DateFilter, FilterSet, ModelChoiceFilter, MultipleChoiceFilter

from core.web.forms import permitted_choices
from portfolio.enums import InitiativeKind, Stage
from portfolio.models import ObjectiveInitiative
from roadmap.enums import (
    Agreement,
    BaselineReason,
    DependencyKind,
    DependencyStrength,
    ExportFormat,
    HistoryField,
    ItemKind,
    ItemStatus,
    LinkKind,
    MilestoneKind,
    PlanChangeKind,
    PlanNoteKind,
    PlanNoteStatus,
    RescopeReason,
    ResourceKind,
    ScenarioField,
    ScenarioStatus,
)
from roadmap.models import (
    AllocationTarget,
    Baseline,
    CalendarHoliday,
    Dependency,
    ForecastDate,
    ItemRescope,
    Milestone,
    MilestoneGate,
    PlanChange,
    PlanHistoryEntry,
    PlanNote,
    PublicLink,
    Release,
    Resource,
    ResourceDemand,
    Roadmap,
    RoadmapExport,
    RoadmapItem,
    Scenario,
    ScenarioChange,
    ScheduleForecast,
    TeamCalendar,
    TeamCapacity,
)


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
    objective = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Objective"), method="contributing", label="Objective"
    )
    release = ModelChoiceFilter(queryset=permitted_choices("roadmap.Release"))
    lane = CharFilter(lookup_expr="iexact")
    kind = MultipleChoiceFilter(choices=ItemKind.choices)
    is_committed = BooleanFilter(label="Committed")
    is_scheduled = BooleanFilter(field_name="start_on", lookup_expr="isnull", exclude=True, label="Scheduled")
    works_from = DateFilter(field_name="end_on", lookup_expr="gte", label="Work on or after")
    works_until = DateFilter(field_name="start_on", lookup_expr="lte", label="Work on or before")

    class Meta:
        model = RoadmapItem
        fields = ["roadmap", "initiative", "owning_team", "status", "release", "lane", "kind", "is_committed"]

    def contributing(self, queryset, name, value):
        """Items whose initiative contributes to the objective."""
        links = ObjectiveInitiative.objects.filter(objective=value)
        return queryset.filter(initiative__in=links.values("initiative"))


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
    strength = MultipleChoiceFilter(choices=DependencyStrength.choices)
    agreement = MultipleChoiceFilter(choices=Agreement.choices)

    class Meta:
        model = Dependency
        fields = ["predecessor", "successor", "kind", "strength", "agreement"]

    def touching(self, queryset, name, value):
        return queryset.touching(value.pk)


class BaselineFilterSet(FilterSet):
    """Baselines by roadmap, reason and the day they show."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    reason = MultipleChoiceFilter(choices=BaselineReason.choices)
    taken_from = DateFilter(field_name="taken_at", lookup_expr="date__gte", label="Shows this day or later")
    taken_until = DateFilter(field_name="taken_at", lookup_expr="date__lte", label="Shows this day or earlier")

    class Meta:
        model = Baseline
        fields = ["roadmap", "reason"]


class ItemRescopeFilterSet(FilterSet):
    """Changes of promises by roadmap, item, reason and day."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    item = ModelChoiceFilter(queryset=permitted_choices("roadmap.RoadmapItem"))
    reason_code = MultipleChoiceFilter(choices=RescopeReason.choices)
    rescoped_from = DateFilter(field_name="rescoped_at", lookup_expr="date__gte", label="On or after")
    rescoped_until = DateFilter(field_name="rescoped_at", lookup_expr="date__lte", label="On or before")

    class Meta:
        model = ItemRescope
        fields = ["roadmap", "item", "reason_code"]


class PlanHistoryEntryFilterSet(FilterSet):
    """Imported history by initiative, system, target and day."""

    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    system = CharFilter()
    external_id = CharFilter()
    team_name = CharFilter(label="Team")
    field = MultipleChoiceFilter(choices=HistoryField.choices, label="Target")
    changed_from = DateFilter(field_name="changed_at", lookup_expr="date__gte", label="On or after")
    changed_until = DateFilter(field_name="changed_at", lookup_expr="date__lte", label="On or before")

    class Meta:
        model = PlanHistoryEntry
        fields = ["initiative", "system", "external_id", "team_name", "field"]


class ReleaseFilterSet(FilterSet):
    """Releases by roadmap and general availability."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    ga_from = DateFilter(field_name="ga_on", lookup_expr="gte", label="Available on or after")
    ga_until = DateFilter(field_name="ga_on", lookup_expr="lte", label="Available on or before")

    class Meta:
        model = Release
        fields = ["roadmap"]


class PlanNoteFilterSet(FilterSet):
    """Risks and decisions by roadmap, item, kind, status and date."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    item = ModelChoiceFilter(queryset=permitted_choices("roadmap.RoadmapItem"))
    kind = MultipleChoiceFilter(choices=PlanNoteKind.choices)
    status = MultipleChoiceFilter(choices=PlanNoteStatus.choices)
    from_day = DateFilter(field_name="on", lookup_expr="gte", label="On or after")
    until_day = DateFilter(field_name="on", lookup_expr="lte", label="On or before")

    class Meta:
        model = PlanNote
        fields = ["roadmap", "item", "kind", "status"]


class PlanChangeFilterSet(FilterSet):
    """Sets of changes by roadmap and kind."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    kind = MultipleChoiceFilter(choices=PlanChangeKind.choices)

    class Meta:
        model = PlanChange
        fields = ["roadmap", "kind"]


class MilestoneGateFilterSet(FilterSet):
    """Gates by milestone or item."""

    milestone = ModelChoiceFilter(queryset=permitted_choices("roadmap.Milestone"))
    item = ModelChoiceFilter(queryset=permitted_choices("roadmap.RoadmapItem"))

    class Meta:
        model = MilestoneGate
        fields = ["milestone", "item"]


class CalendarHolidayFilterSet(FilterSet):
    """Holidays by calendar and day."""

    calendar = ModelChoiceFilter(queryset=permitted_choices("roadmap.WorkingCalendar"))
    from_day = DateFilter(field_name="on", lookup_expr="gte", label="On or after")
    until_day = DateFilter(field_name="on", lookup_expr="lte", label="On or before")

    class Meta:
        model = CalendarHoliday
        fields = ["calendar"]


class TeamCalendarFilterSet(FilterSet):
    """Who works by which calendar."""

    team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"))
    calendar = ModelChoiceFilter(queryset=permitted_choices("roadmap.WorkingCalendar"))

    class Meta:
        model = TeamCalendar
        fields = ["team", "calendar"]


class PublicLinkFilterSet(FilterSet):
    """Public links by roadmap and by what they open."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    kind = MultipleChoiceFilter(choices=LinkKind.choices)

    class Meta:
        model = PublicLink
        fields = ["roadmap", "kind"]


class RoadmapExportFilterSet(FilterSet):
    """Files by roadmap and format."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    file_format = MultipleChoiceFilter(choices=ExportFormat.choices)

    class Meta:
        model = RoadmapExport
        fields = ["roadmap", "file_format"]


class ScenarioFilterSet(FilterSet):
    """Scenarios by roadmap and by how far they have come."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))
    status = MultipleChoiceFilter(choices=ScenarioStatus.choices)

    class Meta:
        model = Scenario
        fields = ["roadmap", "status"]


class ScenarioChangeFilterSet(FilterSet):
    """Changes by scenario and item."""

    scenario = ModelChoiceFilter(queryset=permitted_choices("roadmap.Scenario"))
    item = ModelChoiceFilter(queryset=permitted_choices("roadmap.RoadmapItem"))
    field = MultipleChoiceFilter(choices=ScenarioField.choices)

    class Meta:
        model = ScenarioChange
        fields = ["scenario", "item", "field"]


class ScheduleForecastFilterSet(FilterSet):
    """Forecasts by roadmap."""

    roadmap = ModelChoiceFilter(queryset=permitted_choices("roadmap.Roadmap"))

    class Meta:
        model = ScheduleForecast
        fields = ["roadmap"]


class ForecastDateFilterSet(FilterSet):
    """Forecast dates by forecast, item and milestone."""

    forecast = ModelChoiceFilter(queryset=permitted_choices("roadmap.ScheduleForecast"))
    item = ModelChoiceFilter(queryset=permitted_choices("roadmap.RoadmapItem"))
    milestone = ModelChoiceFilter(queryset=permitted_choices("roadmap.Milestone"))

    class Meta:
        model = ForecastDate
        fields = ["forecast", "item", "milestone"]


class ResourceFilterSet(FilterSet):
    """Resources by kind."""

    kind = MultipleChoiceFilter(choices=ResourceKind.choices)

    class Meta:
        model = Resource
        fields = ["kind"]


class TeamCapacityFilterSet(FilterSet):
    """Capacities by team, resource and month."""

    team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"))
    resource = ModelChoiceFilter(queryset=permitted_choices("roadmap.Resource"))
    month_from = DateFilter(field_name="month", lookup_expr="gte", label="In or after")
    month_until = DateFilter(field_name="month", lookup_expr="lte", label="In or before")

    class Meta:
        model = TeamCapacity
        fields = ["team", "resource"]


class ResourceDemandFilterSet(FilterSet):
    """Demands by item, resource and who gives it."""

    item = ModelChoiceFilter(queryset=permitted_choices("roadmap.RoadmapItem"))
    roadmap = ModelChoiceFilter(
        field_name="item__roadmap", queryset=permitted_choices("roadmap.Roadmap"), label="Roadmap"
    )
    resource = ModelChoiceFilter(queryset=permitted_choices("roadmap.Resource"))
    team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"))

    class Meta:
        model = ResourceDemand
        fields = ["item", "resource", "team"]


class AllocationTargetFilterSet(FilterSet):
    """Allocation targets by portfolio, quarter and kind of work."""

    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"))
    kind = MultipleChoiceFilter(choices=InitiativeKind.choices)
    quarter_from = DateFilter(field_name="quarter", lookup_expr="gte", label="In or after")
    quarter_until = DateFilter(field_name="quarter", lookup_expr="lte", label="In or before")

    class Meta:
        model = AllocationTarget
        fields = ["portfolio", "kind"]
