"""Places for the labels of round marks: beside, above or below them, where they cover nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

# What a character of a label is wide on average and a line of it high, in units of the picture.
_CHARACTER, _LINE = 5.6, 11.0
_GAP = 4.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A round mark."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """Where a text stands: its baseline, and whether `x` is its start, middle or end."""

    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def place_labels(
    circles: Sequence[Circle], texts: Sequence[str], *, most: int, width: float, height: float
) -> list[LabelPlace | None]:
    """A place for the text of each of the first `most` circles, the earlier choosing first; None where none is free."""
    marks = [_box_of(circle) for circle in circles]
    taken: list[_Box] = []
    places: list[LabelPlace | None] = []
    for index, (circle, text) in enumerate(zip(circles, texts, strict=True)):
        if index >= most:
            places.append(None)
            continue
        others = [mark for position, mark in enumerate(marks) if position != index] + taken
        found = next((pair for pair in _choices(circle, text) if _is_free(pair[1], others, width, height)), None)
        places.append(found[0] if found else None)
        if found:
            taken.append(found[1])
    return places


def _choices(circle: Circle, text: str) -> list[tuple[LabelPlace, _Box]]:
    """Right, left, above and below, with the room each takes."""
    length, away = len(text) * _CHARACTER, circle.radius + _GAP
    middle, above, below = circle.y + 3.5, circle.y - away, circle.y + away + _LINE - 2
    half = length / 2
    return [
        (LabelPlace(round(circle.x + away, 2), round(middle, 2), "start"), _line(circle.x + away, middle, length)),
        (
            LabelPlace(round(circle.x - away, 2), round(middle, 2), "end"),
            _line(circle.x - away - length, middle, length),
        ),
        (LabelPlace(circle.x, round(above, 2), "middle"), _line(circle.x - half, above, length)),
        (LabelPlace(circle.x, round(below, 2), "middle"), _line(circle.x - half, below, length)),
    ]


def _line(left: float, baseline: float, length: float) -> _Box:
    return _Box(left, baseline - _LINE + 2, left + length, baseline + 2)


def _box_of(circle: Circle) -> _Box:
    return _Box(circle.x - circle.radius, circle.y - circle.radius, circle.x + circle.radius, circle.y + circle.radius)


def _is_free(box: _Box, others: Sequence[_Box], width: float, height: float) -> bool:
    is_inside = box.left >= 0 and box.top >= 0 and box.right <= width and box.bottom <= height
    return is_inside and not any(box.covers(other) for other in others)
