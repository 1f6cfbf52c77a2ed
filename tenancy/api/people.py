"""Memberships, service accounts, teams and invitations."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from tenancy.api.actions import record_action
from tenancy.api.serializers import (
    InvitationSerializer,
    MembershipSerializer,
    ServiceAccountSerializer,
    TeamSerializer,
)
from tenancy.api.viewsets import TenantViewSet
from tenancy.filters import InvitationFilterSet, MembershipFilterSet, TeamFilterSet
from tenancy.models import Invitation, Membership, Team, TeamMembership
from tenancy.services import memberships, tokens


class MembershipViewSet(TenantViewSet):
    """Who belongs to the organization; people join by invitation."""

    model = Membership
    serializer_class = MembershipSerializer
    filterset_class = MembershipFilterSet
    ordering_fields = ("user__name", "role")
    search_fields = ("user__name", "user__email")
    rights = {"destroy": "membership.remove"}

    def perform_update(self, serializer: Any) -> Membership:
        membership = serializer.instance
        changes = {name: getattr(membership, name) for name in ("role", "functions", "is_active")}
        return memberships.change_membership(membership, actor=self.actor, **(changes | serializer.validated_data))

    def perform_destroy(self, instance: Membership) -> None:
        memberships.remove_membership(instance, actor=self.actor)


class ServiceAccountViewSet(TenantViewSet):
    """Members that are no persons; they act by API token."""

    model = Membership
    serializer_class = ServiceAccountSerializer
    rights = {"create": "service_account.manage"}

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(user__is_service_account=True)

    def perform_create(self, serializer: Any) -> Membership:
        return tokens.create_service_account(name=serializer.validated_data["user"]["name"], actor=self.actor)


class TeamViewSet(TenantViewSet):
    """Groups of people that own initiatives and deliver roadmap items."""

    model = Team
    serializer_class = TeamSerializer
    filterset_class = TeamFilterSet
    ordering_fields = ("name",)
    search_fields = ("name", "description")

    def get_queryset(self) -> Any:
        members = TeamMembership.objects.filter(team=OuterRef("pk")).order_by("membership_id")
        return super().get_queryset().annotate(member_ids=ArraySubquery(members.values("membership_id")))

    def perform_create(self, serializer: Any) -> Team:
        return memberships.create_team(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Team:
        team = serializer.instance
        changes = {"name": team.name, "description": team.description} | serializer.validated_data
        return memberships.change_team(team, actor=self.actor, **changes)

    def perform_destroy(self, instance: Team) -> None:
        memberships.delete_team(instance, actor=self.actor)


class InvitationViewSet(TenantViewSet):
    """Offers of membership; the link's secret goes by e-mail and is never answered here."""

    model = Invitation
    serializer_class = InvitationSerializer
    filterset_class = InvitationFilterSet
    ordering_fields = ("expires_at",)

    def perform_create(self, serializer: Any) -> Invitation:
        return memberships.invite(actor=self.actor, **serializer.validated_data)

    @record_action("invitation.revoke")
    def revoke(self, instance: Invitation, data: dict[str, Any]) -> Invitation:
        """Make an open invitation worthless."""
        return memberships.revoke_invitation(instance, actor=self.actor)
