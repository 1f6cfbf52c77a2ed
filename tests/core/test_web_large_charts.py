"""Bubble and tornado charts: places in order, area by size, and the same figures as a table."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from core.web.bubbles import HEIGHT, WIDTH, Point, bubble_chart
from core.web.tornado import Swing, tornado

NUMBER = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


def test_bubbles_keep_order_and_compare_by_area():
    chart = bubble_chart([Point("small", 1, 10, size=25), Point("large", 5, 20, size=100), Point("none", 3, 15)])

    placed = {bubble.point.label: bubble for bubble in chart.bubbles}
    assert [bubble.point.label for bubble in chart.bubbles] == ["large", "small", "none"]
    assert placed["large"].x > placed["none"].x > placed["small"].x
    assert placed["large"].y < placed["none"].y < placed["small"].y
    assert placed["large"].radius == pytest.approx(2 * placed["small"].radius)


@given(st.lists(st.tuples(NUMBER, NUMBER, st.none() | NUMBER), max_size=30))
def test_bubbles_stay_inside_the_picture(rows):
    chart = bubble_chart([Point(str(at), x, y, size) for at, (x, y, size) in enumerate(rows)])

    assert len(chart.bubbles) == len(rows)
    assert all(0 <= bubble.x <= WIDTH and 0 <= bubble.y <= HEIGHT for bubble in chart.bubbles)


@pytest.mark.parametrize("is_phone", [False, True])
def test_labels_cover_neither_bubbles_nor_each_other(is_phone):
    crowd = [Point(f"Initiative of name {index}", index % 3, index // 3, size=9 - index) for index in range(9)]
    crowd += [Point("Hidden below the first", 0, 0, size=1)]

    chart = bubble_chart(crowd)

    placed = [bubble for bubble in chart.bubbles if bubble.label and not (is_phone and bubble.label.is_tight)]
    boxes = [_box(bubble, 6.2 if is_phone else 5) for bubble in placed]
    for index, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= WIDTH
        for other in boxes[index + 1 :]:
            assert not (left < other[2] and other[0] < right and top < other[3] and other[1] < bottom)
        for bubble in chart.bubbles:
            if bubble is not placed[index]:
                inside = left < bubble.x < right and top < bubble.y < bottom
                assert not inside
    assert chart.bubbles[0].label is not None


def test_what_has_room_on_a_wide_screen_only_is_tight():
    chart = bubble_chart([Point("Initiative of a longer name", at, 0, size=9 - at) for at in range(7)])

    assert {bubble.label.is_tight for bubble in chart.bubbles if bubble.label} == {False, True}


def _box(bubble, character):
    """The room of a label at `character` units each, less than what was reckoned with."""
    length = len(bubble.text) * character
    start = {"start": 0, "middle": length / 2, "end": length}[bubble.label.anchor]
    return bubble.label.x - start, bubble.label.y - 8, bubble.label.x - start + length, bubble.label.y


def test_largest_bubble_at_an_end_stays_inside():
    chart = bubble_chart([Point("a", 0, 0, size=10), Point("b", 100, 100, size=10)])

    for bubble in chart.bubbles:
        assert bubble.radius <= bubble.x <= WIDTH - bubble.radius
        assert bubble.radius <= bubble.y <= HEIGHT - bubble.radius


def test_bubble_chart_links_and_tells_its_figures_as_a_table():
    points = [Point("Support agent <b>", 12, 4000, size=3, group="Beta", url="/x/", note="in beta")]
    html = Template('{% bubble_chart points "Value against risk" "Risk" "Value" "Cost" "Stage" %}').render(
        Context({"points": points})
    )

    assert 'href="/x/"' in html
    assert "Support agent &lt;b&gt;" in html
    assert '<td class="is-end">4,000</td>' in html


def test_widest_swing_is_on_top_and_bars_meet_at_the_base():
    chart = tornado(100.0, [Swing("price", 90.0, 110.0), Swing("adoption", 40.0, 180.0), Swing("idle", 100.0, 100.0)])

    assert [bar.swing.label for bar in chart.bars] == ["adoption", "price", "idle"]
    widest = chart.bars[0]
    assert widest.low_x + widest.low_width == pytest.approx(chart.base_x, abs=0.02)
    assert widest.high_x == pytest.approx(chart.base_x, abs=0.02)
    assert (chart.bars[2].low_width, chart.bars[2].high_width) == (0, 0)


def test_tornado_chart_tells_its_figures_as_a_table():
    swings = [SimpleNamespace(label="Adoption", at_low=-5000, at_high=12000)]
    html = Template('{% tornado_chart 4000 swings "What matters most" "EUR" %}').render(Context({"swings": swings}))

    assert '<td class="is-end">12,000</td>' in html
    assert '<td class="is-end">\N{MINUS SIGN}5,000</td>' in html


@pytest.mark.parametrize("tag", ["bubble_chart rows 'Title' 'X' 'Y'", "tornado_chart 1 rows 'Title'"])
def test_nothing_to_draw_is_said(tag):
    assert "No data yet for Title." in Template("{% " + tag + " %}").render(Context({"rows": []}))
