"""Screens of releases, risks and decisions, gates of milestones, and working calendars."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from core.web.crud import Column, FieldGroup, Panel, TenantCRUDView
from core.web.short_lists import short_list
from roadmap.enums import Weekday
from roadmap.filters import (
    CalendarHolidayFilterSet,
    MilestoneGateFilterSet,
    PlanNoteFilterSet,
    ReleaseFilterSet,
    TeamCalendarFilterSet,
)
from roadmap.models import (
    CalendarHoliday,
    Milestone,
    MilestoneGate,
    PlanNote,
    Release,
    RoadmapItem,
    TeamCalendar,
    WorkingCalendar,
)
from roadmap.services.calendars import (
    assign_calendar,
    change_calendar,
    change_holiday,
    change_team_calendar,
    create_calendar,
    create_holiday,
    delete_calendar,
    delete_holiday,
    release_calendar,
)
from roadmap.services.milestone_gates import create_milestone_gate, delete_milestone_gate
from roadmap.services.plan_notes import change_plan_note, create_plan_note, delete_plan_note
from roadmap.services.releases import change_release, create_release, delete_release
from roadmap.web import planning_forms

_WEEKDAYS = {day.value: day.label for day in Weekday}


def _weekdays(value: Any, obj: Any = None, column: Any = None) -> str:
    """Working days in short: Mon, Tue."""
    return ", ".join(_WEEKDAYS[number][:3] for number in value)


class ReleaseScreen(TenantCRUDView):
    model = Release
    icon = "rocket"
    intro = "Versions with the dates of alpha, beta and general availability."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("version_label", "Version"),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name"),
        Column("alpha_on", "Alpha", formatter="date", sort=True),
        Column("beta_on", "Beta", formatter="date", sort=True),
        Column("ga_on", "GA", formatter="date", sort=True),
        Column("item_count", "Items", formatter="number"),
    ]
    list_select_related = detail_select_related = ["roadmap"]
    ordering = ["ga_on"]
    search_fields = ["name", "version_label"]
    filterset_class = ReleaseFilterSet
    form_class = planning_forms.ReleaseForm
    field_groups = [
        FieldGroup(
            "Release",
            [
                Column("roadmap", "Roadmap", accessor="roadmap.name"),
                Column("version_label", "Version"),
                Column("alpha_on", "Alpha", formatter="date"),
                Column("beta_on", "Beta", formatter="date"),
                Column("ga_on", "General availability", formatter="date"),
            ],
            is_aside=True,
        )
    ]
    panels = [Panel("What is in it", "roadmap/_release_items.html", context="items_panel")]
    empty_title = "No releases yet"
    empty_text = "A release gathers items and milestones under one version and its three dates."

    def list_queryset(self) -> Any:
        items = RoadmapItem.objects.permitted(self.actor).filter(release=OuterRef("pk")).order_by()
        counted = Subquery(items.values("release").annotate(n=Count("pk")).values("n"))
        return super().list_queryset().annotate(item_count=Coalesce(counted, 0))

    def items_panel(self, obj: Release) -> dict[str, Any]:
        """Its items and milestones; an item that ends after general availability is late."""
        items = RoadmapItem.objects.permitted(self.actor).filter(release=obj).order_by("end_on", "id")
        milestones = Milestone.objects.permitted(self.actor).filter(release=obj).order_by("due_on", "id")
        rows = short_list(items, self.actor, "roadmap:roadmap_item_list", release=obj.pk)
        return {
            "rows": rows.each(lambda item: (item, bool(obj.ga_on and item.end_on and item.end_on > obj.ga_on))),
            "milestones": short_list(milestones, self.actor, "roadmap:milestone_list", release=obj.pk),
        }

    def get_form_class(self) -> Any:
        return planning_forms.ReleaseChangeForm if self.operation == "edit" else self.form_class

    def perform_create(self, form: Any) -> Release:
        return create_release(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Release:
        return change_release(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Release) -> None:
        delete_release(obj, actor=self.actor)


class PlanNoteScreen(TenantCRUDView):
    model = PlanNote
    icon = "alert-triangle"
    label, label_plural = "risk or decision", "risks and decisions"
    intro = "Risks that could strike and decisions that fall, each on its date."
    columns = [
        Column("title", "Title", sort=True, link=True, width="l"),
        Column("kind", "Kind", formatter="badge", sort=True),
        Column("on", "Date", formatter="date", sort=True),
        Column("status", "Status", formatter="badge", sort=True),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name"),
        Column("item", "Item", accessor="item.title"),
    ]
    list_select_related = detail_select_related = ["roadmap", "item"]
    ordering = ["on"]
    search_fields = ["title", "body"]
    filterset_class = PlanNoteFilterSet
    form_class = planning_forms.PlanNoteForm
    bulk_fields = ["kind"]
    status_field = "status"
    field_groups = [
        FieldGroup(
            "Pinned to",
            [
                Column("kind", "Kind", formatter="choice"),
                Column("on", "Date", formatter="date"),
                Column("roadmap", "Roadmap", accessor="roadmap.name"),
                Column("item", "Item", accessor="item.title"),
                Column("body", "Details"),
            ],
        )
    ]
    empty_title = "No risks or decisions yet"
    empty_text = "Pin a risk or a decision to the date on which it matters; it shows on the timeline."

    def get_form_class(self) -> Any:
        return planning_forms.PlanNoteChangeForm if self.operation == "edit" else self.form_class

    def perform_create(self, form: Any) -> PlanNote:
        return create_plan_note(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> PlanNote:
        return change_plan_note(self.object, actor=self.actor, **form.cleaned_data)

    def perform_bulk_update(self, obj: PlanNote, changes: dict[str, Any]) -> None:
        change_plan_note(obj, actor=self.actor, **changes)

    def perform_delete(self, obj: PlanNote) -> None:
        delete_plan_note(obj, actor=self.actor)


class MilestoneGateScreen(TenantCRUDView):
    model = MilestoneGate
    icon = "flag"
    # A gate does not change: it is taken away, and another one made.
    actions = {"change": "milestone_gate.create"}
    intro = "What milestones wait for: one is reached when all its items have ended."
    columns = [
        Column("milestone", "Milestone", accessor="milestone.title", sort="milestone__title", link=True, width="l"),
        Column("due_on", "Due", accessor="milestone.due_on", sort="milestone__due_on", formatter="date"),
        Column("item", "Waits for", accessor="item.title", sort="item__title", width="l"),
        Column("end_on", "Ends", accessor="item.end_on", sort="item__end_on", formatter="date"),
    ]
    list_select_related = detail_select_related = ["milestone", "item"]
    ordering = ["milestone__due_on"]
    search_fields = ["milestone__title", "item__title"]
    filterset_class = MilestoneGateFilterSet
    form_class = planning_forms.MilestoneGateForm
    field_groups = [FieldGroup("Gate", columns)]
    empty_title = "No milestone waits for anything yet"
    empty_text = "Say which items a milestone waits for, and a move that makes it miss its date says so."

    def perform_create(self, form: Any) -> MilestoneGate:
        return create_milestone_gate(actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: MilestoneGate) -> None:
        delete_milestone_gate(obj, actor=self.actor)


class WorkingCalendarScreen(TenantCRUDView):
    model = WorkingCalendar
    icon = "calendar-event"
    intro = "On which days people work. Without a calendar, everybody works Monday to Friday."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("working_weekdays", "Working days", formatter=_weekdays),
        Column("is_default", "Default", formatter="boolean"),
        Column("holiday_count", "Holidays", formatter="number"),
        Column("team_count", "Teams", formatter="number"),
    ]
    ordering = ["name"]
    search_fields = ["name"]
    form_class = planning_forms.WorkingCalendarForm
    field_groups = [
        FieldGroup(
            "Calendar",
            [
                Column("working_weekdays", "Working days", formatter=_weekdays),
                Column("is_default", "Default", formatter="boolean"),
            ],
            is_aside=True,
        )
    ]
    panels = [
        Panel("Holidays", "roadmap/_calendar_holidays.html", context="holidays_panel"),
        Panel("Teams", "roadmap/_calendar_teams.html", context="teams_panel"),
    ]
    empty_title = "Everybody works Monday to Friday"
    empty_text = "Make a calendar for other weekdays or holidays, and say which teams work by it."

    def list_queryset(self) -> Any:
        counts = {
            name: Coalesce(Subquery(rows.values("calendar").annotate(n=Count("pk")).values("n")), 0)
            for name, rows in (
                ("holiday_count", CalendarHoliday.objects.filter(calendar=OuterRef("pk")).order_by()),
                ("team_count", TeamCalendar.objects.filter(calendar=OuterRef("pk")).order_by()),
            )
        }
        return super().list_queryset().annotate(**counts)

    def holidays_panel(self, obj: WorkingCalendar) -> dict[str, Any]:
        return {
            "holidays": list(CalendarHoliday.objects.permitted(self.actor).filter(calendar=obj)),
            "may_add": self.actor.can("calendar_holiday.create"),
        }

    def teams_panel(self, obj: WorkingCalendar) -> dict[str, Any]:
        found = TeamCalendar.objects.permitted(self.actor).filter(calendar=obj).select_related("team")
        return {"assigned": list(found.order_by("team__name")), "may_add": self.actor.can("team_calendar.create")}

    def perform_create(self, form: Any) -> WorkingCalendar:
        return create_calendar(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> WorkingCalendar:
        return change_calendar(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: WorkingCalendar) -> None:
        delete_calendar(obj, actor=self.actor)


class CalendarHolidayScreen(TenantCRUDView):
    model = CalendarHoliday
    icon = "calendar-event"
    label, label_plural = "holiday", "holidays"
    columns = [
        Column("name", "Name", link=True, width="l"),
        Column("on", "Day", formatter="date", sort=True),
        Column("calendar", "Calendar", accessor="calendar.name", sort="calendar__name"),
    ]
    list_select_related = detail_select_related = ["calendar"]
    ordering = ["on"]
    search_fields = ["name"]
    filterset_class = CalendarHolidayFilterSet
    form_class = planning_forms.CalendarHolidayForm
    field_groups = [FieldGroup("Holiday", columns)]
    empty_title = "No holidays yet"
    empty_text = "On a holiday nobody of its calendar works: items take a day longer across it."

    def get_form_class(self) -> Any:
        return planning_forms.CalendarHolidayChangeForm if self.operation == "edit" else self.form_class

    def perform_create(self, form: Any) -> CalendarHoliday:
        return create_holiday(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> CalendarHoliday:
        return change_holiday(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: CalendarHoliday) -> None:
        delete_holiday(obj, actor=self.actor)


class TeamCalendarScreen(TenantCRUDView):
    model = TeamCalendar
    icon = "users"
    label, label_plural = "team's calendar", "teams' calendars"
    columns = [
        Column("team", "Team", accessor="team.name", sort="team__name", link=True, width="l"),
        Column("calendar", "Calendar", accessor="calendar.name", sort="calendar__name"),
    ]
    list_select_related = detail_select_related = ["team", "calendar"]
    ordering = ["team__name"]
    search_fields = ["team__name", "calendar__name"]
    filterset_class = TeamCalendarFilterSet
    form_class = planning_forms.TeamCalendarForm
    field_groups = [FieldGroup("Works by", columns)]
    empty_title = "Every team works by the default calendar"
    empty_text = "Give a team a calendar of its own where its weekdays or holidays differ."

    def get_form_class(self) -> Any:
        return planning_forms.TeamCalendarChangeForm if self.operation == "edit" else self.form_class

    def perform_create(self, form: Any) -> TeamCalendar:
        return assign_calendar(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> TeamCalendar:
        return change_team_calendar(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: TeamCalendar) -> None:
        release_calendar(obj, actor=self.actor)
