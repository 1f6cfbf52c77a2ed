"""Memberships, invitations and teams."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import Invitation, Membership, Organization, Team, TeamMembership, User
from tenancy.scope import named_action, tenant_scope
from tenancy.services.authentication import hash_token
from tenancy.services.jobs import enqueue
from tenancy.services.saving import delete_checked, refusing_taken, save_checked

INVITATION_LIFETIME = timedelta(days=7)


class LastOwnerError(DomainError):
    """An organization always keeps an active owner."""

    code = "last_owner"


def invite(*, email: str, role: str, functions: Iterable[str] = (), actor: Actor) -> Invitation:
    """Invite somebody; a job sends the link. Only an owner may invite an owner."""
    actor.require("invitation.create")
    _require_may_grant(role, actor=actor)
    if Membership.objects.filter(user__email__iexact=email, is_active=True).exists():
        raise InvalidInputError("This person is already a member.", pointer="email")
    named_action("invitation.created")
    Invitation.objects.filter(email__iexact=email, accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())
    invitation = Invitation(
        email=email.strip().lower(),
        role=role,
        functions=list(functions),
        token_hash=hash_token(secrets.token_urlsafe(32)),
        expires_at=timezone.now() + INVITATION_LIFETIME,
    )
    invitation.full_clean(exclude=["organization"])
    invitation.save()
    enqueue("tenancy.send_invitation", actor=actor, title=f"Invite {invitation.email}", invitation=str(invitation.pk))
    return invitation


def send_invitation(invitation_id: UUID, *, actor: Actor) -> None:
    """Mail the link. Its secret is made here, so that it is never stored or handed to a job; only its hash is kept.

    A second sending makes the first link worthless.
    """
    invitation = Invitation.objects.for_update().get(pk=invitation_id)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        return
    secret = secrets.token_urlsafe(32)
    named_action("invitation.sent")
    invitation.token_hash = hash_token(secret)
    invitation.save(update_fields=["token_hash", "updated_at"])
    link = f"{settings.PUBLIC_URL}/invitations/{actor.organization.slug}/{secret}/"
    send_mail(
        f"{actor.label} invites you to {actor.organization.name} on Fairlead",
        f"Join {actor.organization.name}:\n\n{link}\n\nThe link works once, until {invitation.expires_at:%d %B %Y}.\n",
        None,
        [invitation.email],
    )


def revoke_invitation(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Make an open invitation worthless."""
    actor.require("invitation.revoke")
    named_action("invitation.revoked")
    locked = Invitation.objects.for_update().get(pk=invitation.pk)
    if locked.accepted_at is not None:
        raise DomainError("This invitation was already accepted.")
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at", "updated_at"])
    return locked


def open_invitation(*, organization: Organization, secret: str) -> Invitation | None:
    """The open invitation behind a link, or None when there is none or it has expired."""
    with tenant_scope(Actor.system(organization)):
        return Invitation.objects.filter(
            token_hash=hash_token(secret), accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
        ).first()


