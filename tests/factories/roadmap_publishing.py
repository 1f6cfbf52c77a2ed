"""Factories of public links and exports; they need an open scope."""

import secrets

import factory

from roadmap.enums import Audience, PublishedField
from roadmap.models import PublicLink, PublicLinkTally, RoadmapExport, RoadmapExportFile
from tenancy.models import Membership
from tenancy.scope import current_actor
from tenancy.services.authentication import hash_token
from tests.factories.roadmap import RoadmapFactory


class PublicLinkFactory(factory.django.DjangoModelFactory):
    """A link that tells everything; `secret` chooses its secret."""

    class Meta:
        model = PublicLink

    class Params:
        secret = factory.LazyFunction(lambda: secrets.token_urlsafe(32))

    roadmap = factory.SubFactory(RoadmapFactory)
    name = factory.Sequence(lambda n: f"Link {n}")
    audience = Audience.FULL
    allowed_fields = factory.LazyFunction(lambda: list(PublishedField.values))
    token_start = factory.LazyAttribute(lambda link: link.secret[:6])
    token_hash = factory.LazyAttribute(lambda link: hash_token(link.secret))


class PublicLinkTallyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PublicLinkTally

    link = factory.SubFactory(PublicLinkFactory)


class RoadmapExportFactory(factory.django.DjangoModelFactory):
    """A finished CSV asked for by the person of the open scope."""

    class Meta:
        model = RoadmapExport

    roadmap = factory.SubFactory(RoadmapFactory)
    file_format = "csv"
    requested_by = factory.LazyFunction(lambda: Membership.objects.filter(user_id=current_actor().user_id).first())


class RoadmapExportFileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoadmapExportFile

    export = factory.SubFactory(RoadmapExportFactory)
    content = b"Title\r\n"
