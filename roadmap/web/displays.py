"""What each display of a plan shows beyond the timeline, which its script draws."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone

from core.web.bubbles import Point, Quarters
from core.web.urls import tenant_url
from roadmap.calc.month_grid import month_weeks
from roadmap.models import Milestone
from roadmap.selectors.boards import horizon_board, stage_board, status_board
from roadmap.selectors.dependencies import violations_for
from roadmap.selectors.graph_picture import graph_picture
from roadmap.selectors.matrix import Axis, Matrix, matrix_of
from roadmap.selectors.plan_rows import plan_rows
from roadmap.selectors.timeline import baselines_of
from roadmap.web.plan_state import PlanState

PAGE_SIZE = 200
# A week has room for this many rows, and never looks emptier than with that many.
MOST_ROWS, FEWEST_ROWS = 8, 3
_MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")


def display_context(state: PlanState) -> dict[str, Any]:
    """The context of the chosen display."""
    return _DISPLAYS[state.display](state)


def _timeline(state: PlanState) -> dict[str, Any]:
    """Only what stands around the chart."""
    found = baselines_of(state.roadmap, actor=state.actor)
    wanted = state.data.get("baseline", "")
    return {
        "baselines": [(each, state.link(baseline=each.pk)) for each in found],
        "baseline": next((each for each in found if str(each.pk) == wanted), None),
        "no_baseline_url": state.link(baseline=None),
    }


def _table(state: PlanState) -> dict[str, Any]:
    rows = plan_rows(state.items, lanes=state.lanes)
    lanes = state.lanes.split(rows, lambda row: row.group)
    page = Paginator([(label, row) for label, found in lanes for row in found], PAGE_SIZE).get_page(
        state.data.get("page")
    )
    shown: dict[str, list[Any]] = {}
    for label, row in page:
        shown.setdefault(label, []).append(row)
    milestones = Milestone.objects.permitted(state.actor).filter(roadmap=state.roadmap).order_by("due_on", "id")
    is_whole = page.number == 1 and not state.chips
    return {
        "lanes": list(shown.items()),
        "page": page,
        "previous_url": state.link(page=page.previous_page_number()) if page.has_previous() else "",
        "next_url": state.link(page=page.next_page_number()) if page.has_next() else "",
        "milestones": milestones if is_whole else [],
        "violations": violations_for(state.actor, roadmap_id=state.roadmap.pk) if is_whole else [],
        "is_filtered_empty": not rows,
    }


def _horizons(state: PlanState) -> dict[str, Any]:
    rows = plan_rows(state.items)
    return {
        "board": horizon_board(rows, today=timezone.localdate()),
        "may_move_cards": state.actor.can("roadmap_item.change"),
        "is_filtered_empty": not rows,
    }


def _kanban(state: PlanState) -> dict[str, Any]:
    by = state.chosen("by", ["stage", "status"], "stage")
    rows = plan_rows(state.items)
    right = "initiative.change_stage" if by == "stage" else "roadmap_item.change"
    return {
        "board": stage_board(rows) if by == "stage" else status_board(rows),
        "by": by,
        "bys": [("stage", "Stage", state.link(by="stage")), ("status", "Status", state.link(by="status"))],
        "may_move_cards": state.actor.can(right),
        "is_filtered_empty": not rows,
    }


def _calendar(state: PlanState) -> dict[str, Any]:
    month = _month(state.data.get("month", ""))
    last = _following(month) - timedelta(days=1)
    margin = timedelta(days=7)
    rows = plan_rows(state.items.overlapping(start_on=month - margin, end_on=last + margin))
    due = Milestone.objects.permitted(state.actor).filter(
        roadmap=state.roadmap, due_on__range=(month - margin, last + margin)
    )
    # Milestones first: they take the upper rows of their days.
    milestones = list(due.order_by("due_on", "title", "id"))
    records: list[Any] = [*milestones, *rows]
    spans = [(each.due_on, each.due_on) for each in milestones]
    spans += [(row.start_on, row.end_on) for row in rows if row.start_on and row.end_on]
    return {
        "month": month,
        "may_move_milestones": state.actor.can("milestone.change"),
        "weeks": [
            {
                "days": list(zip(week.days, week.hidden, strict=True)),
                "segments": [(segment, records[segment.index]) for segment in week.segments],
                "rows": max([FEWEST_ROWS, *(segment.row + 1 for segment in week.segments)]),
            }
            for week in month_weeks(month, spans, rows=MOST_ROWS)
        ],
        "previous_url": state.link(month=f"{month - timedelta(days=1):%Y-%m}"),
        "next_url": state.link(month=f"{last + timedelta(days=1):%Y-%m}"),
        "this_month_url": state.link(month=None),
    }


def _graph(state: PlanState) -> dict[str, Any]:
    is_alone_shown = bool(state.data.get("alone"))
    rows = plan_rows(state.items)
    return {
        "picture": graph_picture(state.roadmap, rows, actor=state.actor, with_alone=is_alone_shown),
        "is_alone_shown": is_alone_shown,
        "alone_url": state.link(alone="1"),
        "linked_url": state.link(alone=None),
        "is_filtered_empty": not rows,
    }


def _matrix(state: PlanState) -> dict[str, Any]:
    axes = [str(axis) for axis in Axis]
    x, y = state.chosen("x", axes, str(Axis.EFFORT)), state.chosen("y", axes, str(Axis.VALUE))
    matrix = matrix_of(plan_rows(state.items), x=x, y=y, actor=state.actor)
    return {
        "matrix": matrix,
        "x_axis": Axis(x),
        "y_axis": Axis(y),
        "axis_menus": [
            ("Up", Axis(y), [(key, label, state.link(y=key)) for key, label in Axis.choices]),
            ("Across", Axis(x), [(key, label, state.link(x=key)) for key, label in Axis.choices]),
        ],
        "quarters": _quarters(matrix, x, y),
        "points": [
            Point(
                label=point.row.title,
                x=point.x,
                y=point.y,
                group=point.row.status_label,
                url=tenant_url(state.actor, "roadmap:roadmap_item_detail", pk=point.row.id),
                note=point.row.key or "",
            )
            for point in matrix.points
        ],
    }


def _quarters(matrix: Matrix, x: str, y: str) -> Quarters | None:
    """The four fields at the medians; named where one axis is cost and the other gain."""
    if matrix.middle_x is None or matrix.middle_y is None:
        return None
    is_named = x in (Axis.EFFORT, Axis.COST) and y in (Axis.VALUE, Axis.SCORE)
    names = ("Quick wins", "Big bets", "Think twice", "Fill-ins") if is_named else ("", "", "", "")
    return Quarters(matrix.middle_x, matrix.middle_y, names)


def _month(text: str) -> date:
    """The first day of the month named as 2026-05; of the present one when that is no month people plan for."""
    if _MONTH.fullmatch(text):
        return date.fromisoformat(f"{text}-01")
    return timezone.localdate().replace(day=1)


def _following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


_DISPLAYS: dict[str, Callable[[PlanState], dict[str, Any]]] = {
    "timeline": _timeline,
    "table": _table,
    "horizons": _horizons,
    "kanban": _kanban,
    "calendar": _calendar,
    "graph": _graph,
    "matrix": _matrix,
}
