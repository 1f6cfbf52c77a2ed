"""Everything the roadmap stores."""

from roadmap.models.calendar import CalendarHoliday, TeamCalendar, WorkingCalendar
from roadmap.models.dependency import Dependency
from roadmap.models.item import RoadmapItem
from roadmap.models.milestone import Milestone, MilestoneGate
from roadmap.models.plan_change import PlanChange
from roadmap.models.plan_note import PlanNote
from roadmap.models.release import Release
from roadmap.models.roadmap import Roadmap

__all__ = [
    "CalendarHoliday",
    "Dependency",
    "Milestone",
    "MilestoneGate",
    "PlanChange",
    "PlanNote",
    "Release",
    "Roadmap",
    "RoadmapItem",
    "TeamCalendar",
    "WorkingCalendar",
]
