"""Geometry of the bubble chart: two measures as position, a third as area, a category as colour."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.web.charts import Number, Tick, nice_ticks, short
from core.web.label_places import Circle, LabelPlace, place_labels

WIDTH, HEIGHT = 720, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 20, 16, 40
_SMALLEST, _LARGEST = 5.0, 26.0
# Between the frame and the outermost ticks, so that the largest bubble at an end stays inside.
_INSET = 28
_LABELLED = 24
_LONGEST_LABEL = 26
# On a phone the picture is scaled down and its texts are not: the style sheet gives them 13 units instead of 10.5.
_ENLARGED = 13 / 10.5


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to place. `size` None draws the smallest bubble; `url` empty draws one that leads nowhere."""

    label: str
    x: Number
    y: Number
    size: Number | None = None
    group: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A placed point; `label` is None where no room was left for its text."""

    point: Point
    index: int
    x: float
    y: float
    radius: float
    label: LabelPlace | None = None

    @property
    def text(self) -> str:
        """The label, cut to a length that leaves room for others."""
        text = self.point.label
        return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Quarters:
    """Divides the chart into four fields at two values; a name for each, from the upper left, clockwise."""

    x: Number
    y: Number
    names: tuple[str, str, str, str] = ("", "", "", "")


@dataclass(frozen=True, slots=True)
class Divide:
    """Quarters in the picture's coordinates."""

    x: float
    y: float
    corners: Sequence[tuple[str, float, float, str]]


@dataclass(frozen=True, slots=True)
class BubbleChart:
    bubbles: Sequence[Bubble]
    groups: Sequence[str]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    zero_x: float | None
    zero_y: float | None
    divide: Divide | None


def bubble_chart(points: Sequence[Point], quarters: Quarters | None = None) -> BubbleChart:
    """Places the points, the largest first so that small ones stay visible and can be clicked."""
    x_ticks = nice_ticks(*_ends([float(point.x) for point in points]))
    y_ticks = nice_ticks(*_ends([float(point.y) for point in points]))
    groups = sorted({point.group for point in points})
    largest = max((abs(float(point.size)) for point in points if point.size is not None), default=0.0)
    ordered = sorted(points, key=lambda point: (-abs(float(point.size or 0)), point.label))
    bubbles = [
        Bubble(
            point=point,
            index=groups.index(point.group) % 6,
            x=_x(float(point.x), x_ticks),
            y=_y(float(point.y), y_ticks),
            radius=_radius(point.size, largest),
        )
        for point in ordered
    ]
    return BubbleChart(
        bubbles=_labelled(bubbles),
        groups=groups,
        x_ticks=[Tick(_x(value, x_ticks), short(value)) for value in x_ticks],
        y_ticks=[Tick(_y(value, y_ticks), short(value)) for value in y_ticks],
        zero_x=_x(0.0, x_ticks) if x_ticks[0] < 0 < x_ticks[-1] else None,
        zero_y=_y(0.0, y_ticks) if y_ticks[0] < 0 < y_ticks[-1] else None,
        divide=_divide(quarters, x_ticks, y_ticks) if quarters else None,
    )


def _divide(quarters: Quarters, x_ticks: Sequence[float], y_ticks: Sequence[float]) -> Divide:
    left, right = float(_LEFT + 8), float(WIDTH - _RIGHT - 8)
    top, bottom = float(_TOP + 14), float(HEIGHT - _BOTTOM - 8)
    places = ((left, top, "start"), (right, top, "end"), (right, bottom, "end"), (left, bottom, "start"))
    corners = [(name, x, y, anchor) for name, (x, y, anchor) in zip(quarters.names, places, strict=True) if name]
    return Divide(_x(float(quarters.x), x_ticks), _y(float(quarters.y), y_ticks), corners)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values, default=0.0), max(values, default=1.0)


def _radius(size: Number | None, largest: float) -> float:
    if size is None or not largest:
        return _SMALLEST
    # The eye compares areas, so the radius grows with the root.
    return round(max(_SMALLEST, _LARGEST * math.sqrt(abs(float(size)) / largest)), 1)


def _labelled(bubbles: Sequence[Bubble]) -> list[Bubble]:
    """The largest with their labels, where these cover neither bubbles nor each other."""
    circles = [Circle(bubble.x, bubble.y, bubble.radius) for bubble in bubbles]
    texts = [bubble.text for bubble in bubbles]
    places = place_labels(circles, texts, most=_LABELLED, width=WIDTH, height=HEIGHT - _BOTTOM, enlarged=_ENLARGED)
    return [replace(bubble, label=place) for bubble, place in zip(bubbles, places, strict=True)]


def _x(value: float, ticks: Sequence[float]) -> float:
    share = (value - ticks[0]) / (ticks[-1] - ticks[0])
    return round(_LEFT + _INSET + share * (WIDTH - _LEFT - _RIGHT - 2 * _INSET), 2)


def _y(value: float, ticks: Sequence[float]) -> float:
    share = (value - ticks[0]) / (ticks[-1] - ticks[0])
    return round(HEIGHT - _BOTTOM - _INSET - share * (HEIGHT - _TOP - _BOTTOM - 2 * _INSET), 2)
