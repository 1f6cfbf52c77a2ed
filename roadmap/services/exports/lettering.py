"""Lettering of drawn files: which font has which character, in which order they are seen, how wide they are.

Slides, sheets and text files carry their text as it was written and leave this to the reader's program. What is drawn
(PDF and PNG) must bring its letters along: Inter for Latin, Greek and Cyrillic, Noto Sans for Arabic and Hebrew, Droid
Sans Fallback for Chinese, Japanese and Korean, Noto Emoji, in one colour. A character none of them has is drawn as □.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from core.calc.lazy import load_when_used

bidi = load_when_used("bidi")
arabic_reshaper = load_when_used("arabic_reshaper")
pdfmetrics = load_when_used("reportlab.pdfbase.pdfmetrics")
ttfonts = load_when_used("reportlab.pdfbase.ttfonts")

REGULAR, STRONG = "Inter-Regular", "Inter-SemiBold"
FALLBACKS = ("NotoSansArabic-Regular", "NotoSansHebrew-Regular", "NotoEmoji-Regular", "DroidSansFallback")
MISSING = "□"
ELLIPSIS = "…"
_FONTS = Path(__file__).resolve().parents[2] / "fonts"
# A drawn line never holds more; longer titles are cut before anything is measured.
LONGEST_LINE = 400
# Joiners, variation selectors and skin tones choose among coloured emoji; a font of one colour has a single shape.
_EMOJI_MODIFIERS = {0x200D, 0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)}
_RIGHT_TO_LEFT = {"R", "AL"}


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is one of a script written from the right."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction == "L":
            return False
        if direction in _RIGHT_TO_LEFT:
            return True
    return False


def runs(text: str, *, font: str = REGULAR) -> list[tuple[str, str]]:
    """(font, characters) from left to right as they are seen: joined, in visual order, every glyph there."""
    found: list[tuple[str, str]] = []
    for character in _visual(text):
        name, shown = _font_of(character, font)
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + shown)
        else:
            found.append((name, shown))
    return found


def width_of(text: str, size: float, *, font: str = REGULAR) -> float:
    """How wide the text is drawn, in points."""
    return sum(_widths(name).stringWidth(part, size) for name, part in runs(text, font=font))


def fitted(text: str, width: float, size: float, *, font: str = REGULAR) -> str:
    """The text, cut with an ellipsis where it would be wider than `width` points."""
    text = text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + ELLIPSIS
    if width_of(text, size, font=font) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + ELLIPSIS, size, font=font) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def _visual(text: str) -> Iterator[str]:
    kept = "".join(character for character in text if ord(character) not in _EMOJI_MODIFIERS)
    if kept.isascii():
        return iter(kept)
    return iter(bidi.get_display(arabic_reshaper.reshape(kept)))


@cache
def _font_of(character: str, font: str) -> tuple[str, str]:
    for name in (font, *FALLBACKS):
        if ord(character) in _widths(name).face.charToGlyph:
            return name, character
    return font, MISSING


@cache
def _widths(name: str) -> Any:
    """The font, registered for drawing at its first use: the largest takes a quarter of a second to read."""
    loaded = ttfonts.TTFont(name, str(_FONTS / f"{name}.ttf"))
    pdfmetrics.registerFont(loaded)
    return loaded
