"""The figures of an option as people read them: label, value, and in words why one has no answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from core.web.formatting import UNKNOWN, money, number, percent
from core.web.tornado import Swing
from portfolio.calc.option_results import OptionResults
from portfolio.models import Valuation
from portfolio.services.valuations import FORMULAS, figures_of_results
from portfolio.web.formatting import REASONS, months

HIGH, LOW = "high", "low"
_MOST_BINS = 24


def _money(value: Any, currency: str) -> str:
    return money(value, currency, compact=True)


def _fine_money(value: Any, currency: str) -> str:
    return money(value, currency, decimals=None if value is None or abs(Decimal(str(value))) >= 1 else 4)


def _share(value: Any, currency: str) -> str:
    return percent(value)


def _months(value: Any, currency: str) -> str:
    return months(value)


def _ratio(value: Any, currency: str) -> str:
    return UNKNOWN if value is None else number(value, 2)


@dataclass(frozen=True)
class Figure:
    """A figure: its column, its label, how it is written, and whether high or low is better (empty: neither)."""

    name: str
    label: str
    write: Callable[[Any, str], str]
    better: str = ""


GROUPS: tuple[tuple[str, tuple[Figure, ...]], ...] = (
    (
        "Value",
        (
            Figure("npv", "Net present value", _money, HIGH),
            Figure("npv_hard_only", "NPV on hard benefits only", _money, HIGH),
            Figure("irr", "Internal rate of return", _share, HIGH),
            Figure("mirr", "Modified rate of return", _share, HIGH),
            Figure("roi", "Return on investment", _share, HIGH),
            Figure("profitability_index", "Profitability index", _ratio, HIGH),
            Figure("payback_months", "Payback", _months, LOW),
            Figure("discounted_payback_months", "Discounted payback", _months, LOW),
        ),
    ),
    (
        "Risk",
        (
            Figure("npv_p10", "NPV, P10", _money, HIGH),
            Figure("npv_p50", "NPV, P50", _money, HIGH),
            Figure("npv_p90", "NPV, P90", _money, HIGH),
            Figure("probability_negative", "Probability of a negative NPV", _share, LOW),
        ),
    ),
    (
        "Money",
        (
            Figure("total_cost_of_ownership", "Total cost of ownership", _money, LOW),
            Figure("capex", "Capital expenditure", _money),
            Figure("opex", "Operating expenditure", _money),
            Figure("hard_benefits", "Hard benefits", _money, HIGH),
            Figure("soft_benefits", "Soft benefits", _money, HIGH),
        ),
    ),
    (
        "Running it",
        (
            Figure("cost_per_user", "Cost to serve per user and month", _fine_money, LOW),
            Figure("cost_per_thousand_actions", "Cost to serve per 1,000 actions", _fine_money, LOW),
            Figure("break_even_adoption", "Break-even adoption", _share, LOW),
            Figure("cost_of_delay", "Cost of a month's delay", _money),
        ),
    ),
)
HEADLINE = ("npv", "irr", "payback_months", "roi", "profitability_index", "total_cost_of_ownership")
FIGURES = {figure.name: figure for _, figures in GROUPS for figure in figures}


@dataclass(frozen=True)
class ShownFigure:
    """A figure of one option: `reason` says why there is no value, `formula` how it is computed."""

    figure: Figure
    value: Any
    html: str
    reason: str = ""

    @property
    def formula(self) -> str:
        return FORMULAS.get(self.figure.name, "")

    @property
    def is_negative(self) -> bool:
        return self.figure.write is _money and self.value is not None and self.value < 0


@dataclass(frozen=True)
class OptionFigures:
    """All figures of one option, from a stored valuation or just computed."""

    currency: str
    values: Mapping[str, Any]
    reasons: Mapping[str, str]

    @classmethod
    def of_valuation(cls, valuation: Valuation) -> "OptionFigures":
        """Those of a stored valuation."""
        reasons = {**valuation.explanation.get("reasons", {}), **valuation.explanation.get("reason_texts", {})}
        words = {name: REASONS.get(reason, reason) for name, reason in reasons.items()}
        return cls(valuation.currency, {name: getattr(valuation, name) for name in FIGURES}, words)

    @classmethod
    def of_results(cls, results: OptionResults, currency: str) -> "OptionFigures":
        """Those that were just computed."""
        reasons = {name: reason.message for name, reason in results.reasons.items()}
        return cls(currency, figures_of_results(results), reasons)

    def __getitem__(self, name: str) -> ShownFigure:
        figure, value = FIGURES[name], self.values[name]
        reason = self.reasons.get(name, "") if value is None else ""
        return ShownFigure(figure, value, figure.write(value, self.currency), reason)

    def groups(self) -> list[tuple[str, list[ShownFigure]]]:
        """Every figure, in the order a case is judged by."""
        return [(title, [self[figure.name] for figure in figures]) for title, figures in GROUPS]

    def headline(self) -> list[ShownFigure]:
        """The figures one asks for first."""
        return [self[name] for name in HEADLINE]


def best_of(name: str, options: Sequence[OptionFigures | None]) -> set[int]:
    """Which of the options have the best value of a figure; none where all are the same or fewer than two are known."""
    figure = FIGURES[name]
    known = {index: each.values[name] for index, each in enumerate(options) if each and each.values[name] is not None}
    if not figure.better or len(known) < 2 or len(set(known.values())) == 1:
        return set()
    best = (max if figure.better == HIGH else min)(known.values())
    return {index for index, value in known.items() if value == best}


def swings_of(valuation: Valuation) -> list[Swing]:
    """The stored swings for the chart, by the drivers' names; those that could not be computed are left out."""
    drivers = valuation.explanation.get("inputs", {}).get("drivers", [])
    names = {driver["key"]: driver["name"] for driver in drivers}
    return [
        Swing(names.get(row["driver"]) or row["driver"], row["npv_at_low"], row["npv_at_high"])
        for row in valuation.tornado
        if row["npv_at_low"] is not None and row["npv_at_high"] is not None
    ]


