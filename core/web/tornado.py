"""Geometry of the tornado chart: how far a result moves when one input goes from low to high."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.web.charts import Tick, nice_ticks, short

_TOP, _ROW, _BOTTOM = 4, 42, 26
# Left and right of the outermost ticks, in percent, so that their labels stay inside.
_MARGIN = 6.0


@dataclass(frozen=True, slots=True)
class Swing:
    """The result with one input at its low and at its high value."""

    label: str
    at_low: float
    at_high: float

    @property
    def span(self) -> str:
        """Both results, shortened, the one at the low value first."""
        return f"{short(self.at_low)} to {short(self.at_high)}"


@dataclass(frozen=True, slots=True)
class SwingBar:
    """Two bars from the base: towards the result at the low and at the high value of the input."""

    swing: Swing
    text_y: int
    bar_y: int
    low_x: float
    low_width: float
    high_x: float
    high_width: float


@dataclass(frozen=True, slots=True)
class Tornado:
    """Places across are in percent of the width and down in pixels, so that texts keep their size on any screen.

    `base_x` is where the result with all inputs at their likely values lies.
    """

    bars: Sequence[SwingBar]
    ticks: Sequence[Tick]
    base_x: float
    height: int

    @property
    def floor(self) -> int:
        return self.height - _BOTTOM


def tornado(base: float, swings: Sequence[Swing]) -> Tornado:
    """The widest swing on top; inputs that do not matter stay, as a line without a bar."""
    ordered = sorted(swings, key=lambda swing: (-abs(swing.at_high - swing.at_low), swing.label))
    values = [base, *(value for swing in swings for value in (swing.at_low, swing.at_high))]
    ticks = nice_ticks(min(values), max(values), 4)
    bars = []
    for row, swing in enumerate(ordered):
        y = _TOP + row * _ROW
        low, high, middle = (_x(value, ticks) for value in (swing.at_low, swing.at_high, base))
        bars.append(
            SwingBar(
                swing=swing,
                text_y=y + 12,
                bar_y=y + 19,
                low_x=min(low, middle),
                low_width=round(abs(low - middle), 2),
                high_x=min(high, middle),
                high_width=round(abs(high - middle), 2),
            )
        )
    return Tornado(
        bars=bars,
        ticks=[Tick(_x(value, ticks), short(value)) for value in ticks],
        base_x=_x(base, ticks),
        height=_TOP + len(ordered) * _ROW + _BOTTOM,
    )


def _x(value: float, ticks: Sequence[float]) -> float:
    share = (value - ticks[0]) / (ticks[-1] - ticks[0])
    return round(_MARGIN + share * (100 - 2 * _MARGIN), 2)
