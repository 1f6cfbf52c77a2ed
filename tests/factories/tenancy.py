"""Factories of tenancy; tenant rows need an open scope."""

import factory

from tenancy.enums import Role
from tenancy.models import Membership, Organization, Team, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password("correct horse battery")


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")
    slug = factory.Sequence(lambda n: f"organization-{n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        from tenancy.actor import Actor  # noqa: PLC0415 - keeps the factory module importable before Django is ready
        from tenancy.scope import tenant_scope  # noqa: PLC0415 - imports models, as does the line above

        organization = model_class(*args, **kwargs)
        with tenant_scope(Actor.system(organization)):
            organization.save(force_insert=True)
        return organization


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.VIEWER


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
