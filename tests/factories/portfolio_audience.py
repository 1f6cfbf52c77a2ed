"""Factories of capabilities, stakeholders and feedback; they need an open scope."""

from datetime import date

import factory

from portfolio.enums import FeedbackKind
from portfolio.models import (
    Capability,
    CapabilityDependency,
    CapabilityInitiative,
    Feedback,
    FeedbackLink,
    PulseAnswer,
    Stakeholder,
)
from tests.factories.portfolio import InitiativeFactory


class CapabilityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Capability

    name = factory.Sequence(lambda n: f"Capability {n}")


class CapabilityDependencyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CapabilityDependency

    consumer = factory.SubFactory(CapabilityFactory)
    provider = factory.SubFactory(CapabilityFactory)


class CapabilityInitiativeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CapabilityInitiative

    capability = factory.SubFactory(CapabilityFactory)
    initiative = factory.SubFactory(InitiativeFactory)


class StakeholderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Stakeholder

    initiative = factory.SubFactory(InitiativeFactory)
    name = factory.Sequence(lambda n: f"Stakeholder {n}")


class PulseAnswerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PulseAnswer

    stakeholder = factory.SubFactory(StakeholderFactory)
    answered_on = date(2026, 5, 1)
    score = 4


class FeedbackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Feedback

    kind = FeedbackKind.CALL
    title = factory.Sequence(lambda n: f"Feedback {n}")
    received_on = date(2026, 5, 1)


class FeedbackLinkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FeedbackLink

    feedback = factory.SubFactory(FeedbackFactory)
    initiative = factory.SubFactory(InitiativeFactory)
