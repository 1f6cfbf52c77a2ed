"""Filters of the portfolio's lists, by subject, used by the pages and by REST."""

from portfolio.filters.audience import (
    CapabilityDependencyFilterSet,
    CapabilityFilterSet,
    CapabilityInitiativeFilterSet,
    FeedbackFilterSet,
    FeedbackLinkFilterSet,
    PulseAnswerFilterSet,
    StakeholderFilterSet,
)
from portfolio.filters.cases import (
    BusinessCaseFilterSet,
    CaseDriverFilterSet,
    CaseOptionFilterSet,
    CashLineFilterSet,
    CashPeriodFilterSet,
    StaffingLineFilterSet,
    ValuationFilterSet,
)
from portfolio.filters.initiatives import (
    InitiativeFilterSet,
    InitiativePageFilterSet,
    PortfolioFilterSet,
    ThemeFilterSet,
)
from portfolio.filters.kpis import (
    KpiFilterSet,
    KpiObservationFilterSet,
    KpiPageFilterSet,
    KpiRollupFilterSet,
    KpiTargetFilterSet,
)
from portfolio.filters.objectives import KeyResultFilterSet, ObjectiveFilterSet, ObjectiveInitiativeFilterSet
from portfolio.filters.scoring import (
    ScoreFactorFilterSet,
    ScoreRatingFilterSet,
    ScoreResultFilterSet,
    ScoringModelFilterSet,
    ScoringRoundFilterSet,
)
from portfolio.filters.spend import (
    CostOptimizationFilterSet,
    ExchangeRateFilterSet,
    ModelPriceFilterSet,
    MoneyRollupFilterSet,
    SpendGuardrailFilterSet,
    UnitCostDayFilterSet,
    UnitCostMonthFilterSet,
    UsageRecordFilterSet,
)

__all__ = [
    "BusinessCaseFilterSet",
    "CapabilityDependencyFilterSet",
    "CapabilityFilterSet",
    "CapabilityInitiativeFilterSet",
    "CaseDriverFilterSet",
    "CaseOptionFilterSet",
    "CashLineFilterSet",
    "CashPeriodFilterSet",
    "CostOptimizationFilterSet",
    "ExchangeRateFilterSet",
    "FeedbackFilterSet",
    "FeedbackLinkFilterSet",
    "InitiativeFilterSet",
    "InitiativePageFilterSet",
    "KeyResultFilterSet",
    "KpiFilterSet",
    "KpiObservationFilterSet",
    "KpiPageFilterSet",
    "KpiRollupFilterSet",
    "KpiTargetFilterSet",
    "ModelPriceFilterSet",
    "MoneyRollupFilterSet",
    "ObjectiveFilterSet",
    "ObjectiveInitiativeFilterSet",
    "PortfolioFilterSet",
    "PulseAnswerFilterSet",
    "ScoreFactorFilterSet",
    "ScoreRatingFilterSet",
    "ScoreResultFilterSet",
    "ScoringModelFilterSet",
    "ScoringRoundFilterSet",
    "SpendGuardrailFilterSet",
    "StaffingLineFilterSet",
    "StakeholderFilterSet",
    "ThemeFilterSet",
    "UnitCostDayFilterSet",
    "UnitCostMonthFilterSet",
    "UsageRecordFilterSet",
    "ValuationFilterSet",
]
