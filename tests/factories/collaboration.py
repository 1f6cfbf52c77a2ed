"""Factories of collaboration; they need an open scope."""

import factory

from collaboration.enums import DocumentKind, FieldType
from collaboration.models import CustomField, Document, DocumentSection, DocumentTemplate, SavedView
from tests.factories.portfolio import InitiativeFactory
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


class DocumentTemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DocumentTemplate

    name = factory.Sequence(lambda n: f"Template {n:03}")
    kind = DocumentKind.OTHER
    sections = factory.LazyFunction(lambda: [{"key": "why", "title": "Why"}])


class DocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Document

    title = factory.Sequence(lambda n: f"Document {n:03}")
    kind = DocumentKind.PRD
    target_model = "portfolio.initiative"
    target_id = factory.LazyFunction(lambda: InitiativeFactory().pk)


class DocumentSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DocumentSection

    document = factory.SubFactory(DocumentFactory)
    position = factory.Sequence(lambda n: n + 1)
    key = factory.Sequence(lambda n: f"section{n}")
    title = factory.Sequence(lambda n: f"Section {n:03}")
    text = "One word more."
