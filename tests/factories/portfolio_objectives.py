"""Factories of objectives; they need an open scope."""

from decimal import Decimal

import factory

from portfolio.models import KeyResult, Objective, ObjectiveInitiative
from tests.factories.portfolio import InitiativeFactory


class ObjectiveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Objective

    title = factory.Sequence(lambda n: f"Objective {n}")


class KeyResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KeyResult

    objective = factory.SubFactory(ObjectiveFactory)
    title = factory.Sequence(lambda n: f"Key result {n}")
    start_value = Decimal(0)
    target_value = Decimal(100)


class ObjectiveInitiativeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ObjectiveInitiative

    objective = factory.SubFactory(ObjectiveFactory)
    initiative = factory.SubFactory(InitiativeFactory)
