"""Filters of the roadmap's lists, shared by screens and REST."""

from roadmap.filters.baselines import BaselineFilterSet, ItemRescopeFilterSet, PlanHistoryEntryFilterSet
from roadmap.filters.capacity import (
    AllocationTargetFilterSet,
    ResourceDemandFilterSet,
    ResourceFilterSet,
    TeamCapacityFilterSet,
)
from roadmap.filters.forecasts import ForecastDateFilterSet, ScheduleForecastFilterSet
from roadmap.filters.items import (
    INITIATIVE_VALUES,
    DependencyFilterSet,
    RoadmapFilterSet,
    RoadmapItemFilterSet,
    RoadmapItemPageFilterSet,
)
from roadmap.filters.plan import (
    CalendarHolidayFilterSet,
    MilestoneFilterSet,
    MilestoneGateFilterSet,
    PlanChangeFilterSet,
    PlanNoteFilterSet,
    ReleaseFilterSet,
    TeamCalendarFilterSet,
)
from roadmap.filters.scenarios import ScenarioChangeFilterSet, ScenarioFilterSet
from roadmap.filters.sharing import PublicLinkFilterSet, RoadmapExportFilterSet

__all__ = [
    "INITIATIVE_VALUES",
    "AllocationTargetFilterSet",
    "BaselineFilterSet",
    "CalendarHolidayFilterSet",
    "DependencyFilterSet",
    "ForecastDateFilterSet",
    "ItemRescopeFilterSet",
    "MilestoneFilterSet",
    "MilestoneGateFilterSet",
    "PlanChangeFilterSet",
    "PlanHistoryEntryFilterSet",
    "PlanNoteFilterSet",
    "PublicLinkFilterSet",
    "ReleaseFilterSet",
    "ResourceDemandFilterSet",
    "ResourceFilterSet",
    "RoadmapExportFilterSet",
    "RoadmapFilterSet",
    "RoadmapItemFilterSet",
    "RoadmapItemPageFilterSet",
    "ScenarioChangeFilterSet",
    "ScenarioFilterSet",
    "ScheduleForecastFilterSet",
    "TeamCalendarFilterSet",
    "TeamCapacityFilterSet",
]
