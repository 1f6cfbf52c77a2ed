"""A month as a calendar shows it: weeks from Monday, and stretches of days laid into rows without overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = 7


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a stretch in one week: its row, its first column (1 for Monday) and how many columns it covers.

    `index` is the stretch's place in the list given; `starts` and `ends` say whether its ends lie in this week.
    """

    index: int
    row: int
    column: int
    columns: int
    starts: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, the segments in the first rows, and how many more each day has than rows are shown."""

    days: Sequence[date]
    segments: Sequence[Segment]
    hidden: Sequence[int]


def month_weeks(month: date, spans: Sequence[tuple[date, date]], *, rows: int) -> list[Week]:
    """The weeks that touch the month with the spans (first and last day, both included).

    Single days come first, then by start and the longest first; spans that find no free row of `rows` are counted.
    """
    first = month.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=31)).replace(day=1)
    weeks = []
    while monday < following:
        weeks.append(_week(monday, spans, rows))
        monday += timedelta(days=WEEK)
    return weeks


def _week(monday: date, spans: Sequence[tuple[date, date]], rows: int) -> Week:
    sunday = monday + timedelta(days=WEEK - 1)
    touching = [index for index, (start, end) in enumerate(spans) if start <= sunday and end >= monday]
    touching.sort(key=lambda index: _rank(*spans[index], index))
    taken: list[list[bool]] = []
    segments, hidden = [], [0] * WEEK
    for index in touching:
        start, end = spans[index]
        first, last = max((start - monday).days, 0), min((end - monday).days, WEEK - 1)
        row = _free_row(taken, first, last)
        if row >= rows:
            for day in range(first, last + 1):
                hidden[day] += 1
            continue
        taken[row][first : last + 1] = [True] * (last - first + 1)
        segments.append(Segment(index, row, first + 1, last - first + 1, start >= monday, end <= sunday))
    return Week([monday + timedelta(days=day) for day in range(WEEK)], segments, hidden)


def _rank(start: date, end: date, index: int) -> tuple[bool, date, timedelta, int]:
    return start != end, start, start - end, index


def _free_row(taken: list[list[bool]], first: int, last: int) -> int:
    for row, days in enumerate(taken):
        if not any(days[first : last + 1]):
            return row
    taken.append([False] * WEEK)
    return len(taken) - 1
