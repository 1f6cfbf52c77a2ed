"""REST routes of experiments."""

from core.api.routers import ApiRouter
from experiments.api.viewsets import ExperimentViewSet, MetricViewSet, ReadoutViewSet, VariantResultViewSet

router = ApiRouter()
router.register("metrics", MetricViewSet)
router.register("experiments", ExperimentViewSet)
router.register("experiment-results", VariantResultViewSet)
router.register("readouts", ReadoutViewSet)
urlpatterns = router.urls
