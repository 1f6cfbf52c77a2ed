"""Pure maths of the displays: horizons, the month grid, the layers of a graph."""

import itertools
import re
from datetime import date, timedelta

import pytest

from roadmap.calc.graph_routes import BOX_HEIGHT, BOX_WIDTH, route, spread_labels
from roadmap.calc.horizons import horizon_of
from roadmap.calc.layers import layered
from roadmap.calc.month_grid import month_weeks

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("start_on", "horizon"),
    [
        (date(2025, 1, 1), "now"),
        (date(2026, 12, 31), "now"),
        (date(2027, 1, 1), "next"),
        (date(2027, 3, 31), "next"),
        (date(2027, 4, 1), "later"),
        (None, "undated"),
    ],
)
def test_horizons_are_quarters_and_work_without_dates_has_its_own(start_on, horizon):
    assert horizon_of(start_on, is_done=False, today=TODAY) == horizon
    assert horizon_of(start_on, is_done=True, today=TODAY) == "done"


def test_a_month_has_the_whole_weeks_that_touch_it():
    weeks = month_weeks(date(2026, 11, 1), [], rows=3)

    assert [week.days[0] for week in weeks] == [date(2026, 10, 26) + timedelta(days=7 * n) for n in range(6)]
    assert weeks[-1].days[-1] == date(2026, 12, 6)


def test_a_span_is_cut_at_the_ends_of_weeks_and_says_where_it_starts_and_ends():
    weeks = month_weeks(date(2026, 11, 1), [(date(2026, 11, 5), date(2026, 11, 10))], rows=3)

    parts = [(number, part.column, part.columns, part.starts, part.ends)
             for number, week in enumerate(weeks) for part in week.segments]  # fmt: skip
    assert parts == [(1, 4, 4, True, False), (2, 1, 2, False, True)]


def test_spans_never_overlap_in_a_row_and_those_without_room_are_counted_by_day():
    day = date(2026, 11, 4)
    spans = [(day, day), (day, day + timedelta(days=1)), (day, day), (day + timedelta(days=1), day + timedelta(days=3))]

    week = month_weeks(date(2026, 11, 1), spans, rows=2)[1]

    assert sorted((part.index, part.row) for part in week.segments) == [(0, 0), (2, 1), (3, 0)]
    assert week.hidden == [0, 0, 1, 1, 0, 0, 0]


def test_the_layer_of_a_node_is_the_longest_path_to_it():
    places = layered("abcd", [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")])

    assert {node: layer for node, (layer, _) in places.items()} == {"a": 0, "d": 0, "b": 1, "c": 2}
    assert sorted(places[node][1] for node in "ad") == [0, 1]


def test_lines_that_would_cross_are_untangled():
    places = layered(["a", "b", "x", "y"], [("a", "y"), ("b", "x")])

    assert (places["a"][1] < places["b"][1]) == (places["y"][1] < places["x"][1])


def test_a_cycle_and_an_empty_graph_have_a_picture_too():
    assert {layer for layer, _ in layered("ab", [("a", "b"), ("b", "a")]).values()} == {0}
    assert layered([], []) == {}


def test_two_thousand_nodes_in_a_row_take_no_recursion():
    nodes = list(range(2000))

    places = layered(nodes, list(itertools.pairwise(nodes)))

    assert places[1999] == (1999, 0)


@pytest.mark.parametrize(
    ("kind", "leaves_at", "enters_at"),
    [("FS", 0, 0), ("SS", 1, 0), ("FF", 0, 1), ("SF", 1, 1)],
)
@pytest.mark.parametrize("y", [0, 300])
def test_a_line_leaves_and_enters_the_ends_its_kind_speaks_of(kind, leaves_at, enters_at, y):
    path, (label_x, label_y) = route(kind, (0, 150), (400, y))

    points = [tuple(map(float, pair.split(","))) for pair in re.findall(r"[\d.-]+,[\d.-]+", path)]
    assert points[0] == ([BOX_WIDTH, 0][leaves_at], 150 + BOX_HEIGHT / 2)
    assert points[-1] == ([400 - 5, 400 + BOX_WIDTH + 5][enters_at], y + BOX_HEIGHT / 2)
    assert BOX_WIDTH < label_x < 400
    assert min(y, 150) <= label_y <= max(y, 150) + BOX_HEIGHT
    assert (min(x for x, _ in points) < 0) == bool(leaves_at)
    assert (max(x for x, _ in points) > 400 + BOX_WIDTH + 5) == bool(enters_at)


def test_labels_of_several_kinds_between_two_items_do_not_cover_each_other():
    texts = ["FS +2", "SS +3", "FF \N{MINUS SIGN}10", "SF +120", ""]
    kinds = ["FS", "SS", "FF", "SF", "FS"]
    points = [route(kind, (0, 0), (304, 0))[1] for kind in kinds]

    spread = spread_labels(list(zip(texts, points, strict=True)))

    assert [spread[0], spread[4]] == [points[0], points[4]]
    assert [x for x, _ in spread] == [x for x, _ in points]
    for (one, (x, y)), (other, (other_x, other_y)) in itertools.combinations(
        zip(texts[:4], spread[:4], strict=True), 2
    ):
        assert abs(y - other_y) >= 12 or abs(x - other_x) >= (len(one) + len(other)) / 2 * 6


def test_labels_far_apart_stay_where_they_are():
    points = [(300.0, 20.0), (300.0, 40.0), (600.0, 20.0)]

    assert spread_labels([("SS +3", point) for point in points]) == points
