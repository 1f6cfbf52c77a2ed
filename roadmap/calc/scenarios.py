"""A scenario laid over a plan: what becomes of each change when the plan moved meanwhile, and what follows from them.

Values are compared as JSON has them: dates, ids and amounts as text. A demand is {"team", "low", "likely", "high",
"profile", "custom_shares", "note"}; where a scenario adds one, what it says nothing of is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Demand = Mapping[str, Any]
Value = str | bool | Demand | None
MINE, LIVE = "mine", "live"
INCLUDED, START, END, STATUS = "is_included", "start_on", "end_on", "status"
DEMAND, DEMAND_AMOUNT, DEMAND_TEAM = "demand", "demand_amount", "demand_team"
DEMAND_SPREAD, DEMAND_NOTE = "demand_spread", "demand_note"
AMOUNTS = ("low", "likely", "high")
SPREAD = ("profile", "custom_shares")
# What is one value of a demand: read, written and compared together.
DEMAND_PARTS: Mapping[str, tuple[str, ...]] = {
    DEMAND_AMOUNT: AMOUNTS,
    DEMAND_TEAM: ("team",),
    DEMAND_SPREAD: SPREAD,
    DEMAND_NOTE: ("note",),
}
_UNSAID = {"profile": "flat", "custom_shares": [], "note": ""}
_DATES = (START, END)


class Effect(Enum):
    """What a change does to the live plan as it is now."""

    APPLIES = "applies"
    SETTLED = "settled"
    CONFLICT = "conflict"
    KEPT = "kept"
    DROPPED = "dropped"
    GONE = "gone"


# What the scenario shows, and writes where the live plan does not say so already.
EFFECTIVE = frozenset({Effect.APPLIES, Effect.CONFLICT, Effect.KEPT})
SHOWN = EFFECTIVE | {Effect.SETTLED}
OPEN = frozenset({Effect.CONFLICT, Effect.GONE})


@dataclass(frozen=True, slots=True)
class Proposal:
    """One field a scenario wants otherwise: what its author saw, and what it shall be.

    `resolution` is MINE, LIVE or empty, and holds as long as the live plan says `resolved_value`.
    """

    field: str
    base: Value
    new: Value
    resolution: str = ""
    resolved_value: Value = None


def effect_of(proposal: Proposal, live: Value, *, is_gone: bool = False) -> Effect:
    """Compare the three values: base, live now, proposed.

    The live plan may say what the scenario wants (settled), what its author saw (applies), or a third thing: then it
    is a conflict until somebody decided about just that third thing. A change of an item that is gone can only be
    dropped.
    """
    if is_gone:
        return Effect.DROPPED if proposal.resolution == LIVE else Effect.GONE
    if live == proposal.new:
        return Effect.SETTLED
    if live == proposal.base:
        return Effect.APPLIES
    if proposal.resolution and proposal.resolved_value == live:
        return Effect.KEPT if proposal.resolution == MINE else Effect.DROPPED
    return Effect.CONFLICT


def overlay(live: Mapping[str, Value], proposals: Iterable[Proposal]) -> dict[str, Value]:
    """The values of an item in the scenario; where scenario and live plan disagree the scenario's are shown.

    An item is in the plan when the scenario says so, or says nothing and the item has dates. Out of the plan it keeps
    the dates it would come back with.
    """
    changed = {
        proposal.field: proposal.new for proposal in proposals if effect_of(proposal, live.get(proposal.field)) in SHOWN
    }
    values = {**live, **changed}
    if INCLUDED not in changed:
        values[INCLUDED] = any(values[name] is not None for name in _DATES)
    return values


def writes(live: Mapping[str, Value], wanted: Mapping[str, Value], *, planned: str) -> dict[str, tuple[Value, Value]]:
    """(old, new) by field of what approval writes on an item; empty when nothing changes.

    Being in the plan is having dates: an item that leaves it loses them and goes back to the status `planned`, and
    the dates of an item that stays out do not matter.
    """
    target = {field: value for field, value in wanted.items() if field != INCLUDED}
    if not wanted[INCLUDED]:
        target.update(dict.fromkeys(_DATES))
        if live[INCLUDED]:
            target[STATUS] = planned
    return {field: (live[field], value) for field, value in target.items() if live[field] != value}


def demand_field(name: str, demand: Demand | None) -> Value:
    """What a field of a demand says; None of a demand that is not there."""
    if demand is None or name == DEMAND:
        return demand
    parts = DEMAND_PARTS[name]
    return demand[parts[0]] if len(parts) == 1 else {each: demand[each] for each in parts}


def as_seen(demand: Demand | None, *said: Value) -> Demand | None:
    """The demand as far as a change of it as a whole speaks of it, in what it found or in what it wants."""
    known = [each for each in said if isinstance(each, Mapping)]
    if demand is None or not known:
        return demand
    return {name: value for name, value in demand.items() if any(name in each for each in known)}


def demand_with(live: Demand | None, changed: Mapping[str, Value]) -> Demand | None:
    """The demand in the scenario, None where there is none; `changed` are the shown new values by field."""
    if DEMAND in changed:
        whole = _demand(changed[DEMAND])
        return None if whole is None else {**_UNSAID, **(live or {}), **whole}
    if live is None:
        return None
    found = dict(live)
    for name, value in changed.items():
        parts = DEMAND_PARTS[name]
        found.update({parts[0]: value} if len(parts) == 1 else _demand(value) or {})
    return found


def _demand(value: Any) -> Demand | None:
    return value if isinstance(value, Mapping) else None
