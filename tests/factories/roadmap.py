"""Factories of the roadmap; they need an open scope."""

from datetime import date

import factory

from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from tests.factories.portfolio import InitiativeFactory, ThemeFactory
from tests.factories.tenancy import TeamFactory


class RoadmapFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Roadmap

    name = factory.Sequence(lambda n: f"Roadmap {n}")


class RoadmapItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoadmapItem

    roadmap = factory.SubFactory(RoadmapFactory)
    title = factory.Sequence(lambda n: f"Item {n}")
    start_on = date(2026, 3, 2)
    end_on = date(2026, 3, 27)


class MilestoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Milestone

    roadmap = factory.SubFactory(RoadmapFactory)
    title = factory.Sequence(lambda n: f"Milestone {n}")
    due_on = date(2026, 6, 30)


class DependencyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dependency

    predecessor = factory.SubFactory(RoadmapItemFactory)
    successor = factory.SubFactory(
        RoadmapItemFactory,
        roadmap=factory.SelfAttribute("..predecessor.roadmap"),
        start_on=date(2026, 4, 1),
        end_on=date(2026, 4, 30),
    )


def fill_roadmap(roadmap, count):
    """Items with a team, an initiative and a theme each, one milestone and one dependency per item."""
    for _ in range(count):
        initiative = InitiativeFactory(theme=ThemeFactory())
        item = RoadmapItemFactory(roadmap=roadmap, owning_team=TeamFactory(), initiative=initiative)
        MilestoneFactory(roadmap=roadmap, initiative=initiative)
        DependencyFactory(predecessor=item)
        RoadmapItemFactory(roadmap=roadmap, initiative=initiative, start_on=None, end_on=None)
