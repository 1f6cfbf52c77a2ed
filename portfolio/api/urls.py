"""REST routes of portfolio."""

from core.api.routers import ApiRouter
from portfolio.api.audience import (
    FeedbackLinkViewSet,
    FeedbackViewSet,
    PulseAnswerViewSet,
    StakeholderViewSet,
)
from portfolio.api.capabilities import (
    CapabilityDependencyViewSet,
    CapabilityInitiativeViewSet,
    CapabilityViewSet,
)
from portfolio.api.case_parts import (
    CaseDriverViewSet,
    CaseOptionViewSet,
    CashLineViewSet,
    CashPeriodViewSet,
    StaffingLineViewSet,
)
from portfolio.api.kpis import KpiObservationViewSet, KpiRollupViewSet, KpiTargetViewSet, KpiViewSet
from portfolio.api.money import BusinessCaseViewSet, ValuationViewSet
from portfolio.api.objectives import KeyResultViewSet, ObjectiveInitiativeViewSet, ObjectiveViewSet
from portfolio.api.price_book import ExchangeRateViewSet, ModelPriceViewSet, PricedModelViewSet
from portfolio.api.scoring import (
    ScoreFactorViewSet,
    ScoreRatingViewSet,
    ScoreResultViewSet,
    ScoringModelViewSet,
    ScoringRoundViewSet,
)
from portfolio.api.selections import (
    SelectionCandidateViewSet,
    SelectionChoiceViewSet,
    SelectionResourceViewSet,
    SelectionResultViewSet,
    SelectionRunViewSet,
)
from portfolio.api.spend import CostOptimizationViewSet, MoneyRollupViewSet, SpendGuardrailViewSet
from portfolio.api.unit_costs import UnitCostDayViewSet, UnitCostMonthViewSet, UsageRecordViewSet
from portfolio.api.viewsets import InitiativeViewSet, PortfolioViewSet, ThemeViewSet

router = ApiRouter()
router.register("portfolios", PortfolioViewSet)
router.register("themes", ThemeViewSet)
router.register("initiatives", InitiativeViewSet)
router.register("business-cases", BusinessCaseViewSet)
router.register("case-options", CaseOptionViewSet)
router.register("case-drivers", CaseDriverViewSet)
router.register("cash-lines", CashLineViewSet)
router.register("cash-periods", CashPeriodViewSet)
router.register("staffing-lines", StaffingLineViewSet)
router.register("valuations", ValuationViewSet)
router.register("kpis", KpiViewSet)
router.register("kpi-observations", KpiObservationViewSet)
router.register("kpi-rollups", KpiRollupViewSet)
router.register("kpi-targets", KpiTargetViewSet)
router.register("scoring-models", ScoringModelViewSet)
router.register("score-factors", ScoreFactorViewSet)
router.register("scoring-rounds", ScoringRoundViewSet)
router.register("score-ratings", ScoreRatingViewSet)
router.register("score-results", ScoreResultViewSet)
router.register("exchange-rates", ExchangeRateViewSet)
router.register("priced-models", PricedModelViewSet)
router.register("model-prices", ModelPriceViewSet)
router.register("usage-records", UsageRecordViewSet)
router.register("unit-cost-days", UnitCostDayViewSet)
router.register("unit-cost-months", UnitCostMonthViewSet)
router.register("spend-guardrails", SpendGuardrailViewSet)
router.register("cost-optimizations", CostOptimizationViewSet)
router.register("money-rollups", MoneyRollupViewSet)
router.register("selection-runs", SelectionRunViewSet)
router.register("selection-candidates", SelectionCandidateViewSet)
router.register("selection-results", SelectionResultViewSet)
router.register("selection-choices", SelectionChoiceViewSet)
router.register("selection-resources", SelectionResourceViewSet)
router.register("objectives", ObjectiveViewSet)
router.register("key-results", KeyResultViewSet)
router.register("objective-initiatives", ObjectiveInitiativeViewSet)
router.register("capabilities", CapabilityViewSet)
router.register("capability-dependencies", CapabilityDependencyViewSet)
router.register("capability-initiatives", CapabilityInitiativeViewSet)
router.register("stakeholders", StakeholderViewSet)
router.register("pulse-answers", PulseAnswerViewSet)
router.register("feedback", FeedbackViewSet)
router.register("feedback-links", FeedbackLinkViewSet)
urlpatterns = router.urls
