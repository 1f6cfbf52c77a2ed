"""Reads that span tenancy's tables."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from tenancy.models import Membership
from tenancy.scope import own_rows_of


def memberships_of(user: AbstractBaseUser | AnonymousUser) -> list[Membership]:
    """The person's own active memberships in every organization, by organization name."""
    if user.pk is None:
        return []
    with own_rows_of(user.pk):
        return list(
            Membership.unscoped(reason="a person's own memberships, bounded by row security to app.user_id")
            .select_related("organization")
            .filter(user_id=user.pk, is_active=True)
            .order_by("organization__name", "pk")
        )
