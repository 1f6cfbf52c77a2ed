"""What a page says."""

import re


def text_of(response) -> str:
    """The page's visible words, on one line."""
    bare = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", bare.replace("&nbsp;", " "))
