"""Geometry of the server-rendered charts: numbers in, coordinates out. Missing values leave gaps, never zeros."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Number = float | int | Decimal
Points = Sequence[tuple[str, Number | None]]

WIDTH, HEIGHT = 560, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 24
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Tick:
    position: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """A polyline per stretch without gaps, and the single points that have no neighbour."""

    name: str
    index: int
    paths: Sequence[str]
    dots: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Bar:
    index: int
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Scales of a chart: `low` and `high` are the ends of the value axis."""

    low: float
    high: float
    y_ticks: Sequence[Tick]
    x_ticks: Sequence[Tick]
    zero: float


def nice_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round values covering low to high in about `count` steps of 1, 2, 2.5 or 5 times a power of ten."""
    if math.isclose(low, high, rel_tol=1e-9, abs_tol=1e-9):
        low, high = (0.0, 1.0) if abs(low) < 1e-9 else (min(low, 0.0), max(high, 0.0))
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in _STEPS if factor * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


_SIZES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


def short(value: float) -> str:
    """An axis label: 1.2k, 3m; whole numbers without a fraction."""
    size, suffix = next((each for each in _SIZES if abs(value) >= each[0]), (1.0, ""))
    return f"{value / size:.3g}{suffix}".replace("-", "\N{MINUS SIGN}")


def frame(series: Sequence[tuple[str, Points]], *, from_zero: bool) -> Frame:
    """Scales for all series together; the labels are those of the longest."""
    values = [float(value) for _, points in series for _, value in points if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    ticks = nice_ticks(low, high)
    low, high = ticks[0], ticks[-1]
    labels = max(([label for label, _ in points] for _, points in series), key=len, default=[])
    return Frame(
        low=low,
        high=high,
        y_ticks=[Tick(_y(value, low, high), short(value)) for value in ticks],
        x_ticks=_along(labels),
        zero=_y(max(low, min(0.0, high)), low, high),
    )


def _along(labels: Sequence[str]) -> list[Tick]:
    """At most eight labels; the one at the right edge ends there instead of leaving the picture."""
    every, last = max(1, math.ceil(len(labels) / 8)), len(labels) - 1
    return [
        Tick(_x(index, len(labels)), label, "end" if index == last > 0 else "middle")
        for index, label in enumerate(labels)
        if index % every == 0
    ]


def lines(series: Sequence[tuple[str, Points]], scale: Frame) -> list[Line]:
    """One Line per series."""
    return [
        Line(name, index, *_stretches([_at(i, value, len(points), scale) for i, (_, value) in enumerate(points)]))
        for index, (name, points) in enumerate(series)
    ]


def bars(series: Sequence[tuple[str, Points]], scale: Frame) -> list[Bar]:
    """Grouped bars; a missing value has no bar."""
    count = max((len(points) for _, points in series), default=0)
    slot = (WIDTH - _LEFT - _RIGHT) / max(count, 1)
    width = min(slot * 0.68 / max(len(series), 1), 36)
    found = []
    for index, (name, points) in enumerate(series):
        for i, (label, value) in enumerate(points):
            if value is None:
                continue
            centre = _LEFT + slot * (i + 0.5) + (index - (len(series) - 1) / 2) * width
            y = _y(float(value), scale.low, scale.high)
            top, height = min(y, scale.zero), max(abs(scale.zero - y), 0.5)
            text = f"{name}, {label}: {value}"
            found.append(Bar(index, round(centre - width / 2, 2), round(top, 2), round(width - 1, 2), height, text))
    return found


def bar_ticks(labels: Sequence[str]) -> list[Tick]:
    """Labels under the middle of each group of bars."""
    slot = (WIDTH - _LEFT - _RIGHT) / max(len(labels), 1)
    every = max(1, math.ceil(len(labels) / 10))
    return [Tick(round(_LEFT + slot * (i + 0.5), 2), label) for i, label in enumerate(labels) if i % every == 0]


def spark_path(values: Sequence[Number | None], width: float = 80, height: float = 20) -> list[str]:
    """Polylines of a sparkline, one per stretch without gaps; empty for fewer than two known values."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return []
    low, span = min(known), (max(known) - min(known)) or 1.0
    step = width / (len(values) - 1)
    points = [
        None
        if value is None
        else (round(i * step, 2), round(height - 2 - (float(value) - low) / span * (height - 4), 2))
        for i, value in enumerate(values)
    ]
    return list(_stretches(points)[0])


def _stretches(points: Sequence[tuple[float, float] | None]) -> tuple[list[str], list[tuple[float, float]]]:
    paths: list[str] = []
    dots: list[tuple[float, float]] = []
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
            continue
        if len(run) > 1:
            paths.append(" ".join(f"{x:g},{y:g}" for x, y in run))
        dots += run[-1:]
        run = []
    return paths, dots


def _at(index: int, value: Number | None, count: int, scale: Frame) -> tuple[float, float] | None:
    return None if value is None else (_x(index, count), _y(float(value), scale.low, scale.high))


def _x(index: int, count: int) -> float:
    return round(_LEFT + (WIDTH - _LEFT - _RIGHT - 24) * (index / max(count - 1, 1)) + 12, 2)


def _y(value: float, low: float, high: float) -> float:
    return round(HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM), 2)
