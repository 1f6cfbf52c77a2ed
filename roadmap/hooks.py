"""What the roadmap announces and lets other rooms and floors veto."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.hooks import Collector, Hook

before_plan_change = Hook("roadmap.before_plan_change")
"""roadmap, kind, items (id -> locked item as stored), changes (list of PlannedChange), reason_code, actor.

Raise a DomainError to refuse the whole set.
"""

after_plan_change = Hook("roadmap.after_plan_change")
"""plan_change, items (id -> item as it is now), actor."""

gate_passages = Collector("roadmap.gate_passages")
"""actor -> list of GatePassage the actor may see, those of cancelled plans left out."""


@dataclass(frozen=True, slots=True)
class GatePassage:
    """An initiative's way into a stage, due on a day; `passed_on` is None while it is not there.

    `source` says in a word who knows.
    """

    initiative: UUID
    stage: str
    title: str
    due_on: date
    passed_on: date | None
    source: str
