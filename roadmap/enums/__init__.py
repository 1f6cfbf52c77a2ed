"""Words of the roadmap, by subject."""

from roadmap.enums.capacity import RESOURCE_UNITS, DemandProfile, DemandSource, ResourceKind
from roadmap.enums.history import (
    RELEASE_FIELDS,
    STAGE_TARGETS,
    BaselineReason,
    HistoryField,
    PlanDifference,
    RescopeReason,
)
from roadmap.enums.plan import (
    Agreement,
    DatePrecision,
    DependencyKind,
    DependencyStrength,
    Horizon,
    ItemKind,
    ItemStatus,
    MilestoneKind,
    Scheduling,
)
from roadmap.enums.publishing import Audience, ExportFormat, LinkKind, PlanGrouping, PublishedField
from roadmap.enums.scenario import Resolution, ScenarioField, ScenarioStatus
from roadmap.enums.schedule import CascadePolicy, PlanChangeKind, PlanNoteKind, PlanNoteStatus, StayReason, Weekday

__all__ = [
    "RELEASE_FIELDS",
    "RESOURCE_UNITS",
    "STAGE_TARGETS",
    "Agreement",
    "Audience",
    "BaselineReason",
    "CascadePolicy",
    "DatePrecision",
    "DemandProfile",
    "DemandSource",
    "DependencyKind",
    "DependencyStrength",
    "ExportFormat",
    "HistoryField",
    "Horizon",
    "ItemKind",
    "ItemStatus",
    "LinkKind",
    "MilestoneKind",
    "PlanChangeKind",
    "PlanDifference",
    "PlanGrouping",
    "PlanNoteKind",
    "PlanNoteStatus",
    "PublishedField",
    "RescopeReason",
    "Resolution",
    "ResourceKind",
    "ScenarioField",
    "ScenarioStatus",
    "Scheduling",
    "StayReason",
    "Weekday",
]
