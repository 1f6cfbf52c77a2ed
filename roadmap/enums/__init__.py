"""Words of the roadmap, by subject."""

from roadmap.enums.plan import (
    Agreement,
    DatePrecision,
    DependencyKind,
    DependencyStrength,
    ItemKind,
    ItemStatus,
    MilestoneKind,
    Scheduling,
)
from roadmap.enums.schedule import CascadePolicy, PlanChangeKind, PlanNoteKind, PlanNoteStatus, Weekday

__all__ = [
    "Agreement",
    "CascadePolicy",
    "DatePrecision",
    "DependencyKind",
    "DependencyStrength",
    "ItemKind",
    "ItemStatus",
    "MilestoneKind",
    "PlanChangeKind",
    "PlanNoteKind",
    "PlanNoteStatus",
    "Scheduling",
    "Weekday",
]
