"""Factories of the integrations; they need an open scope."""

from hashlib import sha256

import factory

from integrations.enums import ImportFormat, ImportStatus, Relation
from integrations.models import ExternalReference, ImportRun
from tests.factories.portfolio import InitiativeFactory


class ExternalReferenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ExternalReference
        exclude = ["initiative"]

    initiative = factory.SubFactory(InitiativeFactory)
    system = "tracker"
    external_id = factory.Sequence(lambda n: f"T-{n}")
    relation = Relation.SAME
    target_model = "portfolio.initiative"
    target_id = factory.SelfAttribute("initiative.pk")


class ImportRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ImportRun

    file_name = factory.Sequence(lambda n: f"portfolio_{n}.csv")
    format = ImportFormat.CSV
    content = b"id,title\nF-1,From a file\n"
    digest = factory.LazyAttribute(lambda run: sha256(run.content).hexdigest())
    portfolio_name = "Imported"
    system = "tracker"
    status = ImportStatus.UPLOADED
