"""REST routes of the roadmap."""

from core.api.routers import ApiRouter
from roadmap.api.publishing import PublicLinkViewSet, RoadmapExportViewSet
from roadmap.api.viewsets import DependencyViewSet, MilestoneViewSet, RoadmapItemViewSet, RoadmapViewSet

router = ApiRouter()
router.register("roadmaps", RoadmapViewSet)
router.register("roadmap-items", RoadmapItemViewSet)
router.register("milestones", MilestoneViewSet)
router.register("dependencies", DependencyViewSet)
router.register("public-links", PublicLinkViewSet)
router.register("roadmap-exports", RoadmapExportViewSet)
urlpatterns = router.urls
