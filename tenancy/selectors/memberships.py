"""Reads that span tenancy's tables."""

from tenancy.models import Membership, User
from tenancy.scope import own_rows_of


def memberships_of(user: User) -> list[Membership]:
    """The person's own active memberships in every organization, by organization name."""
    with own_rows_of(user.pk):
        return list(
            Membership.unscoped(reason="a person's own memberships, bounded by row security to app.user_id")
            .select_related("organization")
            .filter(user=user, is_active=True)
            .order_by("organization__name", "pk")
        )
