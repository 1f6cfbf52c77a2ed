"""REST routes of the roadmap."""

from core.api.routers import ApiRouter
from roadmap.api.baselines import BaselineViewSet, ItemRescopeViewSet
from roadmap.api.capacity import (
    AllocationTargetViewSet,
    ResourceDemandViewSet,
    ResourceViewSet,
    TeamCapacityViewSet,
)
from roadmap.api.forecasts import ForecastDateViewSet, ScheduleForecastViewSet
from roadmap.api.planning import (
    CalendarHolidayViewSet,
    MilestoneGateViewSet,
    PlanNoteViewSet,
    ReleaseViewSet,
    TeamCalendarViewSet,
    WorkingCalendarViewSet,
)
from roadmap.api.publishing import PublicLinkViewSet, RoadmapExportViewSet
from roadmap.api.scenarios import ScenarioChangeViewSet, ScenarioViewSet
from roadmap.api.schedule import PlanChangeViewSet
from roadmap.api.viewsets import DependencyViewSet, MilestoneViewSet, RoadmapItemViewSet, RoadmapViewSet

router = ApiRouter()
router.register("roadmaps", RoadmapViewSet)
router.register("roadmap-items", RoadmapItemViewSet)
router.register("milestones", MilestoneViewSet)
router.register("dependencies", DependencyViewSet)
router.register("baselines", BaselineViewSet)
router.register("item-rescopes", ItemRescopeViewSet)
router.register("plan-changes", PlanChangeViewSet)
router.register("releases", ReleaseViewSet)
router.register("plan-notes", PlanNoteViewSet)
router.register("milestone-gates", MilestoneGateViewSet)
router.register("working-calendars", WorkingCalendarViewSet)
router.register("calendar-holidays", CalendarHolidayViewSet)
router.register("team-calendars", TeamCalendarViewSet)
router.register("public-links", PublicLinkViewSet)
router.register("roadmap-exports", RoadmapExportViewSet)
router.register("scenarios", ScenarioViewSet)
router.register("scenario-changes", ScenarioChangeViewSet)
router.register("schedule-forecasts", ScheduleForecastViewSet)
router.register("forecast-dates", ForecastDateViewSet, basename="forecast-date")
router.register("resources", ResourceViewSet)
router.register("team-capacities", TeamCapacityViewSet)
router.register("resource-demands", ResourceDemandViewSet)
router.register("allocation-targets", AllocationTargetViewSet)
urlpatterns = router.urls
