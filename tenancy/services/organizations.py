"""Organizations: founding one and changing its settings."""

from django.db import transaction

from core.errors import InvalidInputError
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import Membership, Organization, User
from tenancy.models.organization import RESERVED_SLUGS
from tenancy.scope import named_action, tenant_scope


def create_organization(*, name: str, slug: str, owner: User, currency: str = "EUR") -> Organization:
    """Found an organization with its first owner.

    Raises InvalidInputError for a slug that is taken or that is a path of the installation itself.
    """
    if slug in RESERVED_SLUGS:
        raise InvalidInputError(f"“{slug}” is reserved.", pointer="slug")
    organization = Organization(name=name, slug=slug, currency=currency)
    organization.full_clean()
    with transaction.atomic(), tenant_scope(Actor.system(organization)):
        named_action("organization.created")
        organization.save(force_insert=True)
        Membership.objects.create(user=owner, role=Role.OWNER)
    return organization


def change_organization(organization: Organization, *, actor: Actor, **changes: object) -> Organization:
    """Change name, currency or discount rate; raises NotPermittedError and ValidationError."""
    actor.require("organization.change")
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    for field in ("name", "currency", "discount_rate"):
        if field in changes:
            setattr(locked, field, changes[field])
    locked.full_clean()
    named_action("organization.changed")
    locked.save()
    return locked
