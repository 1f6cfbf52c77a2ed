"""Who takes part: the membership behind an actor, and everybody whose role may decide."""

from governance.calc.plan import Approver
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.permissions import action_named


def membership_of(actor: Actor) -> Membership | None:
    """The actor's active membership as it is now; None for the system or somebody who has left."""
    if actor.user is None:
        return None
    return Membership.objects.active().select_related("user").filter(user=actor.user_id).first()


def deciders() -> list[Membership]:
    """Active members whose role may decide on approvals, by name."""
    roles = action_named("approval_request.decide").roles
    return list(Membership.objects.active().select_related("user").filter(role__in=roles))


def as_approver(membership: Membership) -> Approver:
    """A member as the plan counts them, with what they hold now."""
    return Approver(key=str(membership.pk), role=membership.role, functions=frozenset(membership.functions))
