"""Template tags of the larger charts; built in like those of `fairlead`."""

from collections.abc import Sequence
from typing import Any

from django import template

from core.web import bubbles, tornado

register = template.Library()


@register.inclusion_tag("components/bubble_chart.html")
def bubble_chart(
    points: Sequence[bubbles.Point],
    title: str,
    x_label: str,
    y_label: str,
    size_label: str = "",
    group_label: str = "",
    quarters: bubbles.Quarters | None = None,
) -> dict[str, Any]:
    """Points by two measures, with a table of the same figures; `quarters` divides it into four fields."""
    chart = bubbles.bubble_chart(points, quarters)
    return {
        "title": title,
        "x_label": x_label,
        "y_label": y_label,
        "size_label": size_label,
        "group_label": group_label,
        "chart": chart,
        "points": points,
        "width": bubbles.WIDTH,
        "height": bubbles.HEIGHT,
    }


@register.inclusion_tag("components/tornado_chart.html")
def tornado_chart(base: float, swings: Sequence[Any], title: str, unit: str = "") -> dict[str, Any]:
    """`swings` have `label`, `at_low` and `at_high`: the result with one input at either end; `base` with none."""
    listed = [tornado.Swing(str(one.label), float(one.at_low), float(one.at_high)) for one in swings]
    chart = tornado.tornado(float(base), listed)
    return {"title": title, "unit": unit, "base": base, "chart": chart}
