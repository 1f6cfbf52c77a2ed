"""Where everything of a drawn plan lies, on pages of points; drawing and slides only put it there.

y grows downwards. One page holds the rows that fit; every page shows the same stretch of time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from roadmap.calc.plan import HALF, MONTH, QUARTER, Plan, PlanDependency, PlanItem, PlanMilestone
from roadmap.calc.plan_axis import Axis, Tick, axis_over, ticks_of


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: its size in points, and whether it is semi-bold."""

    size: float
    is_strong: bool = False


# (text, width, style) -> the text cut to the width; (text, style) -> its width in points
Fit = Callable[[str, float, Style], str]
Measure = Callable[[str, Style], float]

MARGIN = 36.0
TITLE_WIDTH = 250.0
GAP = 10.0
AXIS_TOP, AXIS_ROW = 78.0, 15.0
BODY_TOP = AXIS_TOP + 2 * AXIS_ROW + 6
FOOTER = 44.0
HEADER_HEIGHT, ROW_HEIGHT, BAR_HEIGHT, LANE_HEIGHT = 20.0, 27.0, 13.0, 16.0
PLAN_TITLE, PLAN_FACTS = Style(20, is_strong=True), Style(9)
GROUP_TITLE, ITEM_TITLE, ITEM_FACTS, LABEL = Style(9.5, is_strong=True), Style(9), Style(7), Style(7.5)
MAJOR_TICK, MINOR_TICK = Style(7, is_strong=True), Style(7)
DIAMOND = 10.0
MOST_LANES = 6
_ELBOW = 6.0
_HALF_PERIOD = {MONTH: 15, QUARTER: 46, HALF: 91}


@dataclass(frozen=True, slots=True)
class Paper:
    """The size of a page in points; `height` None grows with its rows, so that everything is on one page."""

    width: float
    height: float | None


SLIDE = Paper(960, 540)


@dataclass(frozen=True, slots=True)
class Header:
    """The name of a group, over its rows."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One item: title and facts on the left."""

    y: float
    title: str
    facts: str
    item: PlanItem


@dataclass(frozen=True, slots=True)
class Bar:
    """An item's time. `fade` is how much of its length, from 0 to 0.5, fades at either end; None: exact dates."""

    x: float
    y: float
    width: float
    item: PlanItem
    fade: float | None = None

    @property
    def middle(self) -> float:
        return self.y + BAR_HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Diamond:
    """A milestone; x and y are its middle. `label` is empty where there is no room for it."""

    x: float
    y: float
    label: str
    milestone: PlanMilestone


@dataclass(frozen=True, slots=True)
class Arrow:
    """A dependency between two bars of a page, as a line of right angles."""

    dependency: PlanDependency
    points: tuple[tuple[float, float], ...]


@dataclass(slots=True)
class Page:
    """What lies on one page."""

    number: int
    body_top: float
    headers: list[Header] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    diamonds: list[Diamond] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    dependencies_elsewhere: int = 0
    bottom: float = 0.0


@dataclass(frozen=True, slots=True)
class Picture:
    """All pages, and what they share."""

    plan: Plan
    paper: Paper
    pages: tuple[Page, ...]
    ticks: tuple[Tick, ...]
    chart_left: float
    chart_right: float
    today_x: float | None

    @property
    def height(self) -> float:
        """Of every page."""
        return self.paper.height or self.pages[0].bottom + FOOTER


def lay_out(plan: Plan, *, paper: Paper, fit: Fit, measure: Measure) -> Picture:
    """Put rows, bars, milestones and arrows on as many pages as it takes."""
    left, right = MARGIN + TITLE_WIDTH + GAP, paper.width - MARGIN
    today = plan.as_of
    axis = axis_over(plan.span or (today, today), left=left, width=right - left)
    diamonds, lanes = _diamonds(plan, axis, right=right, fit=fit, measure=measure)
    pages = _pages(plan, axis, paper, body_top=BODY_TOP + lanes * LANE_HEIGHT, fit=fit)
    for page in pages:
        page.diamonds = diamonds
        _connect(page, plan)
    is_shown = axis.first <= today.toordinal() <= axis.last
    return Picture(
        plan=plan,
        paper=paper,
        pages=tuple(pages),
        ticks=tuple(ticks_of(axis)),
        chart_left=left,
        chart_right=right,
        today_x=axis.place(today.toordinal() + 0.5) if is_shown else None,
    )


def _pages(plan: Plan, axis: Axis, paper: Paper, *, body_top: float, fit: Fit) -> list[Page]:
    limit = None if paper.height is None else paper.height - FOOTER
    pages = [Page(1, body_top, bottom=body_top)]
    header_width = axis.left + axis.width - MARGIN - 8
    for group in plan.groups:
        label = group.label
        for index, item in enumerate(group.items):
            opens = bool(label) and index == 0
            needed = ROW_HEIGHT + (HEADER_HEIGHT if opens else 0)
            if limit is not None and pages[-1].bottom + needed > limit and pages[-1].rows:
                pages.append(Page(len(pages) + 1, body_top, bottom=body_top))
                if label and not opens:
                    _add_header(pages[-1], fit(f"{label} (continued)", header_width, GROUP_TITLE))
            if opens:
                _add_header(pages[-1], fit(label, header_width, GROUP_TITLE))
            _add_row(pages[-1], item, axis, fit)
    return pages


