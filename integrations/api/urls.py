"""REST routes of the integrations."""

from core.api.routers import ApiRouter
from integrations.api.plan_history import PlanHistoryEntryViewSet
from integrations.api.viewsets import ExternalReferenceViewSet, ImportRunViewSet

router = ApiRouter()
router.register("external-references", ExternalReferenceViewSet)
router.register("imports", ImportRunViewSet)
router.register("plan-history", PlanHistoryEntryViewSet)
urlpatterns = router.urls
