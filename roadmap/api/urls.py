"""REST routes of the roadmap."""

from core.api.routers import ApiRouter
from roadmap.api.viewsets import DependencyViewSet, MilestoneViewSet, RoadmapItemViewSet, RoadmapViewSet

router = ApiRouter()
router.register("roadmaps", RoadmapViewSet)
router.register("roadmap-items", RoadmapItemViewSet)
router.register("milestones", MilestoneViewSet)
router.register("dependencies", DependencyViewSet)
urlpatterns = router.urls
