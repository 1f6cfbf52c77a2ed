"""Filters of what else a plan holds: milestones, releases, notes, working calendars and sets of changes."""

from django.forms import HiddenInput
from django_filters import ModelChoiceFilter

from core.filters import day_filter
from core.web.forms import permitted_choices
from roadmap.models import CalendarHoliday, Milestone, MilestoneGate, PlanChange, PlanNote, Release, TeamCalendar
from tenancy.filters import TenantFilterSet


class MilestoneFilterSet(TenantFilterSet):
    """Milestones by roadmap, kind and date."""

    due_from = day_filter("due_on", "gte", "Due on or after")
    due_until = day_filter("due_on", "lte", "Due on or before")
    release = ModelChoiceFilter(queryset=permitted_choices("roadmap.Release"), label="Release", widget=HiddenInput)

    class Meta:
        model = Milestone
        fields = ["roadmap", "initiative", "release", "kind"]


class MilestoneGateFilterSet(TenantFilterSet):
    """Gates by milestone or item."""

    class Meta:
        model = MilestoneGate
        fields = ["milestone", "item"]


class ReleaseFilterSet(TenantFilterSet):
    """Releases by roadmap and general availability."""

    ga_from = day_filter("ga_on", "gte", "Available on or after")
    ga_until = day_filter("ga_on", "lte", "Available on or before")

    class Meta:
        model = Release
        fields = ["roadmap"]


class PlanNoteFilterSet(TenantFilterSet):
    """Risks and decisions by roadmap, item, kind, status and date."""

    from_day = day_filter("on", "gte", "On or after")
    until_day = day_filter("on", "lte", "On or before")

    class Meta:
        model = PlanNote
        fields = ["roadmap", "item", "kind", "status"]


class PlanChangeFilterSet(TenantFilterSet):
    """Sets of changes by roadmap and kind."""

    class Meta:
        model = PlanChange
        fields = ["roadmap", "kind"]


class CalendarHolidayFilterSet(TenantFilterSet):
    """Holidays by calendar and day."""

    from_day = day_filter("on", "gte", "On or after")
    until_day = day_filter("on", "lte", "On or before")

    class Meta:
        model = CalendarHoliday
        fields = ["calendar"]


class TeamCalendarFilterSet(TenantFilterSet):
    """Who works by which calendar."""

    class Meta:
        model = TeamCalendar
        fields = ["team", "calendar"]
