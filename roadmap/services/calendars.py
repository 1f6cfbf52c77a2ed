"""Working calendars: their weekdays and holidays, and which team works by which."""

from collections.abc import Collection
from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction

from core.errors import InvalidInputError
from roadmap.models import CalendarHoliday, TeamCalendar, WorkingCalendar
from roadmap.services.access import apply_changes, lock_permitted, require_unlike, save_permitted
from tenancy.actor import Actor
from tenancy.models import Team
from tenancy.scope import named_action

HOLIDAY_ALREADY = "This day is a holiday of the calendar already."
NO_WEEKDAY = "A calendar needs at least one working weekday."


class CalendarFields(TypedDict, total=False):
    """What can be said of a calendar besides its name; weekdays by ISO 8601 number."""

    working_weekdays: Collection[int]
    is_default: bool


class CalendarChanges(CalendarFields, total=False):
    """Fields to change; absent ones stay."""

    name: str


class HolidayChanges(TypedDict, total=False):
    """Fields to change; absent ones stay."""

    on: date
    name: str


@transaction.atomic
def create_calendar(*, name: str, actor: Actor, **fields: Unpack[CalendarFields]) -> WorkingCalendar:
    """Make a calendar; as the default it takes the place of the one before."""
    actor.require("working_calendar.create")
    calendar = apply_changes(WorkingCalendar(name=name), {**fields})
    named_action("working_calendar.created")
    return _save(calendar, "create", actor=actor)


@transaction.atomic
def change_calendar(calendar: WorkingCalendar, *, actor: Actor, **changes: Unpack[CalendarChanges]) -> WorkingCalendar:
    """Change name, weekdays, or which calendar is the default. Stored dates of items stay as they are."""
    locked = apply_changes(lock_permitted(calendar, "change", actor=actor), {**changes})
    named_action("working_calendar.changed")
    return _save(locked, "change", actor=actor)


@transaction.atomic
def delete_calendar(calendar: WorkingCalendar, *, actor: Actor) -> None:
    """Delete a calendar with its holidays; its teams work by the default again."""
    locked = lock_permitted(calendar, "delete", actor=actor)
    named_action("working_calendar.deleted")
    locked.delete()


@transaction.atomic
def create_holiday(*, calendar: WorkingCalendar, on: date, name: str, actor: Actor) -> CalendarHoliday:
    """Let nobody of the calendar work on a day."""
    actor.require("calendar_holiday.create")
    holiday = CalendarHoliday(calendar=calendar, on=on, name=name)
    require_unlike(holiday, "calendar", "on", message=HOLIDAY_ALREADY)
    named_action("calendar_holiday.created")
    return save_permitted(holiday, "create", actor=actor)


@transaction.atomic
def change_holiday(holiday: CalendarHoliday, *, actor: Actor, **changes: Unpack[HolidayChanges]) -> CalendarHoliday:
    """Change day or name."""
    locked = apply_changes(lock_permitted(holiday, "change", actor=actor), {**changes})
    require_unlike(locked, "calendar", "on", message=HOLIDAY_ALREADY)
    named_action("calendar_holiday.changed")
    return save_permitted(locked, "change", actor=actor)


@transaction.atomic
def delete_holiday(holiday: CalendarHoliday, *, actor: Actor) -> None:
    """Make the day a working day again."""
    locked = lock_permitted(holiday, "delete", actor=actor)
    named_action("calendar_holiday.deleted")
    locked.delete()


@transaction.atomic
def assign_calendar(*, team: Team, calendar: WorkingCalendar, actor: Actor) -> TeamCalendar:
    """Let a team without a calendar of its own work by this one."""
    actor.require("team_calendar.create")
    assigned = TeamCalendar(team=team, calendar=calendar)
    require_unlike(assigned, "team", message="This team has a calendar already.")
    named_action("team_calendar.created")
    return save_permitted(assigned, "create", actor=actor)


@transaction.atomic
def change_team_calendar(assigned: TeamCalendar, *, calendar: WorkingCalendar, actor: Actor) -> TeamCalendar:
    """Let the team work by another calendar."""
    locked = apply_changes(lock_permitted(assigned, "change", actor=actor), {"calendar": calendar})
    named_action("team_calendar.changed")
    return save_permitted(locked, "change", actor=actor)


@transaction.atomic
def release_calendar(assigned: TeamCalendar, *, actor: Actor) -> None:
    """Let the team work by the default again."""
    locked = lock_permitted(assigned, "delete", actor=actor)
    named_action("team_calendar.deleted")
    locked.delete()


def _save(calendar: WorkingCalendar, verb: str, *, actor: Actor) -> WorkingCalendar:
    if not calendar.working_weekdays:
        raise InvalidInputError(NO_WEEKDAY, pointer="working_weekdays")
    require_unlike(calendar, "name", message="Another calendar has this name.")
    calendar.working_weekdays = sorted(set(calendar.working_weekdays))
    if calendar.is_default:
        WorkingCalendar.objects.filter(is_default=True).exclude(pk=calendar.pk).update(is_default=False)
    return save_permitted(calendar, verb, actor=actor)
