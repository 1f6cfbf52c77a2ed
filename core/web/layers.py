"""Geometry of a layered graph: what stands on something is drawn above it, and lines cross as little as is cheap.

Layers by the longest path (Sugiyama, Tagawa & Toda 1981, without dummy nodes), order inside a layer by barycentre.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

NODE_WIDTH, NODE_HEIGHT = 168, 44
_GAP_X, _GAP_Y, _MARGIN = 20, 64, 12
_PASSES = 4


@dataclass(frozen=True, slots=True)
class Node(Generic[Key]):
    """The upper left corner of one box."""

    key: Key
    x: float
    y: float

    @property
    def middle(self) -> float:
        return self.x + NODE_WIDTH / 2

    @property
    def bottom(self) -> float:
        return self.y + NODE_HEIGHT


@dataclass(frozen=True, slots=True)
class Edge(Generic[Key]):
    """A curve from the bottom of the upper box to the top of the one it stands on."""

    upper: Key
    lower: Key
    path: str


@dataclass(frozen=True, slots=True)
class Layers(Generic[Key]):
    nodes: Sequence[Node[Key]]
    edges: Sequence[Edge[Key]]
    width: float
    height: float


def layered(keys: Sequence[Key], stands_on: Mapping[Key, Sequence[Key]]) -> Layers[Key]:
    """Boxes and curves of a graph without circles; a circle, should there be one, is drawn as if it were cut."""
    levels = _levels(keys, stands_on)
    rows: list[list[Key]] = [[] for _ in range(max(levels.values(), default=-1) + 1)]
    for key in keys:
        rows[levels[key]].append(key)
    _untangle(rows, stands_on)
    widest = max((len(row) for row in rows), default=0)
    width = widest * (NODE_WIDTH + _GAP_X) - _GAP_X + 2 * _MARGIN
    nodes = {}
    for number, row in enumerate(rows):
        left = (width - len(row) * (NODE_WIDTH + _GAP_X) + _GAP_X) / 2
        for place, key in enumerate(row):
            nodes[key] = Node(key, left + place * (NODE_WIDTH + _GAP_X), _MARGIN + number * (NODE_HEIGHT + _GAP_Y))
    edges = [
        _edge(nodes[upper], nodes[lower]) for upper in keys for lower in stands_on.get(upper, ()) if lower in nodes
    ]
    height = len(rows) * (NODE_HEIGHT + _GAP_Y) - _GAP_Y + 2 * _MARGIN
    return Layers([nodes[key] for key in keys], edges, max(width, 0), max(height, 0))


def _levels(keys: Sequence[Key], stands_on: Mapping[Key, Sequence[Key]]) -> dict[Key, int]:
    """0 for what nothing stands above, otherwise one more than the lowest of what stands on it."""
    known = set(keys)
    above: dict[Key, int] = dict.fromkeys(keys, 0)
    for key in keys:
        for lower in stands_on.get(key, ()):
            if lower in known:
                above[lower] += 1
    levels = dict.fromkeys(keys, 0)
    waiting = [key for key in keys if not above[key]]
    while waiting:
        key = waiting.pop()
        for lower in stands_on.get(key, ()):
            if lower not in known:
                continue
            levels[lower] = max(levels[lower], levels[key] + 1)
            above[lower] -= 1
            if not above[lower]:
                waiting.append(lower)
    return levels


def _untangle(rows: list[list[Key]], stands_on: Mapping[Key, Sequence[Key]]) -> None:
    below: dict[Key, list[Key]] = {}
    for upper, lowers in stands_on.items():
        for lower in lowers:
            below.setdefault(lower, []).append(upper)
    for sweep in range(_PASSES):
        downward = sweep % 2 == 0
        neighbours = below if downward else stands_on
        for row in rows if downward else rows[::-1]:
            place = {key: index for line in rows for index, key in enumerate(line)}
            row.sort(key=lambda key, place=place, near=neighbours: _barycentre(key, near.get(key, ()), place))


def _barycentre(key: Key, near: Sequence[Key], place: Mapping[Key, int]) -> float:
    places = [place[other] for other in near if other in place]
    return sum(places) / len(places) if places else place[key]


def _edge(upper: Node[Key], lower: Node[Key]) -> Edge[Key]:
    half = (lower.y - upper.bottom) / 2
    path = (
        f"M{upper.middle:g},{upper.bottom:g} C{upper.middle:g},{upper.bottom + half:g}"
        f" {lower.middle:g},{lower.y - half:g} {lower.middle:g},{lower.y:g}"
    )
    return Edge(upper.key, lower.key, path)
