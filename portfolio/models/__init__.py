"""Everything the portfolio stores."""

from portfolio.models.audience import Feedback, FeedbackLink, PulseAnswer, Stakeholder
from portfolio.models.business_case import BusinessCase, CaseOption
from portfolio.models.capability import Capability, CapabilityDependency, CapabilityInitiative
from portfolio.models.case_driver import CaseDriver
from portfolio.models.cash import CashLine, CashPeriod, StaffingLine, StaffingPeriod
from portfolio.models.exchange_rate import ExchangeRate
from portfolio.models.initiative import Initiative, InitiativeKeyCounter
from portfolio.models.kpi import Kpi
from portfolio.models.kpi_series import KpiObservation, KpiObservationKey, KpiRollup, KpiTouchedMonth
from portfolio.models.kpi_target import KpiStanding, KpiTarget
from portfolio.models.objective import KeyResult, Objective, ObjectiveInitiative
from portfolio.models.price_book import ModelPrice, PricedModel
from portfolio.models.scoring import ScoreFactor, ScoringModel
from portfolio.models.scoring_round import ScoreRating, ScoreResult, ScoringItem, ScoringRound
from portfolio.models.selection import (
    SelectionCandidate,
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionRun,
)
from portfolio.models.selection_result import SelectionChoice, SelectionResource, SelectionResult
from portfolio.models.spend import CostOptimization, MoneyRollup, SpendGuardrail
from portfolio.models.structure import Portfolio, PortfolioUserObjectPermission, Theme
from portfolio.models.usage import UnitCostDay, UnitCostMonth, UsageRecord, UsageTouchedDay
from portfolio.models.valuation import Valuation

__all__ = [
    "BusinessCase",
    "Capability",
    "CapabilityDependency",
    "CapabilityInitiative",
    "CaseDriver",
    "CaseOption",
    "CashLine",
    "CashPeriod",
    "CostOptimization",
    "ExchangeRate",
    "Feedback",
    "FeedbackLink",
    "Initiative",
    "InitiativeKeyCounter",
    "KeyResult",
    "Kpi",
    "KpiObservation",
    "KpiObservationKey",
    "KpiRollup",
    "KpiStanding",
    "KpiTarget",
    "KpiTouchedMonth",
    "ModelPrice",
    "MoneyRollup",
    "Objective",
    "ObjectiveInitiative",
    "Portfolio",
    "PortfolioUserObjectPermission",
    "PricedModel",
    "PulseAnswer",
    "ScoreFactor",
    "ScoreRating",
    "ScoreResult",
    "ScoringItem",
    "ScoringModel",
    "ScoringRound",
    "SelectionCandidate",
    "SelectionChoice",
    "SelectionDemand",
    "SelectionExclusion",
    "SelectionLimit",
    "SelectionPrerequisite",
    "SelectionResource",
    "SelectionResult",
    "SelectionRun",
    "SpendGuardrail",
    "StaffingLine",
    "StaffingPeriod",
    "Stakeholder",
    "Theme",
    "UnitCostDay",
    "UnitCostMonth",
    "UsageRecord",
    "UsageTouchedDay",
    "Valuation",
]
