"""Factories for scenarios of roadmaps."""

import factory
from django.utils import timezone

from roadmap.enums.scenario import ScenarioField
from roadmap.models import Scenario, ScenarioChange
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory


class ScenarioFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Scenario

    roadmap = factory.SubFactory(RoadmapFactory)
    name = factory.Sequence(lambda number: f"Scenario {number}")
    based_at = factory.LazyFunction(timezone.now)


class ScenarioChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScenarioChange

    scenario = factory.SubFactory(ScenarioFactory)
    item = factory.SubFactory(RoadmapItemFactory, roadmap=factory.SelfAttribute("..scenario.roadmap"))
    item_key = factory.SelfAttribute("item.pk")
    title = factory.SelfAttribute("item.title")
    field = ScenarioField.LANE
    base_value = ""
    new_value = "Later"