def _add_header(page: Page, label: str) -> None:
    page.headers.append(Header(page.bottom, label))
    page.bottom += HEADER_HEIGHT


def _add_row(page: Page, item: PlanItem, axis: Axis, fit: Fit) -> None:
    facts = " · ".join(text for text in _facts(item) if text)
    title = fit(item.title, TITLE_WIDTH - 4, ITEM_TITLE)
    page.rows.append(Row(page.bottom, title, fit(facts, TITLE_WIDTH - 4, ITEM_FACTS), item))
    if item.start_on is not None and item.end_on is not None:
        page.bars.append(_bar(item, item.start_on, item.end_on, page.bottom, axis))
    page.bottom += ROW_HEIGHT


def _facts(item: PlanItem) -> Iterator[str]:
    yield item.when or "Not scheduled"
    whose = item.team or item.external_party or ""
    yield whose if whose != item.group else ""
    if item.progress:
        yield f"{item.progress:.0%} done"


def _bar(item: PlanItem, start_on: date, end_on: date, y: float, axis: Axis) -> Bar:
    x = axis.start_of(start_on)
    width = max(axis.end_of(end_on) - x, 3.0)
    half_period = _HALF_PERIOD.get(item.precision)
    fade = None if half_period is None else min(axis.days_wide(half_period) / width, 0.5)
    return Bar(x, y + (ROW_HEIGHT - BAR_HEIGHT) / 2, width, item, fade)


def _diamonds(plan: Plan, axis: Axis, *, right: float, fit: Fit, measure: Measure) -> tuple[list[Diamond], int]:
    """Milestones in as few lanes as keep their labels apart; a label that collides even so is left out."""
    free_from = [axis.left - DIAMOND] * MOST_LANES
    placed: list[tuple[int, Diamond]] = []
    for milestone in sorted(plan.milestones, key=lambda each: (each.on or date.max, each.title)):
        if milestone.on is None:
            continue
        x = axis.place(milestone.on.toordinal() + 0.5)
        label = fit(milestone.title, 150.0, LABEL)
        ends = x + DIAMOND + measure(label, LABEL)
        earliest = min(range(MOST_LANES), key=free_from.__getitem__)
        lane = next((index for index in range(MOST_LANES) if free_from[index] <= x - DIAMOND / 2), earliest)
        has_room = free_from[lane] <= x - DIAMOND / 2 and ends <= right
        free_from[lane] = max(free_from[lane], (ends if has_room else x + DIAMOND / 2) + 4)
        placed.append((lane, Diamond(x, 0.0, label if has_room else "", milestone)))
    used = sorted({lane for lane, _ in placed})
    diamonds = [
        replace(diamond, y=BODY_TOP + used.index(lane) * LANE_HEIGHT + LANE_HEIGHT / 2) for lane, diamond in placed
    ]
    return diamonds, len(used)


def _connect(page: Page, plan: Plan) -> None:
    bars = {bar.item.uid: bar for bar in page.bars}
    for dependency in plan.dependencies:
        predecessor, successor = bars.get(dependency.predecessor), bars.get(dependency.successor)
        if predecessor is not None and successor is not None:
            page.arrows.append(Arrow(dependency, elbow(predecessor, successor, dependency.kind)))
        elif predecessor is not None or successor is not None:
            page.dependencies_elsewhere += 1


def elbow(predecessor: Bar, successor: Bar, kind: str) -> tuple[tuple[float, float], ...]:
    """A line of right angles from the end of one bar that counts to the end of the other that counts."""
    leaves_right, enters_left = kind[0] == "F", kind[1] == "S"
    x, y = predecessor.x + (predecessor.width if leaves_right else 0), predecessor.middle
    to_x, to_y = successor.x + (0 if enters_left else successor.width), successor.middle
    out = x + (_ELBOW if leaves_right else -_ELBOW)
    into = to_x - (_ELBOW if enters_left else -_ELBOW)
    if leaves_right and enters_left and out > into:
        # The successor begins too early for a straight way: go round between the rows.
        between = y + (ROW_HEIGHT / 2 if to_y > y else -ROW_HEIGHT / 2)
        return ((x, y), (out, y), (out, between), (into, between), (into, to_y), (to_x, to_y))
    turn = out
    if not leaves_right and enters_left:
        turn = min(out, into)
    elif leaves_right and not enters_left:
        turn = max(out, into)
    return ((x, y), (turn, y), (turn, to_y), (to_x, to_y))
