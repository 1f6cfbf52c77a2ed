"""Filters of the roadmap's lists, shared by screens and REST."""

from roadmap.filters.baselines import BaselineFilterSet, ItemRescopeFilterSet, PlanHistoryEntryFilterSet
from roadmap.filters.capacity import (
    AllocationTargetFilterSet,
    ResourceDemandFilterSet,
    ResourceFilterSet,
    TeamCapacityFilterSet,
)
from roadmap.filters.forecasts import ForecastDateFilterSet, ScheduleForecastFilterSet
from roadmap.filters.items import DependencyFilterSet, RoadmapFilterSet, RoadmapItemFilterSet
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
    "ScenarioChangeFilterSet",
    "ScenarioFilterSet",
    "ScheduleForecastFilterSet",
    "TeamCalendarFilterSet",
    "TeamCapacityFilterSet",
]
