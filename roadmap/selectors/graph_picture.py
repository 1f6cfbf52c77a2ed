"""The dependencies of a plan as a picture: boxes in layers, lines between them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from roadmap.calc.graph_routes import BOX_HEIGHT, BOX_WIDTH, GAP_X, GAP_Y, route, spread_labels
from roadmap.calc.layers import layered
from roadmap.enums import DependencyKind
from roadmap.models import Dependency, Roadmap
from roadmap.selectors.dependencies import violations
from roadmap.selectors.plan_rows import PlanRow
from tenancy.actor import Actor

MOST_BOXES = 240
_MARGIN = 28  # lines go around the outermost boxes
_FEWEST_ACROSS = 4


@dataclass(frozen=True, slots=True)
class Box:
    """An item and the upper left corner of its box."""

    row: PlanRow
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """A dependency as the path of an SVG line; `reason` says how the dates contradict it, "" when they do not.

    `label`, with its place, says what is not finish to start without lag: "SS +3".
    """

    dependency: Dependency
    path: str
    reason: str
    label: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class GraphPicture:
    """Boxes and lines, and the size of it all. `alone` items have no dependency; `hidden` ones were too many."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: int
    height: int
    alone: int
    hidden: int
    box_width: int = BOX_WIDTH


def graph_picture(roadmap: Roadmap, rows: Sequence[PlanRow], *, actor: Actor, with_alone: bool = False) -> GraphPicture:
    """The given items that depend on one another, from left to right; one query.

    `with_alone` puts those without a dependency below them, so that they can be linked.
    """
    known = {row.id: row for row in rows}
    found = Dependency.objects.permitted(actor).touching(roadmap.pk).select_related("predecessor", "successor")
    edges = [edge for edge in found if edge.predecessor_id in known and edge.successor_id in known]
    ends = {end for edge in edges for end in _ends(edge)}
    linked = [row for row in rows if row.id in ends]
    shown = {row.id for row in linked[:MOST_BOXES]}
    edges = [edge for edge in edges if set(_ends(edge)) <= shown]
    places = layered([row.id for row in linked if row.id in shown], [_ends(edge) for edge in edges])
    counts = Counter(layer for layer, _ in places.values())
    boxes = {key: Box(known[key], *_corner(place, counts)) for key, place in places.items()}
    if with_alone:
        boxes |= _below(boxes.values(), [row for row in rows if row.id not in ends][: MOST_BOXES - len(boxes)])
    reasons = {each.dependency_id: each.reason for each in violations(edges)}
    return GraphPicture(
        boxes=list(boxes.values()),
        lines=_spread([_line(edge, boxes, reasons.get(edge.pk, "")) for edge in edges]),
        width=max((box.x + BOX_WIDTH for box in boxes.values()), default=0) + _MARGIN,
        height=max((box.y + BOX_HEIGHT for box in boxes.values()), default=0) + _MARGIN,
        alone=len(rows) - len(linked),
        hidden=(len(rows) if with_alone else len(linked)) - len(boxes),
    )


def _spread(lines: Sequence[Line]) -> list[Line]:
    """The lines with labels that do not cover each other."""
    points = spread_labels([(line.label, (line.label_x, line.label_y)) for line in lines])
    return [replace(line, label_x=x, label_y=y) for line, (x, y) in zip(lines, points, strict=True)]


def _ends(edge: Dependency) -> tuple[UUID, UUID]:
    return edge.predecessor_id, edge.successor_id


def _corner(place: tuple[int, int], counts: Counter[int]) -> tuple[int, int]:
    """Layers are centred on the tallest one."""
    layer, at = place
    free = (max(counts.values()) - counts[layer]) * (BOX_HEIGHT + GAP_Y) // 2
    return _MARGIN + layer * (BOX_WIDTH + GAP_X), _MARGIN + free + at * (BOX_HEIGHT + GAP_Y)


def _below(placed: Collection[Box], rows: Sequence[PlanRow]) -> dict[UUID, Box]:
    """Boxes in rows under those that are placed, as wide as these but at least a few."""
    step_x, step_y = BOX_WIDTH + GAP_X, BOX_HEIGHT + GAP_Y
    across = max(max((box.x for box in placed), default=0) // step_x + 1, _FEWEST_ACROSS)
    top = max((box.y + step_y + GAP_Y for box in placed), default=_MARGIN)
    return {
        row.id: Box(row, _MARGIN + at % across * step_x, top + at // across * step_y) for at, row in enumerate(rows)
    }


def _line(edge: Dependency, boxes: Mapping[UUID, Box], reason: str) -> Line:
    start, end = (boxes[key] for key in _ends(edge))
    path, (label_x, label_y) = route(edge.kind, (start.x, start.y), (end.x, end.y))
    is_plain = edge.kind == DependencyKind.FINISH_TO_START and edge.lag_days == 0
    lag = f"{edge.lag_days:+}".replace("-", "\N{MINUS SIGN}") if edge.lag_days else ""
    return Line(edge, path, reason, "" if is_plain else f"{edge.kind} {lag}".strip(), label_x, label_y)
