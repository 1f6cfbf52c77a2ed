"""REST routes of governance."""

from core.api.routers import ApiRouter
from governance.api import viewsets

router = ApiRouter()
router.register("stage-gates", viewsets.StageGateViewSet)
router.register("gate-criteria", viewsets.GateCriterionViewSet)
router.register("launches", viewsets.LaunchViewSet)
router.register("checklist-answers", viewsets.ChecklistAnswerViewSet)
router.register("gate-runs", viewsets.GateRunViewSet)
router.register("approval-requests", viewsets.ApprovalRequestViewSet)
router.register("decisions", viewsets.DecisionViewSet)
urlpatterns = router.urls
