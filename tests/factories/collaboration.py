"""Factories of collaboration; they need an open scope."""

import factory

from collaboration.models import SavedView
from tests.factories.tenancy import MembershipFactory


class SavedViewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SavedView

    owner = factory.SubFactory(MembershipFactory)
    screen = "portfolio:initiative_list"
    name = factory.Sequence(lambda n: f"View {n:03}")
    query = factory.LazyFunction(lambda: {"stage": ["beta", "ga"]})