@dataclass(frozen=True)
class HistogramBar:
    """One bar of the histogram; geometry in the units of its picture."""

    x: float
    y: float
    width: float
    height: float
    is_negative: bool
    label: str
    count: int


@dataclass(frozen=True)
class Mark:
    """A percentile as a line through the histogram."""

    x: float
    label: str
    value: SafeString | str
    anchor: str


@dataclass(frozen=True)
class Histogram:
    """How the simulated net present values are spread; `zero_x` is None when zero lies outside."""

    bars: Sequence[HistogramBar]
    marks: Sequence[Mark]
    ticks: Sequence[Mark]
    zero_x: float | None
    width: int = 460
    height: int = 236
    floor: int = 206


def histogram_of(distribution: Mapping[str, Any], currency: str) -> Histogram | None:
    """The picture of a stored distribution; None when nothing was simulated."""
    edges, counts = distribution.get("bin_edges", []), distribution.get("bin_counts", [])
    if not counts or edges[0] >= edges[-1]:
        return None
    size = -(-len(counts) // _MOST_BINS)
    counts = [sum(counts[at : at + size]) for at in range(0, len(counts), size)]
    edges = [*edges[:-1:size], edges[-1]]
    left, width, top, floor = 8, 444, 44, 206

    def place(value: float) -> float:
        return round(left + (value - edges[0]) / (edges[-1] - edges[0]) * width, 2)

    bars = []
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        height = round(count / max(counts) * (floor - top), 2)
        label = f"{_plain(low, currency)} to {_plain(high, currency)}"
        span = max(place(high) - place(low) - 1.5, 0.5)
        bars.append(HistogramBar(place(low), floor - height, span, height, high <= 0, label, count))
    marks = [
        Mark(place(distribution[name]), name.upper(), _plain(distribution[name], currency), anchor)
        for name, anchor in (("p10", "end"), ("p50", "middle"), ("p90", "start"))
    ]
    ticks = [Mark(place(edge), "", _plain(edge, currency), anchor) for edge, anchor in _ends(edges)]
    zero = place(0.0) if edges[0] < 0.0 < edges[-1] else None
    return Histogram(bars, marks, ticks, zero)


def _ends(edges: Sequence[float]) -> list[tuple[float, str]]:
    middle = edges[len(edges) // 2]
    return [(edges[0], "start"), (middle, "middle"), (edges[-1], "end")]


def _plain(value: float, currency: str) -> str:
    return money(round(value, 2), currency, compact=True)
