"""Working calendars as calc understands them: each team's own, else the default, else Monday to Friday."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce

from roadmap.calc.working_days import WorkingDays
from roadmap.models import CalendarHoliday, RoadmapItem, TeamCalendar, WorkingCalendar

OFFICE_DAYS = WorkingDays()


@dataclass(frozen=True, slots=True)
class CalendarBook:
    """The organization's calendars. `default` holds where a team has none, or an item no team."""

    default: WorkingDays = OFFICE_DAYS
    by_team: Mapping[UUID, WorkingDays] = field(default_factory=dict)

    def of_team(self, team_id: UUID | None) -> WorkingDays:
        """The calendar a team works by."""
        return self.default if team_id is None else self.by_team.get(team_id, self.default)

    def of_items(self, item_ids: Collection[UUID]) -> Mapping[UUID, WorkingDays]:
        """The calendar of each item's delivering team; asks the database only when a team has its own."""
        if not self.by_team:
            return dict.fromkeys(item_ids, self.default)
        teams = RoadmapItem.objects.filter(pk__in=item_ids).annotate(team_key=DELIVERING_TEAM)
        return {key: self.of_team(team) for key, team in teams.values_list("pk", "team_key")}


# The team that delivers an item: its own, else that of its initiative.
DELIVERING_TEAM = Coalesce("owning_team_id", "initiative__owning_team_id")


def calendar_book() -> CalendarBook:
    """All calendars of the organization, in one query."""
    holidays = CalendarHoliday.objects.filter(calendar=OuterRef("pk")).order_by()
    teams = TeamCalendar.objects.filter(calendar=OuterRef("pk")).order_by()
    rows: Any = WorkingCalendar.objects.annotate(
        days_off=ArraySubquery(holidays.values("on")), team_keys=ArraySubquery(teams.values("team_id"))
    )
    default, by_team = OFFICE_DAYS, {}
    for row in rows:
        calendar = WorkingDays(row.working_weekdays, row.days_off)
        by_team.update(dict.fromkeys(row.team_keys, calendar))
        if row.is_default:
            default = calendar
    return CalendarBook(default, by_team)


def with_successor_calendar(dependencies: QuerySet[Any]) -> QuerySet[Any]:
    """Dependencies that bring along the calendar their lag counts by, for lists that read row by row."""
    team = Coalesce(OuterRef("successor__owning_team_id"), OuterRef("successor__initiative__owning_team_id"))
    own = TeamCalendar.objects.filter(team=team).order_by().values("calendar_id")
    default = WorkingCalendar.objects.filter(is_default=True).order_by().values("pk")
    calendar = WorkingCalendar.objects.filter(pk=OuterRef("calendar_key")).order_by()
    holidays = CalendarHoliday.objects.filter(calendar=OuterRef("calendar_key")).order_by()
    return dependencies.annotate(
        calendar_key=Coalesce(Subquery(own), Subquery(default), output_field=UUIDField())
    ).annotate(
        calendar_weekdays=Subquery(calendar.values("working_weekdays")),
        calendar_holidays=ArraySubquery(holidays.values("on")),
    )


def calendar_of(dependency: Any) -> WorkingDays:
    """The calendar of a dependency read through `with_successor_calendar`."""
    if dependency.calendar_weekdays is None:
        return OFFICE_DAYS
    return WorkingDays(dependency.calendar_weekdays, dependency.calendar_holidays)
