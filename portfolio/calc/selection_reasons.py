"""Why a candidate is not in a selection, and why there may be no selection at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from portfolio.calc.selection import TOLERANCE, Candidate, Outcome, Problem, Selection, select, uses_of


class LeftOut(StrEnum):
    """Why a candidate was left out, the plainest reason first."""

    FORBIDDEN = "forbidden"
    NO_VALUE = "no_value"
    EXCLUDED_BY = "excluded_by"
    NEEDS = "needs"
    TOO_LARGE = "too_large"
    NO_ROOM = "no_room"
    SEARCH_ENDED = "search_ended"


@dataclass(frozen=True)
class Reason:
    """`others` are candidates that stand in the way or are missing; `short` what lacks of each resource."""

    key: str
    kind: LeftOut
    others: tuple[str, ...] = ()
    short: Mapping[str, float] | None = None


def reasons_left_out(problem: Problem, selection: Selection) -> list[Reason]:
    """One reason for each candidate that was not chosen, in the order of the candidates."""
    chosen = frozenset(selection.chosen)
    left = {name: limit - selection.used.get(name, 0.0) for name, limit in problem.capacities.items()}
    needs: dict[str, list[str]] = {}
    for dependent, needed in problem.prerequisites:
        needs.setdefault(dependent, []).append(needed)
    rivals: dict[str, set[str]] = {}
    for group in problem.exclusions:
        for key in group:
            rivals.setdefault(key, set()).update(set(group) - {key})
    return [
        _reason(candidate, problem, chosen, left, needs=needs, rivals=rivals)
        for candidate in problem.candidates
        if candidate.key not in chosen
    ]


def _reason(
    candidate: Candidate,
    problem: Problem,
    chosen: frozenset[str],
    left: Mapping[str, float],
    *,
    needs: Mapping[str, Sequence[str]],
    rivals: Mapping[str, set[str]],
) -> Reason:
    key = candidate.key
    if key in problem.forbidden:
        return Reason(key, LeftOut.FORBIDDEN)
    if candidate.value <= 0:
        return Reason(key, LeftOut.NO_VALUE)
    in_the_way = tuple(sorted(rivals.get(key, set()) & chosen))
    if in_the_way:
        return Reason(key, LeftOut.EXCLUDED_BY, in_the_way)
    alone = _short(candidate, problem.capacities)
    if alone:
        return Reason(key, LeftOut.TOO_LARGE, short=alone)
    missing = tuple(sorted(set(needs.get(key, ())) - chosen))
    if missing:
        return Reason(key, LeftOut.NEEDS, missing)
    short = _short(candidate, left)
    # With room for it, only a search that ended early can have left it out.
    return Reason(key, LeftOut.NO_ROOM, short=short) if short else Reason(key, LeftOut.SEARCH_ENDED)


def _short(candidate: Candidate, available: Mapping[str, float]) -> dict[str, float]:
    lacking = {name: candidate.uses.get(name, 0.0) - limit for name, limit in available.items()}
    return {name: amount for name, amount in lacking.items() if amount > TOLERANCE * max(1.0, abs(available[name]))}


@dataclass(frozen=True)
class Conflict:
    """What makes a problem unsolvable: resources the must-dos exceed, and by how much, or rules that contradict."""

    short: Mapping[str, float]
    contradictions: tuple[str, ...]


def conflict_of(problem: Problem) -> Conflict:
    """Why no selection exists: contradicting rules first, then what the must-dos and their prerequisites exceed."""
    needed = with_prerequisites(problem.required, problem.prerequisites)
    contradictions = [f"{key} is both required and forbidden" for key in sorted(needed & problem.forbidden)]
    for group in problem.exclusions:
        both = sorted(needed & set(group))
        if len(both) > 1:
            contradictions.append(f"{', '.join(both)} are required but exclude each other")
    used = uses_of([one for one in problem.candidates if one.key in needed], problem.capacities)
    short = {
        name: used[name] - limit
        for name, limit in problem.capacities.items()
        if used[name] - limit > TOLERANCE * max(1.0, abs(limit))
    }
    return Conflict(short=short, contradictions=tuple(contradictions))


def with_prerequisites(keys: frozenset[str], prerequisites: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The keys and everything they need, directly or not."""
    needs: dict[str, list[str]] = {}
    for dependent, needed in prerequisites:
        needs.setdefault(dependent, []).append(needed)
    found, open_keys = set(keys), list(keys)
    while open_keys:
        for needed in needs.get(open_keys.pop(), ()):
            if needed not in found:
                found.add(needed)
                open_keys.append(needed)
    return frozenset(found)


def value_of_more(
    problem: Problem,
    selection: Selection,
    resource: str,
    *,
    units: float = 1.0,
    search: Callable[[Problem], Selection] = select,
) -> float | None:
    """What the best selection gains from `units` more of a resource, by solving again; None when not proven.

    The exact counterpart of `Selection.marginal`, for the few resources somebody asks about.
    """
    if selection.outcome is not Outcome.OPTIMAL:
        return None
    more = {**problem.capacities, resource: problem.capacities[resource] + units}
    again = search(replace(problem, capacities=more))
    return max(again.value - selection.value, 0.0) if again.outcome is Outcome.OPTIMAL else None
