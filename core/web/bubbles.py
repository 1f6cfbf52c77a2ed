"""Geometry of the bubble chart: two measures as position, a third as area, a category as colour."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.web.charts import Number, Tick, nice_ticks, short

WIDTH, HEIGHT = 720, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 20, 16, 40
_SMALLEST, _LARGEST = 5.0, 26.0
_LABELLED = 12


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
    """A placed point; only the largest carry their label as text, so that labels do not cover each other."""

    point: Point
    index: int
    x: float
    y: float
    radius: float
    is_labelled: bool

    @property
    def label_x(self) -> float:
        """Where the label starts, or ends when it stands on the left."""
        away = self.radius + 4
        return round(self.x - away if self.ends_left else self.x + away, 2)

    @property
    def ends_left(self) -> bool:
        """Whether the label stands to the left, because it would leave the picture on the right."""
        return self.x > WIDTH * 0.72


@dataclass(frozen=True, slots=True)
class BubbleChart:
    bubbles: Sequence[Bubble]
    groups: Sequence[str]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    zero_x: float | None
    zero_y: float | None


def bubble_chart(points: Sequence[Point]) -> BubbleChart:
    """Places the points, the largest first so that small ones stay visible and can be clicked."""
    x_ticks = nice_ticks(*_ends([float(point.x) for point in points]))
    y_ticks = nice_ticks(*_ends([float(point.y) for point in points]))
    groups = sorted({point.group for point in points})
    largest = max((abs(float(point.size)) for point in points if point.size is not None), default=0.0)
    ordered = sorted(points, key=lambda point: (-abs(float(point.size or 0)), point.label))
    return BubbleChart(
        bubbles=[
            Bubble(
                point=point,
                index=groups.index(point.group) % 6,
                x=_x(float(point.x), x_ticks),
                y=_y(float(point.y), y_ticks),
                radius=_radius(point.size, largest),
                is_labelled=position < _LABELLED,
            )
            for position, point in enumerate(ordered)
        ],
        groups=groups,
        x_ticks=[Tick(_x(value, x_ticks), short(value)) for value in x_ticks],
        y_ticks=[Tick(_y(value, y_ticks), short(value)) for value in y_ticks],
        zero_x=_x(0.0, x_ticks) if x_ticks[0] < 0 < x_ticks[-1] else None,
        zero_y=_y(0.0, y_ticks) if y_ticks[0] < 0 < y_ticks[-1] else None,
    )


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values, default=0.0), max(values, default=1.0)


def _radius(size: Number | None, largest: float) -> float:
    if size is None or not largest:
        return _SMALLEST
    # The eye compares areas, so the radius grows with the root.
    return round(max(_SMALLEST, _LARGEST * math.sqrt(abs(float(size)) / largest)), 1)


def _x(value: float, ticks: Sequence[float]) -> float:
    return round(_LEFT + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (WIDTH - _LEFT - _RIGHT), 2)


def _y(value: float, ticks: Sequence[float]) -> float:
    return round(HEIGHT - _BOTTOM - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (HEIGHT - _TOP - _BOTTOM), 2)
