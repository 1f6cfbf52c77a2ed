"""Lines of a dependency picture: from the end of one box that counts to the end of the other that counts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import hypot

Point = tuple[float, float]

BOX_WIDTH, BOX_HEIGHT = 232, 44
GAP_X, GAP_Y = 72, 16
_ASIDE = 20  # how far beside a box a line turns
_HEAD = 5  # the arrow's head stands in the last pixels before the box
_ROUND = 6
_HALVINGS = 12
_CHARACTER, _LINE = 6.5, 14  # the room of a label's character and line


def route(kind: str, start: Point, end: Point) -> tuple[str, Point]:
    """The path of an SVG line between two boxes, given by their upper left corners, and a point on it for a label.

    Finish to start is a curve. The others go around their boxes, between the rows, so that the line is seen to leave
    and to enter at the end of which `kind` speaks. The label's point lies beside the successor, where no box is.
    """
    leaves_right, enters_left = kind[0] == "F", kind[1] == "S"
    x1, y1 = start[0] + (BOX_WIDTH if leaves_right else 0), start[1] + BOX_HEIGHT / 2
    x2, y2 = end[0] + (-_HEAD if enters_left else BOX_WIDTH + _HEAD), end[1] + BOX_HEIGHT / 2
    if leaves_right and enters_left:
        return _curve((x1, y1), (x2, y2), label_x=end[0] - GAP_X / 2)
    gap = end[0] - _ASIDE
    past_row = BOX_HEIGHT / 2 + GAP_Y / 2
    down = 1 if y2 >= y1 else -1
    points = [(x1, y1)]
    if not leaves_right:
        points += [(x1 - _ASIDE, y1), (x1 - _ASIDE, y1 + down * past_row)]
    leaving, landing = points[-1][1], y2 if enters_left else y2 - down * past_row
    points += [(gap, leaving), (gap, landing)]
    if not enters_left:
        aside = end[0] + BOX_WIDTH + _ASIDE
        points += [(aside, landing), (aside, y2)]
    return _rounded([*points, (x2, y2)]), (gap, (leaving + landing) / 2)


def spread_labels(labels: Sequence[tuple[str, Point]]) -> list[Point]:
    """The points of texts that are centred on them, moved up or down where they would cover an earlier one.

    Several dependencies between the same two items have their labels at nearly one point. Empty texts cover nothing.
    """
    taken: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
    points = []
    for text, (x, y) in labels:
        half = len(text) * _CHARACTER / 2
        free = next(each for each in _outwards(y) if not text or not _is_covered(taken, x, each, half))
        points.append((x, free))
        if text:
            taken[int(free // _LINE)].append((x, free, half))
    return points


def _outwards(y: float) -> Iterator[float]:
    yield y
    for step in count(1):
        yield y + step * _LINE
        yield y - step * _LINE


def _is_covered(taken: Mapping[int, list[tuple[float, float, float]]], x: float, y: float, half: float) -> bool:
    row = int(y // _LINE)
    near = (each for at in (row - 1, row, row + 1) for each in taken.get(at, ()))
    return any(abs(x - other_x) < half + other and abs(y - other_y) < _LINE for other_x, other_y, other in near)


def _curve(start: Point, end: Point, *, label_x: float) -> tuple[str, Point]:
    (x1, y1), (x2, y2) = start, end
    bend = max((x2 - x1) // 2, GAP_X // 2)
    path = f"M{x1:g},{y1:g}C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2:g},{y2:g}"
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        if _bezier(at, x1, x1 + bend, x2 - bend, x2) < label_x:
            low = at
        else:
            high = at
    return path, (label_x, round(_bezier(low, y1, y1, y2, y2)))


def _bezier(at: float, a: float, b: float, c: float, d: float) -> float:
    rest = 1 - at
    return a * rest**3 + 3 * b * rest**2 * at + 3 * c * rest * at**2 + d * at**3


def _rounded(points: Sequence[Point]) -> str:
    path = f"M{points[0][0]:g},{points[0][1]:g}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        (x1, y1), (x2, y2) = _towards(corner, before), _towards(corner, after)
        path += f"L{x1:g},{y1:g}Q{corner[0]:g},{corner[1]:g} {x2:g},{y2:g}"
    return f"{path}L{points[-1][0]:g},{points[-1][1]:g}"


def _towards(corner: Point, other: Point) -> Point:
    length = hypot(other[0] - corner[0], other[1] - corner[1])
    share = min(_ROUND, length / 2) / length if length else 0
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share
