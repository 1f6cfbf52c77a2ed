"""Factories of calendars, releases, notes and applied changes; they need an open scope."""

from datetime import date

import factory

from roadmap.enums import PlanChangeKind, PlanNoteKind
from roadmap.models import (
    CalendarHoliday,
    MilestoneGate,
    PlanChange,
    PlanNote,
    Release,
    TeamCalendar,
    WorkingCalendar,
)
from tests.factories.roadmap import MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory


class WorkingCalendarFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkingCalendar

    name = factory.Sequence(lambda n: f"Calendar {n}")


class CalendarHolidayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CalendarHoliday

    calendar = factory.SubFactory(WorkingCalendarFactory)
    on = date(2026, 12, 25)
    name = "Christmas Day"


class TeamCalendarFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TeamCalendar

    team = factory.SubFactory(TeamFactory)
    calendar = factory.SubFactory(WorkingCalendarFactory)


class ReleaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Release

    roadmap = factory.SubFactory(RoadmapFactory)
    name = factory.Sequence(lambda n: f"Release {n}")
    alpha_on = date(2026, 4, 1)
    beta_on = date(2026, 5, 1)
    ga_on = date(2026, 6, 1)


class MilestoneGateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MilestoneGate

    milestone = factory.SubFactory(MilestoneFactory)
    item = factory.SubFactory(RoadmapItemFactory, roadmap=factory.SelfAttribute("..milestone.roadmap"))


class PlanNoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PlanNote

    roadmap = factory.SubFactory(RoadmapFactory)
    kind = PlanNoteKind.RISK
    title = factory.Sequence(lambda n: f"Risk {n}")
    on = date(2026, 5, 15)


class PlanChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PlanChange

    roadmap = factory.SubFactory(RoadmapFactory)
    kind = PlanChangeKind.MOVE
    summary = "Moved an item"
