"""Order and cycles of a directed graph of predecessors and successors; dates and durations live elsewhere.

Edges are (predecessor, successor) pairs of any hashable ids. Repeated edges count once. Every function visits each
node and edge a bounded number of times (`closed_cycles`: for each new edge) and uses no recursion, so that 100,000
nodes in a row are no problem.
"""

from collections import deque
from collections.abc import Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def find_cycle_with(edges: Iterable[tuple[Node, Node]], new_edge: tuple[Node, Node]) -> tuple[Node, ...] | None:
    """Return the shortest cycle that adding `new_edge` would close, or None when it closes none.

    The path starts and ends with the predecessor of the new edge and goes over that edge first. Cycles among the
    existing edges that do not use the new edge are not looked for.
    """
    return _cycle_closed_by(*new_edge, _successors(edges))


def closed_cycles(
    edges: Iterable[tuple[Node, Node]], new_edges: Iterable[tuple[Node, Node]]
) -> list[tuple[Node, ...] | None]:
    """For each new edge in turn, the shortest cycle it would close, or None when it closes none.

    An edge that closes none counts as existing for those after it, an edge that closes one does not; so the edges
    answered with None keep an acyclic graph acyclic. Paths are those of `find_cycle_with`, whose answer this is for
    every edge without building the graph again each time.
    """
    successors = _successors(edges)
    found: list[tuple[Node, ...] | None] = []
    for predecessor, successor in new_edges:
        cycle = _cycle_closed_by(predecessor, successor, successors)
        found.append(cycle)
        if cycle is None:
            successors.setdefault(predecessor, {})[successor] = None
    return found


def topological_order(edges: Iterable[tuple[Node, Node]], nodes: Iterable[Node] = ()) -> tuple[Node, ...] | None:
    """Return all nodes with every predecessor before its successors, or None when a cycle makes that impossible.

    `nodes` adds nodes without edges and decides who comes first among nodes that may go in any order.
    Source: Kahn, Topological Sorting of Large Networks, Communications of the ACM 5 (1962).
    """
    successors: dict[Node, dict[Node, None]] = {node: {} for node in nodes}
    for node, following in _successors(edges).items():
        successors.setdefault(node, {}).update(following)
    waiting_for = dict.fromkeys(successors, 0)
    for following in successors.values():
        for node in following:
            waiting_for[node] += 1

    ready = deque(node for node, count in waiting_for.items() if count == 0)
    order: list[Node] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for successor in successors[node]:
            waiting_for[successor] -= 1
            if waiting_for[successor] == 0:
                ready.append(successor)
    return tuple(order) if len(order) == len(successors) else None


def _successors(edges: Iterable[tuple[Node, Node]]) -> dict[Node, dict[Node, None]]:
    """Successors of every node; dictionaries serve as sets that keep their order."""
    successors: dict[Node, dict[Node, None]] = {}
    for predecessor, successor in edges:
        successors.setdefault(predecessor, {})[successor] = None
        successors.setdefault(successor, {})
    return successors


def _cycle_closed_by(
    predecessor: Node, successor: Node, successors: dict[Node, dict[Node, None]]
) -> tuple[Node, ...] | None:
    if predecessor == successor:
        return (predecessor, successor)
    way_back = _shortest_path(successors, successor, predecessor)
    return None if way_back is None else (predecessor, *way_back)


def _shortest_path(successors: dict[Node, dict[Node, None]], start: Node, goal: Node) -> tuple[Node, ...] | None:
    reached_from: dict[Node, Node] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for following in successors.get(node, ()):
            if following == start or following in reached_from:
                continue
            reached_from[following] = node
            if following == goal:
                return _walk_back(reached_from, start, goal)
            queue.append(following)
    return None


def _walk_back(reached_from: dict[Node, Node], start: Node, goal: Node) -> tuple[Node, ...]:
    path = [goal]
    while path[-1] != start:
        path.append(reached_from[path[-1]])
    return tuple(reversed(path))
