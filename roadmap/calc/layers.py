"""A picture of a dependency graph: every node right of all it waits for, with few crossings."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

from roadmap.calc.graph import topological_order

Node = TypeVar("Node", bound=Hashable)
_SWEEPS = 6


def layered(nodes: Sequence[Node], edges: Sequence[tuple[Node, Node]]) -> dict[Node, tuple[int, int]]:
    """(layer, place in the layer) of every node, both from 0; the layer is the longest path that leads to it.

    Within a layer nodes stand near the middle of their neighbours (barycentre heuristic). A graph with a cycle puts
    its nodes into one layer, since no order of them is right.
    Source: Sugiyama, Tagawa, Toda, Methods for visual understanding of hierarchical system structures (1981).
    """
    depth = _depths(nodes, edges)
    layers: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in nodes:
        layers[depth[node]].append(node)
    before: dict[Node, list[Node]] = {node: [] for node in nodes}
    after: dict[Node, list[Node]] = {node: [] for node in nodes}
    for predecessor, successor in edges:
        after[predecessor].append(successor)
        before[successor].append(predecessor)
    for sweep in range(_SWEEPS):
        is_forward = sweep % 2 == 0
        for layer in layers if is_forward else reversed(layers):
            _settle(layer, before if is_forward else after, layers)
    return {node: (depth[node], place) for layer in layers for place, node in enumerate(layer)}


def _depths(nodes: Sequence[Node], edges: Sequence[tuple[Node, Node]]) -> dict[Node, int]:
    depth = dict.fromkeys(nodes, 0)
    order = topological_order(edges, nodes)
    if order is None:
        return depth
    following: dict[Node, list[Node]] = {}
    for predecessor, successor in edges:
        following.setdefault(predecessor, []).append(successor)
    for node in order:
        for successor in following.get(node, ()):
            depth[successor] = max(depth[successor], depth[node] + 1)
    return depth


def _settle(layer: list[Node], neighbours: dict[Node, list[Node]], layers: Sequence[Sequence[Node]]) -> None:
    """Order the layer by the mean relative height of each node's neighbours; nodes without any stay where they are."""
    heights = {node: (place + 0.5) / len(each) for each in layers for place, node in enumerate(each)}
    wanted = {}
    for node in layer:
        near = neighbours[node]
        wanted[node] = sum(heights[other] for other in near) / len(near) if near else heights[node]
    layer.sort(key=lambda node: wanted[node])
