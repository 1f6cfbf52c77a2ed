"""Markdown that people write, as HTML that can do no harm.

markdown-it-py is told to take no HTML; what it makes passes nh3 (ammonia) besides, so that a flaw in either stays
without effect. No images: they would tell their server who reads what, and the content security policy blocks them.
"""

import re
from functools import cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe

_TAGS = frozenset(
    {"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol"}
    | {"li", "a", "table", "thead", "tbody", "tr", "th", "td"}
)
_SCHEMES = frozenset({"http", "https", "mailto"})
# A text stands inside a page whose own headings go down to the second level.
_HEADING_SHIFT = 2
_BOX = re.compile(r"^\[([ xX])\] ")


def markdown(text: str) -> SafeString:
    """The text as HTML: CommonMark with tables, strikethrough and the boxes of checklists."""
    import nh3  # noqa: PLC0415 - only pages with documents need it

    parser = _parser()
    environment: dict[str, Any] = {}
    tokens = parser.parse(text, environment)
    for index, token in enumerate(tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + _HEADING_SHIFT, 6)}"
        elif token.type == "inline" and _tick(token) and tokens[index - 2].type == "list_item_open":
            tokens[index - 2].attrSet("class", "task")
    html = parser.renderer.render(tokens, parser.options, environment)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "*": set()},
        allowed_classes={"li": {"task"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 let nothing else through


def _tick(token: Any) -> bool:
    """Show `[ ]` or `[x]` at the beginning as a box; returns whether there was one."""
    first = token.children[0] if token.children else None
    box = _BOX.match(first.content) if first is not None and first.type == "text" else None
    if box is None:
        return False
    sign = "\N{BALLOT BOX}" if box[1] == " " else "\N{BALLOT BOX WITH CHECK}"
    first.content = f"{sign} {first.content[box.end() :]}"
    return True


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only pages with documents need it

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
