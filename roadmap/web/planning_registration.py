"""Addresses and navigation of dependencies, releases, notes, gates, calendars and applied changes."""

from django.urls import path

from core.web.choosers import register_chooser
from core.web.navigation import register_item
from core.web.palette import register_command
from core.web.tones import register_tones
from portfolio.hooks import waiting_for_me
from roadmap.models import Milestone
from roadmap.web import dependencies
from roadmap.web.plan_changes import PlanChangeScreen, undo_change
from roadmap.web.planning_screens import (
    CalendarHolidayScreen,
    MilestoneGateScreen,
    PlanNoteScreen,
    ReleaseScreen,
    TeamCalendarScreen,
    WorkingCalendarScreen,
)
from roadmap.web.rescheduling import reschedule_page

urlpatterns = [
    *dependencies.DependencyScreen.get_urls("dependencies"),
    path("dependencies/<uuid:pk>/ask/", dependencies.ask_for_date, name="dependency_request"),
    path("dependencies/<uuid:pk>/promise/", dependencies.promise_date, name="dependency_accept"),
    path("dependencies/<uuid:pk>/decline/", dependencies.decline_date, name="dependency_decline"),
    *ReleaseScreen.get_urls("releases"),
    *PlanNoteScreen.get_urls("notes"),
    *MilestoneGateScreen.get_urls("gates"),
    *WorkingCalendarScreen.get_urls("calendars"),
    *CalendarHolidayScreen.get_urls("holidays"),
    *TeamCalendarScreen.get_urls("team-calendars"),
    *PlanChangeScreen.get_urls("changes"),
    path("changes/<uuid:pk>/undo/", undo_change, name="plan_change_undo"),
    path("roadmaps/<uuid:pk>/reschedule/", reschedule_page, name="roadmap_reschedule"),
]


def register() -> None:
    """Called once when the app is ready."""
    for label, noun, icon, order in (
        ("Releases", "release", "rocket", 34),
        ("Risks and decisions", "plan_note", "alert-triangle", 36),
        ("Changes", "plan_change", "history", 46),
        ("Calendars", "working_calendar", "calendar-event", 92),
    ):
        register_item("roadmap", label, f"roadmap:{noun}_list", icon=icon, action=f"{noun}.view", order=order)
    for label, noun, words in (
        ("New release", "release", ["add", "version", "alpha", "beta", "ga"]),
        ("New risk or decision", "plan_note", ["add", "risk", "decision", "note"]),
        ("New working calendar", "working_calendar", ["add", "holidays", "weekdays"]),
    ):
        register_command(label, f"roadmap:{noun}_create", action=f"{noun}.create", keywords=words, icon="plus")
    waiting_for_me.register(dependencies.dates_asked_for)
    register_chooser("roadmap.Milestone", ordering=["title", "due_on", "pk"], related=["roadmap"], note=_milestone_note)
    register_tones(
        {
            "requested": "warning",
            "accepted": "success",
            "declined": "danger",
            "risk": "warning",
            "decision": "violet",
            "cascade": "info",
            "move": "neutral",
            "schedule": "info",
            "undo": "warning",
        }
    )


def _milestone_note(milestone: Milestone) -> str:
    """What tells a milestone from its namesakes."""
    return f"{milestone.roadmap.name} · {milestone.due_on:%d %b %Y}"
