"""Factories of collaboration; they need an open scope."""

import factory

from collaboration.enums import FieldType
from collaboration.models import CustomField, SavedView
from tests.factories.tenancy import MembershipFactory


class SavedViewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SavedView

    owner = factory.SubFactory(MembershipFactory)
    screen = "portfolio:initiative_list"
    name = factory.Sequence(lambda n: f"View {n:03}")
    query = factory.LazyFunction(lambda: {"stage": ["beta", "ga"]})


class CustomFieldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CustomField

    target_model = "portfolio.initiative"
    key = factory.Sequence(lambda n: f"field{n}")
    label = factory.Sequence(lambda n: f"Field {n:03}")
    type = FieldType.TEXT
    position = factory.Sequence(lambda n: n + 1)