def accept_invitation(*, organization: Organization, secret: str, user: User) -> Membership:
    """Turn an invitation into a membership for exactly the address it was sent to, once.

    Raises DomainError when the link is spent and NotPermittedError when it was sent to somebody else.
    """
    with tenant_scope(Actor(organization=organization, role=Role.VIEWER, user=user, source="web")):
        invitation = (
            Invitation.objects.for_update()
            .filter(token_hash=hash_token(secret), accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
            .first()
        )
        if invitation is None:
            raise DomainError("This invitation was used, revoked or has expired. Ask for a new one.")
        if invitation.email.lower() != user.email.lower():
            raise NotPermittedError("This invitation was sent to another address.")
        named_action("invitation.accepted")
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at", "updated_at"])
        membership, _ = Membership.objects.update_or_create(
            user=user,
            defaults={"role": invitation.role, "functions": invitation.functions, "is_active": True},
        )
        return membership


def change_membership(
    membership: Membership, *, actor: Actor, role: str, functions: Iterable[str], is_active: bool = True
) -> Membership:
    """Change what a member may do; nobody changes their own rights, only an owner makes or unmakes owners."""
    actor.require("membership.change")
    locked = Membership.objects.for_update().get(pk=membership.pk)
    if locked.user_id == actor.user_id:
        raise NotPermittedError("You cannot change your own rights; ask another owner or admin.")
    _require_may_grant(role, actor=actor)
    _require_may_grant(locked.role, actor=actor)
    if locked.role == Role.OWNER and (role != Role.OWNER or not is_active):
        _require_other_owner(locked)
    named_action("membership.changed")
    locked.role, locked.functions, locked.is_active = role, list(functions), is_active
    locked.full_clean(exclude=["organization"])
    locked.save()
    return locked


def remove_membership(membership: Membership, *, actor: Actor) -> None:
    """End a membership; the row stays, so that the ledger and old decisions keep their names."""
    actor.require("membership.remove")
    locked = Membership.objects.for_update().get(pk=membership.pk)
    _require_may_grant(locked.role, actor=actor)
    if locked.role == Role.OWNER:
        _require_other_owner(locked)
    named_action("membership.removed")
    locked.is_active = False
    locked.save(update_fields=["is_active", "updated_at"])


def _require_may_grant(role: str, *, actor: Actor) -> None:
    if role == Role.OWNER and not actor.is_system and actor.role != Role.OWNER:
        raise NotPermittedError("Only an owner can do this to an owner.")


def _require_other_owner(membership: Membership) -> None:
    # Locks all owners, so that two owners cannot demote each other at the same moment.
    owners = list(Membership.objects.for_update().active().filter(role=Role.OWNER).order_by("pk"))
    if not any(owner.pk != membership.pk for owner in owners):
        raise LastOwnerError("The organization would be left without an owner.")


NAME_TAKEN = {"tenancy_team_name": ("name", "There is already a team of this name.")}


@transaction.atomic
def create_team(*, name: str, actor: Actor, description: str = "", members: Iterable[Membership] = ()) -> Team:
    """Create a team; raises DuplicateError when the name is taken."""
    actor.require("team.create")
    named_action("team.created")
    team = save_checked(Team(name=name, description=description), taken=NAME_TAKEN)
    TeamMembership.objects.bulk_create([TeamMembership(team=team, membership=member) for member in members])
    return team


@transaction.atomic
def create_teams(names: Iterable[str], *, actor: Actor) -> list[Team]:
    """Create teams without members, all or none; raises DuplicateError when one of the names is taken."""
    actor.require("team.create")
    teams = [Team(name=name) for name in names]
    for team in teams:
        team.clean_fields(exclude=["organization"])
    named_action("team.created")
    with refusing_taken(NAME_TAKEN):
        return Team.objects.bulk_create(teams, batch_size=1000)


@transaction.atomic
def change_team(
    team: Team, *, actor: Actor, name: str, description: str, members: Iterable[Membership] | None = None
) -> Team:
    """Rename a team or replace its members (None leaves them)."""
    actor.require("team.change")
    named_action("team.changed")
    locked: Team = Team.objects.for_update().get(pk=team.pk)
    locked.name, locked.description = name, description
    save_checked(locked, taken=NAME_TAKEN)
    if members is not None:
        _replace_members(locked, members)
    return locked


def _replace_members(team: Team, members: Iterable[Membership]) -> None:
    wanted = {member.pk for member in members}
    TeamMembership.objects.filter(team=team).exclude(membership__in=wanted).delete()
    present = set(TeamMembership.objects.filter(team=team).values_list("membership_id", flat=True))
    TeamMembership.objects.bulk_create([TeamMembership(team=team, membership_id=pk) for pk in sorted(wanted - present)])


def delete_team(team: Team, *, actor: Actor) -> None:
    """Delete a team nothing refers to; raises StillReferencedError while something does."""
    actor.require("team.delete")
    named_action("team.deleted")
    delete_checked(Team.objects.get(pk=team.pk))
