"""Who somebody is in the organization."""

from tenancy.actor import Actor
from tenancy.models import Membership


def membership_of(actor: Actor) -> Membership | None:
    """The actor's membership; None for the system itself, or somebody who has left."""
    return None if actor.user is None else Membership.objects.active().filter(user=actor.user_id).first()
