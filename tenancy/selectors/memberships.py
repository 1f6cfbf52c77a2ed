"""Reads that span tenancy's tables."""

from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from tenancy.enums import Role


class OwnMembership(NamedTuple):
    """An organization a person belongs to, and their role in it."""

    organization_id: UUID
    name: str
    slug: str
    role: str

    @property
    def role_label(self) -> str:
        """The role as people read it."""
        return Role(self.role).label


def memberships_of(user: AbstractBaseUser | AnonymousUser) -> list[OwnMembership]:
    """The person's own active memberships in every organization, by organization name."""
    if user.pk is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tenancy_memberships_of(%s)", [user.pk])
        return [OwnMembership(*row) for row in cursor.fetchall()]
