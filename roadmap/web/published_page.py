"""The published page: a plan with the places of its bars, in per cent of the width, for a template without a script."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from roadmap.calc.plan import EXACT, Plan, PlanItem, PlanMilestone, first_day
from roadmap.calc.plan_axis import Axis, axis_over, ticks_of
from roadmap.enums import Audience

_AT_ONCE = 2
# How far apart, in per cent of the axis, labels must begin to be read on a phone.
_NARROW_LABEL = 15.0
_HORIZONS = (("now", "Now"), ("next", "Next"), ("later", "Later"), ("earlier", "Earlier"))


@dataclass(frozen=True, slots=True)
class Track:
    """A bar's place in per cent."""

    x: str
    width: str
    is_fading: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One item with its facts in words: `facts` at once, `more` when asked for.

    `track` is None where no dates are told, `look` names its colour.
    """

    item: PlanItem
    facts: tuple[tuple[str, str], ...]
    more: tuple[tuple[str, str], ...]
    track: Track | None
    look: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone's place in per cent; empty where no dates are told."""

    milestone: PlanMilestone
    x: str


class TickMark(NamedTuple):
    """A stretch of the axis: its place, that of its label, and whether a phone has no room for the label."""

    x: str
    label_x: str
    label: str
    is_major: bool
    is_tight: bool


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """Everything the template shows, and nothing else of the plan."""

    plan: Plan
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    columns: tuple[tuple[str, tuple[tuple[str, Row], ...]], ...]
    marks: tuple[Mark, ...]
    ticks: tuple[TickMark, ...]
    today: str
    statuses: tuple[tuple[str, str], ...]
    gradients: tuple[str, ...]
    is_empty: bool


def page_of(plan: Plan, audience: str) -> PublishedPage:
    """Bars on an axis, or, without dates, the columns now, next, later and earlier."""
    span = plan.span
    axis = None if span is None else axis_over(span, left=0, width=100)
    rows = {item.uid: _row(item, axis, plan.grouping_label) for item in plan.items}
    groups = tuple((group.label, tuple(rows[item.uid] for item in group.items)) for group in plan.groups)
    return PublishedPage(
        plan=plan,
        groups=() if audience == Audience.NO_DATES else groups,
        columns=tuple(_columns(groups)) if audience == Audience.NO_DATES else (),
        marks=tuple(_mark(milestone, axis) for milestone in plan.milestones),
        ticks=() if axis is None else tuple(_ticks(axis, audience)),
        today="" if axis is None or not _shows(axis, plan) else _per_cent(axis.place(plan.as_of.toordinal() + 0.5)),
        statuses=tuple(sorted({(item.status, item.status_label or "") for item in plan.items if item.status})),
        gradients=tuple(sorted({row.look for row in rows.values() if row.track and row.track.is_fading})),
        is_empty=not rows and not plan.milestones,
    )


def _columns(
    groups: tuple[tuple[str, tuple[Row, ...]], ...],
) -> Iterator[tuple[str, tuple[tuple[str, Row], ...]]]:
    for horizon, label in _HORIZONS:
        rows = tuple((group, row) for group, rows in groups for row in rows if row.item.horizon == horizon)
        if rows or horizon != "earlier":
            yield label, rows


def _row(item: PlanItem, axis: Axis | None, grouping: str) -> Row:
    """The field the groups are made by is not told again."""
    track = None
    if axis is not None and item.start_on is not None and item.end_on is not None:
        x = axis.start_of(item.start_on)
        width = max(axis.end_of(item.end_on) - x, 0.4)
        track = Track(_per_cent(x), _per_cent(width), item.precision != EXACT)
    # One whose status is not told looks planned.
    facts = [(name, value) for name, value in _facts(item) if name != grouping]
    return Row(item, tuple(facts[:_AT_ONCE]), tuple(facts[_AT_ONCE:]), track, item.status or "planned")


def _facts(item: PlanItem) -> Iterator[tuple[str, str]]:
    """(name, value) of what is told beside title, dates, status and description."""
    named = (
        ("Team", item.team),
        ("Progress", None if item.progress is None else f"{item.progress:.0%}"),
        ("From", item.external_party),
        ("Initiative", item.initiative),
        ("Theme", item.theme),
        ("Lane", item.lane),
        ("Stage", item.stage),
        ("Release", item.release),
        ("Confidence", None if item.confidence is None else f"{item.confidence:.0%}"),
        ("Waits for", ", ".join(item.waits_for)),
    )
    for name, value in named:
        if value:
            yield name, value


def _mark(milestone: PlanMilestone, axis: Axis | None) -> Mark:
    if axis is None or milestone.on is None:
        return Mark(milestone, "")
    # In the middle of what is told: at the end of a quarter it would read as the next one.
    first = max(first_day(milestone.on, milestone.precision).toordinal(), axis.first)
    return Mark(milestone, _per_cent(axis.place((first + milestone.on.toordinal() + 1) / 2)))


def _ticks(axis: Axis, audience: str) -> Iterator[TickMark]:
    found = ticks_of(axis, are_quarters_finest=audience == Audience.QUARTERS_ONLY)
    widest = max((tick.width for tick in found if tick.is_major), default=0.0)
    last = -_NARROW_LABEL
    for tick in found:
        label = tick.label if tick.width > 3 else ""
        # A stretch that is cut off at the beginning gives way to the name of the next one.
        is_tight = tick.x < last + _NARROW_LABEL or (tick.x == axis.left and tick.width < widest / 2)
        if tick.is_major and not is_tight:
            last = tick.x
        yield TickMark(_per_cent(tick.x), _per_cent(tick.x + 0.4), label, tick.is_major, tick.is_major and is_tight)


def _shows(axis: Axis, plan: Plan) -> bool:
    return axis.first <= plan.as_of.toordinal() <= axis.last


def _per_cent(value: float) -> str:
    return f"{value:.2f}%"
