"""Everything the roadmap stores."""

from roadmap.models.baseline import Baseline, BaselineDependency, BaselineItem, BaselineMilestone
from roadmap.models.calendar import CalendarHoliday, TeamCalendar, WorkingCalendar
from roadmap.models.capacity import AllocationTarget, Resource, ResourceDemand, TeamCapacity
from roadmap.models.dependency import Dependency
from roadmap.models.forecast import ForecastDate, ScheduleForecast
from roadmap.models.item import RoadmapItem
from roadmap.models.milestone import Milestone, MilestoneGate
from roadmap.models.plan_change import PlanChange
from roadmap.models.plan_history import PlanHistoryEntry
from roadmap.models.plan_note import PlanNote
from roadmap.models.public_link import PublicLink, PublicLinkTally
from roadmap.models.release import Release
from roadmap.models.rescope import ItemRescope
from roadmap.models.roadmap import Roadmap
from roadmap.models.roadmap_export import RoadmapExport, RoadmapExportFile
from roadmap.models.scenario import Scenario, ScenarioChange

__all__ = [
    "AllocationTarget",
    "Baseline",
    "BaselineDependency",
    "BaselineItem",
    "BaselineMilestone",
    "CalendarHoliday",
    "Dependency",
    "ForecastDate",
    "ItemRescope",
    "Milestone",
    "MilestoneGate",
    "PlanChange",
    "PlanHistoryEntry",
    "PlanNote",
    "PublicLink",
    "PublicLinkTally",
    "Release",
    "Resource",
    "ResourceDemand",
    "Roadmap",
    "RoadmapExport",
    "RoadmapExportFile",
    "RoadmapItem",
    "Scenario",
    "ScenarioChange",
    "ScheduleForecast",
    "TeamCalendar",
    "TeamCapacity",
    "WorkingCalendar",
]
