"""How far goals have come: from key results to objectives, as weighted means along the tree.

The weighted mean of what is below is the roll-up most goal frameworks document: weights 2 and 3 with 40% and 20%
make (2 * 0.40 + 3 * 0.20) / 5 = 28%.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Part:
    """Something an objective is measured by: its `weight` (above 0), and its progress or None when unknown."""

    weight: Decimal
    progress: Decimal | None


@dataclass(frozen=True)
class Progress:
    """A fraction from 0 to 1, None when nothing below is known; `known` of `parts` parts went into it."""

    value: Decimal | None
    known: int
    parts: int

    @property
    def unknown(self) -> int:
        """How many parts have no progress."""
        return self.parts - self.known


def key_result_progress(*, start: Decimal, target: Decimal, current: Decimal | None) -> Decimal | None:
    """The way made from start to target, between 0 and 1; None without a current value.

    It works in both directions: from 8 down to 2, a current 5 is half the way. With start and target equal, reaching
    the target is all there is.
    """
    if current is None:
        return None
    if start == target:
        return Decimal(1) if current == target else Decimal(0)
    return min(max((current - start) / (target - start), Decimal(0)), Decimal(1))


def weighted_progress(parts: Sequence[Part]) -> Progress:
    """The weighted mean of the parts that are known; those that are not are counted, never taken as zero."""
    known = [part for part in parts if part.progress is not None]
    total = sum((part.weight for part in known), Decimal(0))
    if not total:
        return Progress(None, 0, len(parts))
    value = sum((part.weight * part.progress for part in known if part.progress is not None), Decimal(0)) / total
    return Progress(value, len(known), len(parts))


def tree_progress(
    parents: Mapping[Key, Key | None], weights: Mapping[Key, Decimal], own: Mapping[Key, Sequence[Part]]
) -> dict[Key, Progress]:
    """Progress of every objective from its key results and the objectives below it, leaves first."""
    children: dict[Key, list[Key]] = {key: [] for key in parents}
    for key, parent in parents.items():
        if parent in children:
            children[parent].append(key)
    found: dict[Key, Progress] = {}
    for key in _leaves_first(parents, children):
        below = [Part(weights[child], found[child].value) for child in children[key]]
        found[key] = weighted_progress([*own.get(key, ()), *below])
    return found


def _leaves_first(parents: Mapping[Key, Key | None], children: Mapping[Key, list[Key]]) -> list[Key]:
    order: list[Key] = []
    waiting = [key for key, parent in parents.items() if parent not in parents]
    while waiting:
        key = waiting.pop()
        order.append(key)
        waiting += children[key]
    return order[::-1]
