"""Chart geometry: round ticks, gaps where nothing is known, bars that stand on zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web import charts

FINITE = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, [0, 25, 50, 75, 100]),
        (1.2, 4.8, [1, 2, 3, 4, 5]),
        (0, 0, [0, 0.25, 0.5, 0.75, 1]),
        (-3, 3, [-4, -2, 0, 2, 4]),
    ],
)
def test_ticks_are_round_and_cover_the_values(low, high, expected):
    assert charts.nice_ticks(low, high) == expected


@given(FINITE, FINITE)
def test_ticks_enclose_any_range(first, second):
    low, high = min(first, second), max(first, second)

    ticks = charts.nice_ticks(low, high)

    # A millionth of the range is far less than a pixel.
    slack = 1e-6 * max(1, high - low, abs(high))
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= 8


def test_missing_value_breaks_the_line():
    series = [("Actual", [("a", 1), ("b", 2), ("c", None), ("d", 3)])]

    (line,) = charts.lines(series, charts.frame(series, from_zero=False))

    assert len(line.paths) == 1
    assert len(line.dots) == 2


def test_missing_value_has_no_bar():
    series = [("Actual", [("a", 1), ("b", None)])]

    bars = charts.bars(series, charts.frame(series, from_zero=True))

    assert [bar.label for bar in bars] == ["Actual, a: 1"]


def test_negative_bar_hangs_from_zero():
    series = [("Result", [("a", 5), ("b", -5)])]
    scale = charts.frame(series, from_zero=True)

    above, below = charts.bars(series, scale)

    assert above.y + above.height == pytest.approx(scale.zero)
    assert below.y == pytest.approx(scale.zero)


@pytest.mark.parametrize("values", [[], [1], [None, 2, None]])
def test_sparkline_needs_two_known_values(values):
    assert charts.spark_path(values) == []


def test_constant_sparkline_is_drawn():
    assert charts.spark_path([3, 3]) == ["0,18 80,18"]


def test_last_label_ends_at_the_right_edge_and_the_others_stand_in_the_middle():
    scale = charts.frame([("Pulse", [("1 Mar 2026", 2), ("1 Jun 2026", 3), ("1 Nov 2026", 4)])], from_zero=False)

    assert [tick.anchor for tick in scale.x_ticks] == ["middle", "middle", "end"]
    assert [tick.anchor for tick in charts.frame([("Pulse", [("1 Mar 2026", 2)])], from_zero=False).x_ticks] == [
        "middle"
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(-1500.0, "\N{MINUS SIGN}1.5k"), (-2e6, "\N{MINUS SIGN}2m"), (0.25, "0.25")]
)
def test_axis_labels_are_short_and_have_a_true_minus_sign(value, text):
    assert charts.short(value) == text
