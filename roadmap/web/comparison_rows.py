"""Differences as the comparison page shows them: cells with what stood there before above what stands there now."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html

from core.web import formatting
from roadmap.calc.plan_diff import CHANGED, SAME, Difference
from roadmap.enums import DependencyKind, DependencyStrength, ItemStatus, MilestoneKind, PlanDifference
from roadmap.models import ItemRescope
from roadmap.selectors.comparison import Comparison

SHOWN = 300
CHOICES = ("changes", "slipped", "changed", "added", "removed", "same")
# Headings of the columns behind the first one, and whether they are set to the right.
ITEM_HEADINGS = (
    ("Start", False),
    ("End", False),
    ("Status", False),
    ("Progress", True),
    ("Team", False),
    ("Budget", True),
)
MILESTONE_HEADINGS = (("Due", False), ("Kind", False), ("Initiative", False))
DEPENDENCY_HEADINGS = (("Waits for it", False), ("Kind", False), ("Strength", False), ("Lag in days", True))
_LABELS = {"changes": "All changes", "slipped": "Later", **dict(PlanDifference.choices), "removed": "Deleted"}
_TONES = {"added": "success", "removed": "danger"}
_MARKS = {"added": "New", "removed": "Deleted"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value, and the one before where it differs; both as they are shown. `is_end` sets it to the right."""

    now: Any
    before: Any = None
    is_changed: bool = False
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One row of a table. `slip` is the days its end moved; `url` leads to the record while there is one."""

    kind: str
    mark: str
    tone: str
    title: Cell
    cells: Sequence[Cell]
    slip: int | None
    pk: Any
    reasons: Sequence[ItemRescope] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the page, and how many items it keeps."""

    key: str
    label: str
    count: int


def choices(found: Comparison) -> list[Choice]:
    """The page's filters with their counts."""
    return [Choice(key, _LABELS[key], sum(_fits(each, key) for each in found.diff.items)) for key in CHOICES]


def item_rows(found: Comparison, show: str, *, currency: str) -> list[DifferenceRow]:
    """Rows of the items that fit the filter."""

    def budget(value: Any) -> Any:
        return formatting.money(value, currency, compact=True)

    columns: list[tuple[str, Callable[[Any], Any], bool]] = [
        ("start_on", formatting.day, False),
        ("end_on", formatting.day, False),
        ("status", _label_of(ItemStatus), False),
        ("progress", lambda value: formatting.percent(value, 0), True),
        ("team", _text, False),
        ("plan_cost", budget, True),
    ]
    return [
        _row(each, "title", columns, found.reasons.get(each.row.key, ()))
        for each in found.diff.items
        if _fits(each, show)
    ]


def milestone_rows(found: Comparison, show: str) -> list[DifferenceRow]:
    """Rows of the milestones that fit the filter."""
    columns: list[tuple[str, Callable[[Any], Any], bool]] = [
        ("due_on", formatting.day, False),
        ("kind", _label_of(MilestoneKind), False),
        ("initiative_key", _text, False),
    ]
    return [_row(each, "title", columns) for each in found.diff.milestones if _fits(each, show)]


def dependency_rows(found: Comparison, show: str) -> list[DifferenceRow]:
    """Rows of the dependencies that fit the filter; they never slip."""
    columns: list[tuple[str, Callable[[Any], Any], bool]] = [
        ("successor_title", _text, False),
        ("kind", _label_of(DependencyKind), False),
        ("strength", _label_of(DependencyStrength), False),
        ("lag_days", formatting.number, True),
    ]
    return [_row(each, "predecessor_title", columns) for each in found.diff.links if _fits(each, show)]


def tiles(found: Comparison, *, currency: str) -> list[dict[str, Any]]:
    """What the differences come to."""
    diff = found.diff
    before, after = diff.before, diff.after
    slipped = len(diff.slipped)
    return [
        {
            "label": "Later",
            "value": formatting.number(slipped),
            "note": _days_note(diff.slip_days),
            "tone": "warning" if slipped else "success",
        },
        {"label": "Earlier", "value": formatting.number(diff.earlier), "note": "", "tone": ""},
        {
            "label": "New and deleted",
            "value": f"{diff.count('added')} / {diff.count('removed')}",
            "note": f"{before.items} items then, {after.items} now",
            "tone": "",
        },
        _tile("Budget", before.plan_cost, after.plan_cost, lambda cost: formatting.money(cost, currency, compact=True)),
        _tile("Progress", before.progress, after.progress, lambda done: formatting.percent(done, 0)),
        _tile("Last end", before.ends_on, after.ends_on, formatting.day),
    ]


def _tile(label: str, before: Any, after: Any, shown: Callable[[Any], Any]) -> dict[str, Any]:
    return {"label": label, "value": shown(after), "note": _was(shown(before)), "tone": ""}


def _was(text: Any) -> str:
    return format_html("{} before", text)


def _days_note(days: int) -> str:
    return f"{days:,} days together" if days else "Nothing ends later"


def _fits(each: Difference[Any], show: str) -> bool:
    if show == "slipped":
        return each.is_slipped
    return each.kind != SAME if show == "changes" else each.kind == show


def _row(
    each: Difference[Any],
    title: str,
    columns: Iterable[tuple[str, Callable[[Any], Any], bool]],
    reasons: Sequence[ItemRescope] = (),
) -> DifferenceRow:
    return DifferenceRow(
        kind=each.kind,
        mark=_MARKS.get(each.kind, ""),
        tone=_TONES.get(each.kind, "neutral"),
        title=_cell(each, title, _text),
        cells=[_cell(each, name, shown, is_end=is_end) for name, shown, is_end in columns],
        slip=each.slip_days,
        pk=each.row.key if each.after is not None else None,
        reasons=reasons,
    )


def _cell(each: Difference[Any], name: str, shown: Callable[[Any], Any], *, is_end: bool = False) -> Cell:
    now = shown(getattr(each.row, name))
    if each.kind != CHANGED or name not in each.changed or each.before is None:
        return Cell(now, is_end=is_end)
    return Cell(now, shown(getattr(each.before, name)), is_changed=True, is_end=is_end)


def _label_of(words: Any) -> Callable[[Any], Any]:
    labels = dict(words.choices)
    return lambda value: labels.get(value, value)


def _text(value: Any) -> Any:
    return value or formatting.UNKNOWN
