"""What tenancy puts into the shell: menus, navigation, people to choose from, the history tab."""

from typing import Any

from django.urls import reverse

from core.web.choosers import register_chooser
from core.web.forms import register_choices
from core.web.history import Change, HistoryEntry, register_history_provider
from core.web.navigation import register_item, register_section
from core.web.palette import register_command
from core.web.shell import Link, register_organization_links, register_user_menu
from core.web.tones import register_tones
from tenancy.models import Membership, User
from tenancy.selectors.history import events_of_record
from tenancy.selectors.memberships import memberships_of


def register() -> None:
    """Called once when the apps are ready."""
    register_organization_links(organization_links)
    register_user_menu(user_menu)
    register_history_provider(history_entries)
    register_choices("tenancy.User", people_of)
    register_choices("tenancy.Membership", members_of)
    register_chooser(
        "tenancy.Membership",
        ordering=["-is_active", "user__name", "pk"],
        related=["user"],
        note=lambda row: "" if row.is_active else "no longer active",
    )
    register_tones({"waiting": "info", "succeeded": "success", "failed": "danger", "cancelled": "neutral"})
    register_section("settings", "Settings", icon="settings", order=90)
    for label, name, icon, action, order in (
        ("People", "membership_list", "users", "membership.view", 10),
        ("Teams", "team_list", "users-group", "team.view", 20),
        ("Invitations", "invitation_list", "mail", "invitation.view", 30),
        ("API tokens", "api_token_list", "key", "api_token.view", 40),
        ("Audit ledger", "ledger", "shield-check", "ledger.view", 50),
        ("Organization", "organization_settings", "building", "organization.change", 60),
    ):
        register_item("settings", label, f"tenancy:{name}", icon=icon, action=action, order=order)
    register_command("Invite a person", "tenancy:invitation_create", action="invitation.create", icon="mail")
    register_command("New API token", "tenancy:api_token_create", action="api_token.create", icon="key")
    register_command("New team", "tenancy:team_create", action="team.create", icon="plus")


def organization_links(request: Any) -> list[Link]:
    """Every organization of the signed-in person."""
    current = getattr(request.actor, "organization", None)
    return [
        Link(found.name, f"/{found.slug}/", is_current=current is not None and found.organization_id == current.pk)
        for found in memberships_of(request.user)
    ]


def user_menu(request: Any) -> list[Link]:
    return [
        Link("Two-step sign-in", reverse("mfa_index"), icon="lock"),
        Link("Change password", reverse("account_change_password"), icon="key"),
        Link("Sign out", reverse("account_logout"), icon="logout", is_post=True),
    ]


def people_of(actor: Any) -> Any:
    """The organization's active people, for choices."""
    return User.objects.filter(pk__in=Membership.objects.active().values("user_id")).order_by("name", "pk")


def members_of(actor: Any) -> Any:
    """Memberships the actor may see, by name; with their people, whose names are what is shown."""
    return Membership.objects.permitted(actor, "view").select_related("user").order_by("user__name", "pk")


def history_entries(actor: Any, obj: Any) -> list[HistoryEntry]:
    """The record's ledger events for its history tab."""
    return [
        HistoryEntry(
            at=event.at,
            actor_label=event.actor_label,
            action_label=event.action_label,
            reason=event.reason,
            changes=[Change(change.label, change.before, change.after) for change in event.changes],
        )
        for event in events_of_record(obj)
    ]
