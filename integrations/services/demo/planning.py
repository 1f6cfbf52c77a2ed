"""What the demo's plans are made with: calendars, releases, risks and decisions, gates, and hand-shakes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from integrations.services.demo.content import monday_of_week
from integrations.services.demo.people import Cast
from roadmap.models import (
    CalendarHoliday,
    Dependency,
    MilestoneGate,
    PlanNote,
    Release,
    Roadmap,
    RoadmapItem,
    TeamCalendar,
)
from roadmap.services.agreements import accept_agreement, request_agreement
from roadmap.services.calendars import create_calendar
from roadmap.services.releases import create_release
from tenancy.actor import Actor
from tenancy.scope import named_action

_FRIDAY = timedelta(days=4)


def create_calendars(content: Mapping[str, Any], cast: Cast, today: date, *, actor: Actor) -> None:
    """Calendars with the holidays of this year and the next; one statement for all holidays, one for the teams."""
    made = {
        row["name"]: create_calendar(name=row["name"], is_default="teams" not in row, actor=actor)
        for row in content["calendar"]
    }
    named_action("calendar_holiday.created")
    CalendarHoliday.objects.bulk_create(
        CalendarHoliday(calendar=made[row["name"]], on=date.fromisoformat(f"{year}-{day}"), name=name)
        for row in content["calendar"]
        for day, name in row["holidays"]
        for year in (today.year, today.year + 1)
    )
    named_action("team_calendar.created")
    TeamCalendar.objects.bulk_create(
        TeamCalendar(team=cast.teams[team], calendar=made[row["name"]])
        for row in content["calendar"]
        for team in row.get("teams", ())
    )


def create_releases(
    content: Mapping[str, Any], roadmaps: Mapping[str, Roadmap], today: date, *, actor: Actor
) -> dict[str, Release]:
    """Releases by name; their weeks are those of alpha, beta and general availability."""
    return {
        row["name"]: create_release(
            roadmap=roadmaps[row["roadmap"]],
            name=row["name"],
            version_label=row["version_label"],
            **dict(zip(("alpha_on", "beta_on", "ga_on"), (_friday(today, week) for week in row["weeks"]), strict=True)),
            actor=actor,
        )
        for row in content["release"]
    }


def create_notes(
    content: Mapping[str, Any], roadmaps: Mapping[str, Roadmap], items: Mapping[str, RoadmapItem], today: date
) -> None:
    """Risks and decisions on the Fridays of their weeks, in one statement."""
    named_action("plan_note.created")
    PlanNote.objects.bulk_create(
        PlanNote(
            roadmap=roadmaps[row["roadmap"]],
            item=items.get(row.get("item", "")),
            kind=row["kind"],
            title=row["title"],
            body=row.get("body", ""),
            on=_friday(today, row["week"]),
        )
        for row in content["note"]
    )


def create_gates(content: Mapping[str, Any], milestones: Mapping[str, Any], items: Mapping[str, RoadmapItem]) -> None:
    """What milestones wait for, in one statement."""
    named_action("milestone_gate.created")
    MilestoneGate.objects.bulk_create(
        MilestoneGate(milestone=milestones[row["title"]], item=items[key])
        for row in content["milestone"]
        for key in row.get("gates", ())
    )


def shake_hands(
    content: Mapping[str, Any], cast: Cast, dependencies: Mapping[tuple[str, str], Dependency], today: date
) -> None:
    """Requests for dates, one of which was answered; each by its own person."""
    for row in content["agreement"]:
        dependency = dependencies[row["predecessor"], row["successor"]]
        with cast.acting(row["asked_by"]) as actor:
            request_agreement(dependency, needed_by=_friday(today, row["needed"]), actor=actor)
        if "answered_by" in row:
            with cast.acting(row["answered_by"]) as actor:
                accept_agreement(dependency, agreed_on=_friday(today, row["promised"]), actor=actor)


def _friday(today: date, week: int) -> date:
    return monday_of_week(today, week) + _FRIDAY
