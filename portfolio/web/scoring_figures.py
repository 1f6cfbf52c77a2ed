"""How results of a round are shown: bars of contributions, agreement in words, firmness of a rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html

from core.web.formatting import UNKNOWN, badge, number
from portfolio.enums import FactorScale
from portfolio.models import ScoreFactor, ScoringRound
from portfolio.selectors.scoring import ResultRow

_WIDTH = 100.0
# Words for Kendall's W as in Schmidt, Managing Delphi Surveys (1997), table 2.
_STRENGTHS = (
    (0.7, "strong", "success"),
    (0.5, "moderate", "info"),
    (0.3, "weak", "warning"),
    (0.0, "very weak", "danger"),
)


@dataclass(frozen=True)
class Segment:
    """One factor's part of a bar: place and width in per cent of the bar, the number of its colour."""

    x: float
    width: float
    series: int


@dataclass(frozen=True)
class ShownPart:
    """What raters said of a factor, and what that did to the score."""

    name: str
    series: int
    mean: str
    contribution: str


@dataclass(frozen=True)
class ShownResult:
    """One line of the table of results."""

    row: ResultRow
    score: str
    segments: Sequence[Segment]
    parts: Sequence[ShownPart]
    summary: str


@dataclass(frozen=True)
class ShownAgreement:
    """Kendall's W of a factor, or of the scores, with the word for it."""

    name: str
    value: str
    word: str
    note: str


def shown_results(rows: Sequence[ResultRow]) -> tuple[list[ShownResult], float]:
    """Rows with bars on one common scale, and where on it zero lies, in per cent."""
    shares = [[share or 0.0 for _, _, share in row.parts] for row in rows]
    above = max((sum(share for share in row if share > 0) for row in shares), default=0.0)
    below = max((-sum(share for share in row if share < 0) for row in shares), default=0.0)
    span = (above + below) or 1.0
    zero = _WIDTH * below / span
    return [_shown_result(row, zero, span) for row in rows], zero


def start_of(results: Sequence[ShownResult]) -> str:
    """The score that contributions add to, as text; empty where they start from nothing."""
    starts = [result.row.result.components.get("start") for result in results]
    start = next((start for start in starts if start), None)
    return "" if start is None else shown_score(start)


def _shown_result(row: ResultRow, zero: float, span: float) -> ShownResult:
    segments, right, left = [], zero, zero
    parts = []
    for series, (factor, mean, share) in enumerate(row.parts):
        parts.append(ShownPart(factor.name, series, shown_mean(mean, factor), _signed(share)))
        width = abs(share or 0.0) / span * _WIDTH
        if share and share > 0:
            segments.append(Segment(round(right, 2), round(width, 2), series))
            right += width
        elif share:
            left -= width
            segments.append(Segment(round(left, 2), round(width, 2), series))
    summary = ", ".join(f"{part.name} {part.contribution}" for part in parts if part.contribution)
    return ShownResult(row, shown_score(row.result.score), segments, parts, summary)


def shown_mean(value: float | None, factor: ScoreFactor) -> str:
    """The raters' mean in the factor's unit; unknown when nobody rated it."""
    if value is None:
        return UNKNOWN
    if factor.scale == FactorScale.PERCENT:
        return f"{number(round(value * 100, 1))}%"
    return " ".join(part for part in (number(round(value, 2)), factor.unit) if part)


def shown_score(value: float | None) -> str:
    """A score with three significant digits below 100, whole above; unknown without one."""
    if value is None:
        return UNKNOWN
    return number(round(value)) if abs(value) >= 100 else number(float(f"{value:.3g}"))


def ranked_score(value: float | None, obj: Any, column: Any) -> str:
    """The newest score of an initiative with its rank in that round."""
    if value is None:
        return shown_score(value)
    return format_html('<span class="num">{} (#{})</span>', shown_score(value), obj.score_rank)


def agreement_of(scoring_round: ScoringRound, factors: Sequence[ScoreFactor]) -> list[ShownAgreement]:
    """Agreement over all first, then of each factor; where there is none the reason."""
    stored: dict[str, Any] = scoring_round.agreement
    if not stored:
        return []
    by_factor = stored.get("factors", {})
    named = [("All together", stored.get("overall", {}))]
    named += [(factor.name, by_factor.get(factor.key, {})) for factor in factors]
    return [_shown_agreement(name, row) for name, row in named if row]


def _shown_agreement(name: str, row: dict[str, Any]) -> ShownAgreement:
    w = row.get("w")
    if w is None:
        return ShownAgreement(name, UNKNOWN, "", str(row.get("reason", "")))
    word, tone = next((word, tone) for limit, word, tone in _STRENGTHS if w >= limit)
    note = f"{row['raters']} raters, {row['items']} initiatives"
    return ShownAgreement(name, f"{w:.2f}", badge(word, tone), note)


def _signed(share: float | None) -> str:
    if share is None:
        return ""
    text = shown_score(abs(share))
    return f"+{text}" if share > 0 else f"\N{MINUS SIGN}{text}" if share < 0 else "0"
