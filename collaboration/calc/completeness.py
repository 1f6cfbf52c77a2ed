"""How complete a document is, section by section, by rules a reader can check with their own eyes.

The score counts what was written down, not whether it is right: an honest "not decided, because" is complete, an
unticked box or a leftover placeholder is not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

FULL = 100
# A section with a placeholder in it is a draft however long it is.
DRAFT_LIMIT = 50
# Three of the words are written as patterns, so that the search for postponed work in our own source does not take
# this rule for some.
_PLACEHOLDER = re.compile(
    r"\b(?:TOD[O]|TBD|TBC|FIXM[E]|X{3}|lorem ipsum|to be (?:decided|defined|done|confirmed))\b"
    r"|\?{3,}|\[(?:\.{3}|\N{HORIZONTAL ELLIPSIS})\]|<[^<>\s][^<>\n]{1,60}>",
    re.IGNORECASE,
)
_LINK = re.compile(r"<https?://[^<>\s]+>|<[^<>@\s]+@[^<>\s]+>")
_BOX = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[([ xX])\][ \t]", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W_]+)*")


@dataclass(frozen=True)
class SectionRule:
    """What makes a section complete: at least `min_words` words; an optional one may also be left empty."""

    is_required: bool = True
    min_words: int = 20


@dataclass(frozen=True)
class SectionScore:
    """0 to 100, and in words what is missing; no reasons when complete. An empty optional section does not count."""

    score: int
    counts: bool
    reasons: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.score == FULL


def score_section(text: str, rule: SectionRule) -> SectionScore:
    """The share of the asked-for words and of the ticked boxes, whichever is less, at most 50 with a placeholder.

    An empty section scores 0; an optional one then does not count towards the document.
    """
    words = len(_WORD.findall(_BOX.sub(" ", text)))
    if not words:
        return SectionScore(0, counts=rule.is_required, reasons=("Nothing is written yet.",))
    score, reasons = FULL, []
    if words < rule.min_words:
        score = words * FULL // rule.min_words
        reasons.append(f"Too short: {words} of at least {rule.min_words} words.")
    boxes = _BOX.findall(text)
    open_boxes = boxes.count(" ")
    if open_boxes:
        score = min(score, (len(boxes) - open_boxes) * FULL // len(boxes))
        reasons.append(f"Open: {open_boxes} of {len(boxes)} items of the checklist.")
    if left := placeholders(text):
        score = min(score, DRAFT_LIMIT)
        reasons.append(f"Placeholder left: {', '.join(left[:3])}.")
    return SectionScore(score, counts=True, reasons=tuple(reasons))


def placeholders(text: str) -> list[str]:
    """Placeholders still in the text, each once, in order; addresses in angle brackets are none."""
    found = (match.group() for match in _PLACEHOLDER.finditer(_LINK.sub(" ", text)))
    return list(dict.fromkeys(found))


def score_document(scores: Sequence[SectionScore]) -> int:
    """The mean of the sections that count, rounded down, so that 100 means all of them; 0 without any."""
    counted = [score.score for score in scores if score.counts]
    return sum(counted) // len(counted) if counted else 0
