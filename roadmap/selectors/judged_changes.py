"""Changes of a scenario, each held against what the live plan says now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from roadmap.calc.scenarios import EFFECTIVE, OPEN, SHOWN, Effect, Proposal, Value, effect_of
from roadmap.models import ScenarioChange


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """A change with what the live plan says now (None: the item is gone), and what follows from that."""

    change: ScenarioChange
    live: Value
    effect: Effect

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide before the scenario can be approved."""
        return self.effect in OPEN

    @property
    def is_effective(self) -> bool:
        """Whether it would change the live plan."""
        return self.effect in EFFECTIVE

    @property
    def may_keep(self) -> bool:
        """Whether the scenario's value can be kept: not when there is nothing to give it to."""
        return self.effect is not Effect.GONE


def judged(change: ScenarioChange, live: Value, *, is_gone: bool = False) -> JudgedChange:
    """The change and its effect; `is_gone` says that there is nothing left to change."""
    return JudgedChange(change, live, effect_of(proposal_of(change), live, is_gone=is_gone))


def proposal_of(change: ScenarioChange) -> Proposal:
    """The change as the calculations take it."""
    return Proposal(change.field, change.base_value, change.new_value, change.resolution, change.resolved_value)


def shown_values(changes: Iterable[JudgedChange]) -> dict[str, Value]:
    """The new values the scenario shows, by field."""
    return {each.change.field: each.change.new_value for each in changes if each.effect in SHOWN}


def json_value(value: Any) -> Value:
    """A stored value as JSON has it: dates and ids as text."""
    if value is None or isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
