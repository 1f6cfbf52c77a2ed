"""What the roadmap asks higher floors."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.hooks import Collector

gate_passages = Collector("roadmap.gate_passages")
"""actor -> list of GatePassage the actor may see, those of cancelled plans left out."""

plan_history_sources = Collector("roadmap.plan_history_sources")
"""actor -> addresses at which the actor can bring in the history another tool recorded; none without the right."""


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
