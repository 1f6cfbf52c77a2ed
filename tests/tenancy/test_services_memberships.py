"""Invitations, memberships and teams: what each service does and refuses."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.errors import DomainError, DuplicateError, InvalidInputError, NotPermittedError
from tenancy.enums import Role
from tenancy.models import Invitation, Job, Membership, Team, TeamMembership
from tenancy.scope import tenant_scope
from tenancy.services import memberships
from tests.factories.tenancy import MembershipFactory, UserFactory


@pytest.fixture
def offer(owner):
    """An invitation that was sent, and the secret in its link."""
    with tenant_scope(owner):
        invitation = memberships.invite(
            email="New@Example.com", role=Role.REVIEWER, functions=["security"], actor=owner
        )
        memberships.send_invitation(invitation.pk, actor=owner)
    return invitation, re.search(r"/invitations/acme/([^/]+)/", mail.outbox[-1].body)[1]


def test_invite_enqueues_the_mail_without_the_secret(owner):
    with tenant_scope(owner):
        invitation = memberships.invite(email="a@example.com", role=Role.VIEWER, actor=owner)
        job = Job.objects.get(name="tenancy.send_invitation")

    assert job.arguments == {"invitation": str(invitation.pk)}


def test_sent_invitation_stores_only_a_hash(offer, owner):
    invitation, secret = offer

    assert mail.outbox[0].to == ["new@example.com"]
    with tenant_scope(owner):
        assert secret.encode() not in bytes(Invitation.objects.get(pk=invitation.pk).token_hash)


def test_second_sending_makes_the_first_link_worthless(offer, owner, organization):
    invitation, secret = offer
    with tenant_scope(owner):
        memberships.send_invitation(invitation.pk, actor=owner)

    assert memberships.open_invitation(organization=organization, secret=secret) is None


def test_invitation_makes_a_member_once(offer, organization):
    _, secret = offer
    user = UserFactory(email="new@example.com")

    membership = memberships.accept_invitation(organization=organization, secret=secret, user=user)

    assert (membership.role, membership.functions) == (Role.REVIEWER, ["security"])
    with pytest.raises(DomainError, match="used, revoked or has expired"):
        memberships.accept_invitation(organization=organization, secret=secret, user=user)


def test_invitation_is_for_its_address_only(offer, organization):
    with pytest.raises(NotPermittedError):
        memberships.accept_invitation(organization=organization, secret=offer[1], user=UserFactory())


def test_expired_invitation_is_worthless(offer, organization, owner):
    with tenant_scope(owner):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert memberships.open_invitation(organization=organization, secret=offer[1]) is None


def test_inviting_a_member_is_refused(owner):
    with tenant_scope(owner), pytest.raises(InvalidInputError) as refusal:
        memberships.invite(email=owner.user.email.upper(), role=Role.VIEWER, actor=owner)
    assert refusal.value.pointer == "email"


def test_admin_cannot_make_an_owner(actor_with):
    admin = actor_with(Role.ADMIN)
    with tenant_scope(admin), pytest.raises(NotPermittedError, match="Only an owner"):
        memberships.invite(email="x@example.com", role=Role.OWNER, actor=admin)


def test_nobody_changes_their_own_rights(owner):
    with tenant_scope(owner), pytest.raises(NotPermittedError, match="your own rights"):
        memberships.change_membership(
            Membership.objects.get(user=owner.user), actor=owner, role=Role.VIEWER, functions=[]
        )


def test_last_owner_stays(owner, actor_with):
    second = actor_with(Role.OWNER)
    with tenant_scope(owner):
        memberships.remove_membership(Membership.objects.get(user=second.user), actor=owner)
        with pytest.raises(memberships.LastOwnerError):
            memberships.remove_membership(Membership.objects.get(user=owner.user), actor=owner)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PRODUCT_MANAGER, Role.AUDITOR, Role.SERVICE_ACCOUNT])
def test_members_without_the_right_cannot_invite(actor_with, role):
    actor = actor_with(role)
    with tenant_scope(actor):
        with pytest.raises(NotPermittedError):
            memberships.invite(email="x@example.com", role=Role.VIEWER, actor=actor)
        assert not Invitation.objects.exists()


def test_team_members_are_replaced(owner):
    with tenant_scope(owner):
        first, second = MembershipFactory(), MembershipFactory()
        team = memberships.create_team(name="Vision", members=[first], actor=owner)

        memberships.change_team(team, actor=owner, name="Vision", description="", members=[second])

        assert list(TeamMembership.objects.values_list("membership_id", flat=True)) == [second.pk]


def test_create_teams_makes_all_or_none(scope):
    made = memberships.create_teams(["Search", "Vision"], actor=scope)

    with pytest.raises(DuplicateError, match="already a team of this name"):
        memberships.create_teams(["Speech", "Vision"], actor=scope)
    with pytest.raises(ValidationError, match="blank"):
        memberships.create_teams(["Robots", ""], actor=scope)

    assert sorted(Team.objects.values_list("name", flat=True)) == sorted(team.name for team in made)


def test_create_teams_needs_the_right(scope, viewer):
    with pytest.raises(NotPermittedError):
        memberships.create_teams(["Search"], actor=viewer)
