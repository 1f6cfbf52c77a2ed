"""Figures of slippage and delivery as the pages show them."""

from typing import Any

from core.web import formatting
from roadmap.calc.predictability import ABOVE, BAND, BELOW, WITHIN
from roadmap.selectors.delivery import CycleTimes, Delivery, QuarterDelivery
from roadmap.selectors.slippage import SlipGroup, Slippage
from roadmap.selectors.target_slippage import TargetSlippage

SHOWN = 100
_BANDS = {
    BELOW: ("Below the band", "danger"),
    WITHIN: ("Within the band", "success"),
    ABOVE: ("Above the band", "warning"),
}


def slippage_context(found: Slippage) -> dict[str, Any]:
    """What slipped: tiles, charts and the rows."""
    return {
        "slippage": found,
        "slip_note": f"of {found.compared:,} compared" if found.compared else "",
        "slip_tone": "warning" if found.slipped else "success",
        "slipped": found.slipped[:SHOWN],
        "team_chart": [("Days later", _bars(found.by_team))],
    }


def target_context(found: TargetSlippage) -> dict[str, Any]:
    """Moved targets: tiles, chart and tables."""
    return {
        "targets": found,
        "target_note": f"{found.total.records:,} records",
        "set_or_removed": f"{found.total.added:,} / {found.total.removed:,}",
        "moved_teams": [group for group in found.by_team if group.moved],
        "distance_chart": [("Targets", [(f"{by:+d}", count) for by, count in found.by_distance])],
    }


def delivery_context(found: Delivery, wanted: str) -> dict[str, Any]:
    """Quarters with their bands, the tiles, and the promises of one quarter: the asked, else the latest with any."""
    with_promises = [each for each in found.quarters if each.promised]
    latest = with_promises[-1] if with_promises else None
    chosen = next((each for each in found.quarters if each.quarter.label == wanted), latest)
    rates = [_judged_rate(each) for each in found.quarters]
    labels = [each.quarter.label for each in found.quarters]
    return {
        "delivery": found,
        "quarters": [(each, *_band(each)) for each in found.quarters[::-1]],
        "tiles": _tiles(found),
        "chosen": chosen,
        "rate_chart": [
            ("Delivered of committed", list(zip(labels, rates, strict=True))),
            ("Lower bound", [(label, BAND[0] * 100) for label in labels]),
            ("Upper bound", [(label, BAND[1] * 100) for label in labels]),
        ],
        "band_text": f"{BAND[0]:.0%} to {BAND[1]:.0%}",
        "passages": found.passages[:SHOWN],
    }


def _tiles(found: Delivery) -> list[dict[str, Any]]:
    """The three figures, and how far the running quarter has come."""
    judged, current, cycle = found.last_judged, found.quarters[-1], found.cycle.days
    label, tone = _band(judged) if judged else ("No quarter with promises is over", "")
    figures = current.figures
    spread = f"median of {cycle.count}; 85% within {formatting.number(cycle.p85, 0)} days" if cycle.count else ""
    return [
        {
            "label": "Predictability",
            "value": formatting.percent(judged.figures.rate if judged else None, 0),
            "note": f"{judged.quarter.label}: {label.lower()}" if judged else label,
            "tone": tone if tone in {"success", "warning", "danger"} else "",
        },
        {
            "label": f"Promises of {current.quarter.label}",
            "value": f"{figures.delivered} of {figures.committed}" if figures.committed else formatting.UNKNOWN,
            "note": "delivered so far" if figures.committed else "No promises kept in a baseline",
            "tone": "",
        },
        {
            "label": "PRD to GA",
            "value": f"{formatting.number(cycle.median, 0)} days" if cycle.count else formatting.UNKNOWN,
            "note": f"{spread}; {_begun(found.cycle)}" if spread else "",
            "tone": "",
        },
        {
            "label": "Gates in time",
            "value": formatting.percent(found.gate_rate, 0),
            "note": f"{found.gates_in_time} of {found.gates_due} due" if found.gates_due else "",
            "tone": "",
        },
    ]


def _begun(cycle: CycleTimes) -> str:
    """Which beginning was counted."""
    if cycle.from_prd and cycle.from_stage:
        return f"{cycle.from_prd} from PRD, {cycle.from_stage} from Validated"
    return "from PRD" if cycle.from_prd else "from Validated"


def _judged_rate(each: QuarterDelivery) -> float | None:
    """In percent; None while the quarter runs, and without promises."""
    return round(each.figures.rate * 100, 1) if each.is_over and each.figures.rate is not None else None


def _band(each: QuarterDelivery) -> tuple[str, str]:
    """A badge's text and tone; running quarters are not judged."""
    if not each.is_over:
        return ("Running", "info")
    if not each.has_baseline:
        return ("No baseline", "neutral")
    return _BANDS.get(each.figures.band or "", ("No promises", "neutral"))


def _bars(groups: Any) -> list[tuple[str, int]]:
    listed: list[SlipGroup] = list(groups)
    return [(group.label, group.days) for group in listed[:8]]
