"""REST routes of portfolio."""

from core.api.routers import ApiRouter
from portfolio.api.kpis import KpiObservationViewSet, KpiRollupViewSet, KpiViewSet
from portfolio.api.money import BusinessCaseViewSet, CashLineViewSet, ValuationViewSet
from portfolio.api.viewsets import InitiativeViewSet, PortfolioViewSet, ThemeViewSet

router = ApiRouter()
router.register("portfolios", PortfolioViewSet)
router.register("themes", ThemeViewSet)
router.register("initiatives", InitiativeViewSet)
router.register("business-cases", BusinessCaseViewSet)
router.register("cash-lines", CashLineViewSet)
router.register("valuations", ValuationViewSet)
router.register("kpis", KpiViewSet)
router.register("kpi-observations", KpiObservationViewSet)
router.register("kpi-rollups", KpiRollupViewSet)
urlpatterns = router.urls
