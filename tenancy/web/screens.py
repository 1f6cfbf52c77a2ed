"""Settings screens made of the declarative CRUD layer: people, teams, invitations, tokens."""

from typing import Any

from django.db.models import Count, Q

from core.web.crud import Column, FieldGroup, Panel, RecordAction, TenantCRUDView
from core.web.urls import tenant_url
from tenancy.enums import Function
from tenancy.models import ApiToken, Invitation, Membership, Team
from tenancy.services import memberships
from tenancy.web.forms import InvitationForm, MembershipForm, TeamForm

_FUNCTIONS = dict(Function.choices)
_DECIDES_FOR = Column(
    "functions",
    "Decides for",
    accessor=lambda membership: [_FUNCTIONS.get(code, code) for code in membership.functions],
    formatter="tags",
    export=lambda membership: ", ".join(membership.functions),
)


class MembershipScreen(TenantCRUDView):
    model = Membership
    icon = "users"
    label, label_plural = "Person", "People"
    actions = {"delete": "membership.remove"}
    columns = [
        Column("user", "Person", formatter="person", sort="user__name", width="l", link=True),
        Column("email", "E-mail", accessor="user.email", sort="user__email", formatter="email"),
        "role",
        _DECIDES_FOR,
        Column("is_active", "Active", formatter="boolean"),
    ]
    field_groups = [
        FieldGroup(
            "About",
            [
                "role",
                _DECIDES_FOR,
                Column("is_active", "Active", formatter="boolean"),
                Column("created_at", "Member since", formatter="date"),
            ],
            is_aside=True,
        )
    ]
    panels = [Panel("Teams", "tenancy/_member_teams.html", context="teams_panel")]
    list_template = "tenancy/people.html"
    list_select_related = detail_select_related = ["user"]
    ordering = ["user__name"]
    search_fields = ["user__name", "user__email"]
    form_class = MembershipForm
    record_actions = [
        RecordAction(
            "Remove from organization",
            "tenancy:membership_remove",
            action="membership.remove",
            icon="x",
            method="post",
            tone="danger",
            confirm="Remove this person? Their tokens stop working at once; what they did keeps their name.",
            condition=lambda membership: membership.is_active,
        )
    ]
    empty_title = "Nobody here yet"
    empty_text = "Invite people by e-mail; the role says what they may do, the functions for whom they decide."

    def title(self, obj: Membership) -> str:
        return str(obj.user)

    def subtitle(self, obj: Membership) -> str:
        return obj.user.email

    def list_context(self, page: Any) -> dict[str, Any]:
        return {
            "may_invite": self.actor.can("invitation.create"),
            "may_add_service_account": self.actor.can("service_account.manage"),
        }

    def teams_panel(self, obj: Membership) -> dict[str, Any]:
        return {"teams": Team.objects.permitted(self.actor).filter(members=obj).order_by("name", "pk")}

    def perform_update(self, form: Any) -> Membership:
        return memberships.change_membership(self.object, actor=self.actor, **form.cleaned_data)


class TeamScreen(TenantCRUDView):
    model = Team
    icon = "users"
    columns = [
        Column("name", "Team", sort=True, width="l"),
        Column("description", "Description"),
        Column(
            "size",
            "Members",
            annotate=Count("members", filter=Q(members__is_active=True)),
            formatter="number",
            sort=True,
        ),
    ]
    ordering = ["name"]
    search_fields = ["name", "description"]
    form_class = TeamForm
    field_groups = [FieldGroup("About", ["description"], is_aside=True)]
    panels = [Panel("Members", "tenancy/_team_members.html", context="members_panel")]
    empty_title = "No teams yet"
    empty_text = "A team owns initiatives and delivers roadmap items."

    def members_panel(self, obj: Team) -> dict[str, Any]:
        members = Membership.objects.permitted(self.actor).filter(teams=obj, is_active=True)
        return {"members": members.select_related("user").order_by("user__name", "pk")}

    def perform_create(self, form: Any) -> Team:
        return memberships.create_team(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Team:
        return memberships.change_team(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Team) -> None:
        memberships.delete_team(obj, actor=self.actor)


class InvitationScreen(TenantCRUDView):
    model = Invitation
    actions = {"delete": "invitation.revoke", "change": "invitation.create"}
    icon = "mail"
    columns = [
        Column("email", "E-mail", sort=True, width="l", formatter="email"),
        "role",
        Column("created_at", "Sent", formatter="ago", sort=True),
        Column("expires_at", "Expires", formatter="datetime"),
        Column("accepted_at", "Accepted", formatter="datetime"),
        Column("revoked_at", "Revoked", formatter="datetime"),
    ]
    ordering = ["-created_at"]
    search_fields = ["email"]
    form_class = InvitationForm
    excluded_operations = frozenset({"export"})
    record_actions = [
        RecordAction(
            "Revoke",
            "tenancy:invitation_revoke",
            action="invitation.revoke",
            icon="x",
            method="post",
            tone="danger",
            confirm="Revoke this invitation? Its link stops working.",
            condition=lambda invitation: invitation.accepted_at is None and invitation.revoked_at is None,
        )
    ]
    empty_title = "No invitations"
    empty_text = "An invitation is a link by e-mail that works once, for seven days."

    def perform_create(self, form: Any) -> Invitation:
        return memberships.invite(actor=self.actor, **form.cleaned_data)


class ApiTokenScreen(TenantCRUDView):
    model = ApiToken
    label, label_plural = "API token", "API tokens"
    actions = {"delete": "api_token.revoke", "change": "api_token.create"}
    icon = "key"
    columns = [
        Column("name", "Token", sort=True, width="l"),
        Column("prefix", "Starts with"),
        Column("membership", "Acts as", accessor="membership.user", formatter="person"),
        Column("scopes", "Scopes", formatter="tags"),
        Column("expires_at", "Expires", formatter="datetime", sort=True),
        Column("last_used_at", "Last used", formatter="ago", sort=True),
        Column("revoked_at", "Revoked", formatter="datetime"),
    ]
    list_template = "tenancy/tokens.html"
    field_groups = [
        FieldGroup(
            "About",
            [
                Column("membership", "Acts as", accessor="membership.user", formatter="person"),
                Column("prefix", "Starts with"),
                Column("scopes", "Scopes", formatter="tags"),
                Column("created_at", "Created", formatter="datetime"),
                Column("expires_at", "Expires", formatter="datetime"),
                Column("last_used_at", "Last used", formatter="ago"),
                Column("revoked_at", "Revoked", formatter="datetime"),
            ],
        )
    ]
    list_select_related = detail_select_related = ["membership__user"]
    ordering = ["-created_at"]
    search_fields = ["name"]
    excluded_operations = frozenset({"export"})
    record_actions = [
        RecordAction(
            "Revoke",
            "tenancy:api_token_revoke",
            action="api_token.revoke",
            icon="x",
            method="post",
            tone="danger",
            confirm="Revoke this token? Whatever uses it stops working at once.",
            condition=lambda token: token.revoked_at is None,
        )
    ]
    intro = "Tokens act for a member over REST: never more than the member may, and never more than their scopes."
    empty_title = "No tokens yet"
    empty_text = "Create one for each system that talks to Fairlead; its secret is shown once."

    def list_context(self, page: Any) -> dict[str, Any]:
        return {"may_create_token": self.actor.can("api_token.create")}

    @property
    def create_label(self) -> str:
        return "New token"

    def first_address(self) -> str:
        return tenant_url(self.actor, "tenancy:api_token_create") if self.actor.can("api_token.create") else ""
