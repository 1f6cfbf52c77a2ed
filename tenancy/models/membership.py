"""Memberships, teams and invitations: who belongs to an organization and in what capacity."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenancy.enums import Function, Role
from tenancy.models.base import TenantForeignKey, TenantOwned
from tenancy.querysets import MembershipQuerySet, TenantManager


class Membership(TenantOwned):
    """A person in an organization: the role says what they may do, the functions for whom they decide."""

    label_related = ("user",)
    row_security_also_visible = "user_id = nullif(current_setting('app.user_id', true), '')::uuid"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role, default=Role.VIEWER)
    functions = ArrayField(models.CharField(max_length=20, choices=Function), default=list, blank=True)
    is_active = models.BooleanField(default=True)

    objects = TenantManager.from_queryset(MembershipQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "user", name="tenancy_membership_user"),
        ]
        ordering = ["user__name", "id"]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Team(TenantOwned):
    """A group of people that owns initiatives and delivers roadmap items."""

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    members = models.ManyToManyField(Membership, through="TeamMembership", related_name="teams")

    class Meta:
        constraints = [models.UniqueConstraint("organization", "name", name="tenancy_team_name")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class TeamMembership(TenantOwned):
    """A member's place in a team."""

    label_related = ("team", "membership__user")

    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "team", "membership", name="tenancy_teammembership_member")
        ]

    def __str__(self) -> str:
        return f"{self.membership.user} in {self.team}"


class Invitation(TenantOwned):
    """An offer of membership sent by e-mail; the link's secret is stored only as a hash."""

    ledger_hidden = ("token_hash",)

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=Role, default=Role.VIEWER)
    functions = ArrayField(models.CharField(max_length=20, choices=Function), default=list, blank=True)
    token_hash = models.BinaryField(max_length=32, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["organization", "email"], name="tenancy_invitation_email")]
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.email
