"""A plan as plain data: what a reader is told of a roadmap, and how its dates are put into words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

EXACT, MONTH, QUARTER, HALF = "day", "month", "quarter", "half"
_MONTHS_OF = {MONTH: 1, QUARTER: 3, HALF: 6}
_COARSENESS = (EXACT, MONTH, QUARTER, HALF)
NEXT_WITHIN_DAYS = 92


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A piece of work as a reader may know it; None is what the reader is not told, or what nobody has said.

    `start_on` and `end_on`, both included, are already as coarse as the reader may see them. `uid` names the item in
    this plan and in every later one without being its id. `horizon` is earlier, now, next or later.
    """

    uid: str
    title: str
    group: str = ""
    start_on: date | None = None
    end_on: date | None = None
    precision: str = EXACT
    horizon: str = "later"
    status: str | None = None
    status_label: str | None = None
    progress: float | None = None
    confidence: float | None = None
    team: str | None = None
    lane: str | None = None
    theme: str | None = None
    initiative: str | None = None
    stage: str | None = None
    release: str | None = None
    external_party: str | None = None
    description: str | None = None
    waits_for: tuple[str, ...] = ()

    @property
    def when(self) -> str:
        """Its dates in words, empty without dates."""
        return words_for(self.start_on, self.end_on, self.precision)


@dataclass(frozen=True, slots=True)
class PlanMilestone:
    """A single date of the plan; `on` is None when the reader is told no dates, else the period's last day."""

    uid: str
    title: str
    kind: str
    on: date | None = None
    precision: str = EXACT

    @property
    def when(self) -> str:
        """Its date in words."""
        return words_for(self.on, self.on, self.precision)


@dataclass(frozen=True, slots=True)
class PlanDependency:
    """The item `successor` waits for the item `predecessor`; `kind` says for which ends: FS, SS, FF or SF."""

    predecessor: str
    successor: str
    kind: str = "FS"
    lag_days: int = 0
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """Items that are shown together."""

    label: str
    items: tuple[PlanItem, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One roadmap on one day as one kind of reader sees it; dependencies join items that are in it."""

    title: str
    organization: str
    as_of: date
    groups: tuple[PlanGroup, ...]
    milestones: tuple[PlanMilestone, ...] = ()
    dependencies: tuple[PlanDependency, ...] = ()
    fields: frozenset[str] = frozenset()
    grouping_label: str = ""
    filter_text: str = ""

    @property
    def items(self) -> Iterator[PlanItem]:
        """Every item, in the order of the groups."""
        for group in self.groups:
            yield from group.items

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last day of anything in it; None when nothing has a date."""
        days = [day for item in self.items for day in (item.start_on, item.end_on) if day is not None]
        days += [milestone.on for milestone in self.milestones if milestone.on is not None]
        return (min(days), max(days)) if days else None


def coarser(precision: str, at_least: str) -> str:
    """The less exact of the two."""
    return max(precision, at_least, key=_COARSENESS.index)


def first_day(day: date, precision: str) -> date:
    """The first day of the month, quarter or half the day lies in."""
    if precision == EXACT:
        return day
    months = _MONTHS_OF[precision]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def last_day(day: date, precision: str) -> date:
    """The last day of the month, quarter or half the day lies in."""
    if precision == EXACT:
        return day
    months = _MONTHS_OF[precision]
    ends_after = (day.month - 1) // months * months + months
    if ends_after == 12:
        return date(day.year, 12, 31)
    return date(day.year, ends_after + 1, 1) - timedelta(days=1)


def horizon_of(start_on: date | None, end_on: date | None, *, status: str, today: date) -> str:
    """Where an item stands for readers without dates: earlier, now, next (within a quarter) or later."""
    if status == "done":
        return "earlier"
    if status == "in_progress":
        return "now"
    if start_on is None or end_on is None:
        return "later"
    if end_on < today:
        return "earlier"
    if start_on <= today:
        return "now"
    return "next" if start_on <= today + timedelta(days=NEXT_WITHIN_DAYS) else "later"


def words_for(start_on: date | None, end_on: date | None, precision: str) -> str:
    """Such as 12 Jan to 3 Mar 2026, Jan to Mar 2026, Q1 to Q2 2026 or H1 2026; empty without dates."""
    if start_on is None or end_on is None:
        return ""
    first, last = _point(start_on, precision), _point(end_on, precision)
    if start_on.year != end_on.year:
        return f"{first} {start_on.year} \N{EN DASH} {last} {end_on.year}"
    return f"{first} {end_on.year}" if first == last else f"{first} \N{EN DASH} {last} {end_on.year}"


def _point(day: date, precision: str) -> str:
    if precision == HALF:
        return f"H{(day.month + 5) // 6}"
    if precision == QUARTER:
        return f"Q{(day.month + 2) // 3}"
    if precision == MONTH:
        return f"{day:%b}"
    return f"{day.day} {day:%b}"
