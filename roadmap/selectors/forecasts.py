"""What a forecast starts from, and what the newest one of a roadmap says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from roadmap.calc.cascade import Link
from roadmap.calc.date_forecast import UncertainItem
from roadmap.enums import DependencyStrength, ItemStatus
from roadmap.models import Dependency, ForecastDate, MilestoneGate, Roadmap, RoadmapItem, ScheduleForecast
from roadmap.models.item import DURATIONS
from roadmap.selectors.calendars import DELIVERING_TEAM, CalendarBook, calendar_book
from tenancy.actor import Actor

_ROW = ("pk", "roadmap_id", "start_on", "end_on", "status", "team_key", *DURATIONS)


@dataclass(frozen=True, slots=True)
class ForecastPlan:
    """A roadmap as the simulation takes it: `keys` and `planned_ends` stand beside `items`.

    `own` are the indices of the roadmap's items; the others are what they wait for on other roadmaps. `milestones`
    are id, due date and the indices of the gates, of milestones whose gates all have dates.
    """

    keys: Sequence[UUID]
    planned_ends: Sequence[date]
    items: Sequence[UncertainItem]
    links: Sequence[Link]
    own: Sequence[int]
    milestones: Sequence[tuple[UUID, date, tuple[int, ...]]]
    undated: int

    @property
    def uncertain(self) -> int:
        """How many of the roadmap's items have a three-point duration and are not done."""
        return sum(not self.items[index].is_certain for index in self.own)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How first forecasts of finished items came true; `finished` 0 says that nothing can be said yet."""

    finished: int
    by_p50: int
    by_p80: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """The newest forecast of a roadmap with the dates the actor may see, most critical items first."""

    forecast: ScheduleForecast
    milestones: Sequence[ForecastDate]
    items: Sequence[ForecastDate]


def forecast_plan(roadmap: Roadmap, *, as_of: date) -> ForecastPlan:
    """The roadmap's dated items and what they wait for, hidden ones too: a date depends on work nobody here sees.

    Four queries for any number of items.
    """
    dependencies = list(
        Dependency.objects.filter(successor__roadmap=roadmap, strength=DependencyStrength.HARD)
        .order_by("id")
        .values_list("predecessor_id", "successor_id", "kind", "lag_days")
    )
    before = {row[0] for row in dependencies}
    rows = (
        RoadmapItem.objects.filter(Q(roadmap=roadmap) | Q(pk__in=before))
        .annotate(team_key=DELIVERING_TEAM)
        .order_by("pk")
        .values(*_ROW)
    )
    rows = list(rows)
    dated = [row for row in rows if row["start_on"] is not None]
    book = calendar_book()
    index = {row["pk"]: number for number, row in enumerate(dated)}
    return ForecastPlan(
        keys=list(index),
        planned_ends=[row["end_on"] for row in dated],
        items=[_uncertain(row, book, as_of) for row in dated],
        links=[
            Link(index[predecessor], index[successor], kind, lag)
            for predecessor, successor, kind, lag in dependencies
            if predecessor in index and successor in index
        ],
        own=[number for number, row in enumerate(dated) if row["roadmap_id"] == roadmap.pk],
        milestones=_gated(roadmap, index),
        undated=sum(row["roadmap_id"] == roadmap.pk and row["start_on"] is None for row in rows),
    )


def newest_outlook(roadmap: Roadmap, *, actor: Actor) -> Outlook | None:
    """The newest forecast; None when there is none the actor may see."""
    forecast = (
        ScheduleForecast.objects.permitted(actor).filter(roadmap=roadmap).select_related("requested_by__user").first()
    )
    if forecast is None:
        return None
    dates = ForecastDate.objects.permitted(actor).filter(forecast=forecast).select_related("item", "milestone")
    rows = list(dates.order_by("planned_on", "id"))
    items = [row for row in rows if row.item_id is not None]
    return Outlook(
        forecast=forecast,
        milestones=[row for row in rows if row.milestone_id is not None],
        items=sorted(items, key=lambda row: (-(row.criticality or 0), row.p50, row.pk)),
    )


def calibration(roadmap: Roadmap, *, actor: Actor) -> Calibration:
    """Of the items finished after their first kept forecast, how many ended by its half and by its 80% date."""
    first = (
        ForecastDate.objects.permitted(actor)
        .filter(forecast__roadmap=roadmap, item__status=ItemStatus.DONE)
        .filter(item__end_on__gt=F("forecast__as_of"))
        .order_by("item_id", "forecast__created_at", "id")
        .distinct("item_id")
    )
    rows = list(first.values_list("item__end_on", "p50", "p80"))
    return Calibration(
        finished=len(rows),
        by_p50=sum(end_on <= p50 for end_on, p50, _ in rows),
        by_p80=sum(end_on <= p80 for end_on, _, p80 in rows),
    )


def _uncertain(row: Mapping[str, Any], book: CalendarBook, as_of: date) -> UncertainItem:
    calendar = book.of_team(row["team_key"])
    start, today = row["start_on"].toordinal(), as_of.toordinal()
    planned = max(calendar.between(start, row["end_on"].toordinal()), 1)
    low, likely, high = (row[name] if row[name] is not None else planned for name in DURATIONS)
    if row["status"] == ItemStatus.DONE:
        return UncertainItem(start, planned, planned, planned, calendar, is_begun=True)
    if row["status"] == ItemStatus.IN_PROGRESS:
        return UncertainItem(start, low, likely, high, calendar, is_begun=True, ends_from=today)
    return UncertainItem(max(start, today), low, likely, high, calendar)


def _gated(roadmap: Roadmap, index: Mapping[UUID, int]) -> list[tuple[UUID, date, tuple[int, ...]]]:
    gates = MilestoneGate.objects.filter(milestone__roadmap=roadmap).order_by("milestone__due_on", "milestone_id", "id")
    found: dict[tuple[UUID, date], list[UUID]] = {}
    for milestone, due_on, item in gates.values_list("milestone_id", "milestone__due_on", "item_id"):
        found.setdefault((milestone, due_on), []).append(item)
    return [
        (milestone, due_on, tuple(index[item] for item in items))
        for (milestone, due_on), items in found.items()
        if all(item in index for item in items)
    ]
