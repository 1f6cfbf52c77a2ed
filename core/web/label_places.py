"""Places for the labels of round marks: beside, above or below them, where they cover nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    """Where a text stands: its baseline, and whether `x` is its start, middle or end.

    A tight one covers others as soon as texts are drawn larger.
    """

    x: float
    y: float
    anchor: str
    is_tight: bool = False


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
    circles: Sequence[Circle], texts: Sequence[str], *, most: int, width: float, height: float, enlarged: float = 1.0
) -> list[LabelPlace | None]:
    """A place for the text of each of the first `most` circles, the earlier choosing first; None where none is free.

    Texts may be drawn up to `enlarged` times as large: those with room for that choose first, the rest are tight.
    """
    marks = [_box_of(circle) for circle in circles]
    taken: list[_Box] = []
    places: list[LabelPlace | None] = [None] * len(circles)
    labelled = list(enumerate(zip(circles, texts, strict=True)))[:most]
    for scale in dict.fromkeys((enlarged, 1.0)):
        for index, (circle, text) in labelled:
            if places[index] is not None:
                continue
            others = [mark for position, mark in enumerate(marks) if position != index] + taken
            choices = _choices(circle, text, scale)
            found = next((pair for pair in choices if _is_free(pair[1], others, width, height)), None)
            if found:
                places[index] = replace(found[0], is_tight=scale < enlarged)
                taken.append(found[1])
    return places


def _choices(circle: Circle, text: str, scale: float) -> list[tuple[LabelPlace, _Box]]:
    """Right, left, above and below, with the room each takes."""
    length, line, away = len(text) * _CHARACTER * scale, _LINE * scale, circle.radius + _GAP
    middle, above, below = circle.y + 3.5, circle.y - away, circle.y + away + line - 2
    starts = (
        (circle.x + away, middle, "start", circle.x + away),
        (circle.x - away, middle, "end", circle.x - away - length),
        (circle.x, above, "middle", circle.x - length / 2),
        (circle.x, below, "middle", circle.x - length / 2),
    )
    return [
        (LabelPlace(round(x, 2), round(y, 2), anchor), _Box(left, y - line + 2, left + length, y + 2))
        for x, y, anchor, left in starts
    ]


def _box_of(circle: Circle) -> _Box:
    return _Box(circle.x - circle.radius, circle.y - circle.radius, circle.x + circle.radius, circle.y + circle.radius)


def _is_free(box: _Box, others: Sequence[_Box], width: float, height: float) -> bool:
    is_inside = box.left >= 0 and box.top >= 0 and box.right <= width and box.bottom <= height
    return is_inside and not any(box.covers(other) for other in others)
