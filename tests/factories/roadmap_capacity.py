"""Factories of resources, capacities, demands and allocation targets; they need an open scope."""

from datetime import date
from decimal import Decimal

import factory

from portfolio.enums import InitiativeKind
from roadmap.models import AllocationTarget, Resource, ResourceDemand, TeamCapacity
from tests.factories.roadmap import RoadmapItemFactory
from tests.factories.tenancy import TeamFactory


class ResourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Resource

    name = factory.Sequence(lambda n: f"Role {n}")
    unit = "FTE"


class TeamCapacityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TeamCapacity

    team = factory.SubFactory(TeamFactory)
    resource = factory.SubFactory(ResourceFactory)
    month = date(2026, 3, 1)
    amount = Decimal(2)


class ResourceDemandFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ResourceDemand

    item = factory.SubFactory(RoadmapItemFactory)
    resource = factory.SubFactory(ResourceFactory)
    likely = Decimal(1)
    low = factory.SelfAttribute("likely")
    high = factory.SelfAttribute("likely")


class AllocationTargetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AllocationTarget

    quarter = date(2026, 1, 1)
    kind = InitiativeKind.FEATURE
    share = Decimal("0.5")
