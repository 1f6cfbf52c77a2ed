"""Working calendars: on which days a team works."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roadmap.enums import Weekday
from tenancy.models import Team, TenantForeignKey, TenantOwned

WEEKDAYS = [day.value for day in Weekday]
OFFICE_WEEK = [
    day.value for day in (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
]


def office_week() -> list[int]:
    """Monday to Friday: what holds where nobody made a calendar."""
    return list(OFFICE_WEEK)


class WorkingCalendar(TenantOwned):
    """Working weekdays, less the holidays. The default one holds for every team without a calendar of its own."""

    name = models.CharField(max_length=120)
    working_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday), default=office_week, help_text="At least one."
    )
    is_default = models.BooleanField(
        "default", default=False, help_text="For every team without a calendar of its own."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                "name",
                name="roadmap_calendar_name",
                violation_error_message="Another calendar has this name.",
            ),
            models.UniqueConstraint(
                "organization",
                condition=models.Q(is_default=True),
                name="roadmap_calendar_default",
                violation_error_message="Another calendar is the default.",
            ),
            models.CheckConstraint(
                condition=models.Q(working_weekdays__len__gte=1, working_weekdays__contained_by=WEEKDAYS),
                name="roadmap_calendar_weekdays",
                violation_error_message="A calendar needs at least one working weekday.",
            ),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class CalendarHoliday(TenantOwned):
    """A single day on which nobody of the calendar works."""

    label_related = ("calendar",)

    calendar = TenantForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="+")
    on = models.DateField("day")
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                "calendar",
                "on",
                name="roadmap_holiday_day",
                violation_error_message="This day is a holiday of the calendar already.",
            )
        ]
        indexes = [models.Index(fields=["organization", "on", "id"], name="roadmap_holiday_by_day")]
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.name}, {self.on:%Y-%m-%d}"


class TeamCalendar(TenantOwned):
    """Which calendar a team works by."""

    label_related = ("team", "calendar")

    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    calendar = TenantForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                "team",
                name="roadmap_team_calendar_team",
                violation_error_message="This team has a calendar already.",
            )
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.team}: {self.calendar}"
