"""A plan as rows: CSV, Excel, Markdown. No text of it is ever run as a formula."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO, StringIO
from typing import Any

from core.calc.lazy import load_when_used
from roadmap.calc.plan import Plan, PlanItem
from roadmap.services.exports import palette

xlsxwriter = load_when_used("xlsxwriter")

ITEM_COLUMNS = (
    "Title",
    "Lane",
    "Team",
    "Theme",
    "Initiative",
    "Stage",
    "Release",
    "External party",
    "Status",
    "Progress",
    "Confidence",
    "Start",
    "End",
    "Dates exact to the",
    "Calendar days",
    "Waits for",
    "Description",
)
MILESTONE_COLUMNS = ("Milestone", "Due", "Kind")
DEPENDENCY_COLUMNS = ("Predecessor", "Successor", "Kind", "Lag (working days)", "Broken")
_WIDTHS = {"Title": 48, "Waits for": 36, "Description": 60, "Predecessor": 40, "Successor": 40, "Milestone": 40}
# Starts that make a spreadsheet take a text for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# The most a cell of Excel holds; it would call a file with more damaged.
LONGEST_CELL = 32_767
# Excel's calendar begins here; earlier days are written as text.
_FIRST_EXCEL_DAY = date(1900, 3, 1)
_MARKDOWN_MARKS = re.compile(r"([\\`*_{}\[\]<>|#~])")


def item_row(item: PlanItem) -> tuple[Any, ...]:
    """The values under ITEM_COLUMNS; None where there is none."""
    days = None
    if item.start_on is not None and item.end_on is not None:
        days = (item.end_on - item.start_on).days + 1
    return (
        item.title,
        item.lane,
        item.team,
        item.theme,
        item.initiative,
        item.stage,
        item.release,
        item.external_party,
        item.status_label,
        item.progress,
        item.confidence,
        item.start_on,
        item.end_on,
        None if days is None else item.precision,
        days,
        "; ".join(item.waits_for) or None,
        item.description,
    )


def milestone_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    """The values under MILESTONE_COLUMNS."""
    for milestone in plan.milestones:
        yield milestone.title, milestone.on, milestone.kind


def dependency_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    """The values under DEPENDENCY_COLUMNS."""
    titles = {item.uid: item.title for item in plan.items}
    for edge in plan.dependencies:
        broken = "yes" if edge.is_broken else "no"
        yield titles[edge.predecessor], titles[edge.successor], edge.kind, edge.lag_days, broken


def csv_of(plan: Plan) -> bytes:
    """The items, RFC 4180, in UTF-8 with the mark by which spreadsheets know it."""
    stream = StringIO()
    writer = csv.writer(stream)
    writer.writerow(ITEM_COLUMNS)
    for item in plan.items:
        writer.writerow([_csv_cell(value) for value in item_row(item)])
    return stream.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return value


def xlsx_of(plan: Plan) -> bytes:
    """A workbook: items, milestones, dependencies, and what it is a copy of; dates are dates, headers stay in view."""
    stream = BytesIO()
    # Texts are only ever written by write_string, and these keep even its cells from being read as anything else.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    workbook = xlsxwriter.Workbook(stream, options)
    workbook.set_properties({"title": plan.title[:255], "author": plan.organization[:255]})
    sheets = _Sheets(workbook)
    sheets.add("Items", ITEM_COLUMNS, (item_row(item) for item in plan.items))
    sheets.add("Milestones", MILESTONE_COLUMNS, milestone_rows(plan))
    sheets.add("Dependencies", DEPENDENCY_COLUMNS, dependency_rows(plan))
    facts = (("Roadmap", plan.title), ("Organization", plan.organization), ("As of", plan.as_of))
    sheets.add("About", ("What", "Value"), (*facts, ("Filter", plan.filter_text or "none")))
    workbook.close()
    return stream.getvalue()


class _Sheets:
    """Writes sheets of one workbook in the same manner."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.header = workbook.add_format({"bold": True, "bg_color": palette.STRIPE, "bottom": 1, "valign": "top"})
        self.text = workbook.add_format({"quote_prefix": True, "valign": "top"})
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
        self.share = workbook.add_format({"num_format": "0%", "valign": "top"})
        self.number = workbook.add_format({"valign": "top"})

    def add(self, name: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
        """A sheet with a header that stays and a filter on every column."""
        sheet = self.workbook.add_worksheet(name)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, self.header)
            sheet.set_column(place, place, _WIDTHS.get(column, 16))
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                self._write(sheet, last, place, columns[place], value)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def _write(self, sheet: Any, row: int, place: int, column: str, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, date) and value >= _FIRST_EXCEL_DAY:
            sheet.write_datetime(row, place, value, self.day)
        elif isinstance(value, int | float):
            sheet.write_number(row, place, value, self.share if column in ("Progress", "Confidence") else self.number)
        else:
            sheet.write_string(row, place, str(value)[:LONGEST_CELL], self.text)


def markdown_of(plan: Plan) -> bytes:
    """Headings, tables and lists of GitHub's Markdown."""
    return "\n".join(_markdown_lines(plan)).encode()


def _markdown_lines(plan: Plan) -> Iterator[str]:
    yield from (f"# {_marked(plan.title)}", "", _marked(palette.subtitle_of(plan)), "")
    for group in plan.groups:
        if group.label:
            yield from (f"## {_marked(group.label)}", "")
        yield from ("| Item | When | Status | Progress | Team | Initiative |", "| --- | --- | --- | ---: | --- | --- |")
        for item in group.items:
            cells = (
                item.title,
                item.when or "Not scheduled",
                item.status_label,
                "" if item.progress is None else f"{item.progress:.0%}",
                item.team,
                item.initiative,
            )
            yield "| " + " | ".join(_marked(cell or "") for cell in cells) + " |"
        yield ""
    if plan.milestones:
        yield from ("## Milestones", "")
        yield from (f"- {_marked(each.when)}: {_marked(each.title)} ({each.kind})" for each in plan.milestones)
        yield ""
    if plan.dependencies:
        yield from ("## Dependencies", "")
        for predecessor, successor, kind, _, broken in dependency_rows(plan):
            note = ", broken" if broken == "yes" else ""
            yield f"- {_marked(successor)} waits for {_marked(predecessor)} ({kind}{note})"
        yield ""


def _marked(text: str) -> str:
    """Text that Markdown shows as it is: on one line, without a mark it would take for its own."""
    return _MARKDOWN_MARKS.sub(r"\\\1", " ".join(text.split()))
