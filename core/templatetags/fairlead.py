"""Template tags and filters of the screens; built in, so templates need no load tag."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.web import charts, formatting, tones
from core.web.markdown import markdown
from core.web.urls import tenant_url as reverse_in_tenant

register = template.Library()

register.filter("number", formatting.number)
register.filter("percent", formatting.percent)
register.filter("figure", formatting.figure)
register.filter("quantity", formatting.quantity)
register.filter("day", formatting.day)
register.filter("moment", formatting.moment)
register.filter("parsed", parse_datetime)
register.filter("ago", formatting.ago)
register.filter("person", formatting.person)
register.filter("initials", formatting.initials)
register.filter("person_name", formatting.person_name)
register.filter("meter", formatting.meter)
register.filter("tags", formatting.tags)
register.filter("known", formatting.plain)
register.filter("midsentence", formatting.midsentence)
register.filter("tone", tones.tone_of)
register.filter("markdown", markdown)
register.simple_tag(formatting.money, name="money")
register.simple_tag(formatting.badge, name="badge")


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration and hidden from assistive technology."""
    href = f"{static('fairlead/icons.svg')}#{name}"
    size_class = f" icon--{size}" if size else ""
    if label:
        return format_html(
            '<svg class="icon{}" role="img" aria-label="{}"><use href="{}"></use></svg>', size_class, label, href
        )
    return format_html('<svg class="icon{}" aria-hidden="true"><use href="{}"></use></svg>', size_class, href)


@register.simple_tag(takes_context=True)
def tenant_url(context: Any, name: str, **kwargs: Any) -> str:
    """An address inside the current organization."""
    return reverse_in_tenant(context.get("actor") or context["request"], name, **kwargs)


@register.simple_tag
def record_url(screen: Any, operation: str, obj: Any) -> str:
    """The address of an operation of a CRUD screen on a record."""
    return screen.url(operation, obj)


@register.simple_tag
def record_crumb(screen: Any, obj: Any) -> SafeString:
    """The record's own step of the breadcrumb trail."""
    return crumb(obj, screen.url("detail", obj))


@register.simple_tag
def show_all(rows: Any) -> SafeString | str:
    """Below a short list: the link to the whole list, when rows were left out."""
    if not rows.is_cut:
        return ""
    text = f"Show all {formatting.number(rows.total)}"
    return format_html('<p class="show-all small"><a href="{}">{}</a></p>', rows.url, text)


@register.simple_tag
def page_size_link(url: str, state: Any, size: int) -> SafeString:
    """A link that shows `size` rows a page."""
    target = f"{url}{state.url(size=size if size != state.default_size else None)}"
    return format_html('<a href="{}" hx-get="{}">{}</a>', target, target, size)


@register.simple_tag(takes_context=True)
def include_with(context: Any, name: str, extra: dict[str, Any]) -> str:
    """Include a template with the current context and what its panel adds."""
    with context.push(**extra):
        return context.template.engine.get_template(name).render(context)


@register.simple_tag
def crumb(label: Any, url: str = "") -> SafeString:
    """One step of the breadcrumb trail; the last one has no address."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li aria-current="page">{}</li>', label)


@register.inclusion_tag("components/page_header.html")
def page_header(title: Any, subtitle: Any = "") -> dict[str, Any]:
    return {"title": title, "subtitle": subtitle}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", label: str = "", icon: str = "inbox") -> dict[str, Any]:
    """An empty state that says what to do next."""
    return {"title": title, "text": text, "url": url, "label": label, "icon": icon}


@register.inclusion_tag("components/stat.html")
def stat(
    label: str, value: Any, note: Any = "", tone: str = "", url: str = "", trend: Sequence[Any] = ()
) -> dict[str, Any]:
    """A figure with its name; None is shown as unknown, and thousands are grouped."""
    shown = formatting.number(value) if type(value) is int else formatting.plain(value)
    return {"label": label, "value": shown, "note": note, "tone": tone, "url": url, "trend": trend}


@register.simple_tag
def sparkline(values: Sequence[Any], label: str = "Trend") -> SafeString | str:
    """A small line without axes; fewer than two known values are shown as unknown."""
    paths = charts.spark_path(list(values))
    if not paths:
        return formatting.UNKNOWN
    drawn = format_html_join("", '<polyline points="{}"></polyline>', ((path,) for path in paths))
    return format_html(
        '<svg class="sparkline" viewBox="0 0 80 20" width="80" height="20" role="img" aria-label="{}">{}</svg>',
        label,
        drawn,
    )


@register.inclusion_tag("components/chart.html")
def line_chart(series: Any, title: str = "Chart", unit: str = "") -> dict[str, Any]:
    """`series` is `[(name, [(label, number or None), ...]), ...]`."""
    listed = _listed(series)
    scale = charts.frame(listed, from_zero=False)
    return {**_chart(listed, title, unit, scale), "lines": charts.lines(listed, scale)}


@register.inclusion_tag("components/chart.html")
def bar_chart(series: Any, title: str = "Chart", unit: str = "") -> dict[str, Any]:
    """As `line_chart`; bars start at zero."""
    listed = _listed(series)
    scale = charts.frame(listed, from_zero=True)
    labels = max(([label for label, _ in points] for _, points in listed), key=len, default=[])
    return {
        **_chart(listed, title, unit, scale),
        "bars": charts.bars(listed, scale),
        "x_ticks": charts.bar_ticks(labels),
    }


def _listed(series: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
    return [(str(name), [(str(label), value) for label, value in points]) for name, points in series]


def _chart(series: Any, title: str, unit: str, scale: charts.Frame) -> dict[str, Any]:
    labels = max(([label for label, _ in points] for _, points in series), key=len, default=[])
    by_name = [dict(points) for _, points in series]
    return {
        "title": title,
        "unit": unit,
        "names": [name for name, _ in series],
        "scale": scale,
        "x_ticks": scale.x_ticks,
        "width": charts.WIDTH,
        "height": charts.HEIGHT,
        "rows": [(label, [points.get(label) for points in by_name]) for label in labels],
        "is_empty": not any(value is not None for points in by_name for value in points.values()),
    }


@register.inclusion_tag("components/history.html")
def history(entries: Any) -> dict[str, Any]:
    """A timeline of HistoryEntry, newest first."""
    return {"entries": entries}


@register.inclusion_tag("components/job_progress.html")
def job_progress(job: Any, url: str) -> dict[str, Any]:
    """A bar that asks `url` every second for this same fragment until the job has ended.

    `job` has `label`, `state` (waiting, running, succeeded, failed, cancelled), `percent` (0 to 100, or None when
    unknown), `message` and `result_url`.
    """
    return {"job": job, "url": url, "is_done": str(job.state) in ("succeeded", "failed", "cancelled")}


@register.simple_block_tag
def card(content: str, title: str = "", note: str = "") -> SafeString:
    """`{% card "Title" %}...{% endcard %}`: a framed section with a heading."""
    if not title:
        return format_html('<section class="card">{}</section>', content)
    return format_html(
        '<section class="card"><header class="card__head"><h2>{}</h2><span>{}</span></header>{}</section>',
        title,
        note,
        content,
    )
