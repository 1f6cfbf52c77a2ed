"""What the roadmap asks higher floors."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.hooks import Collector

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
