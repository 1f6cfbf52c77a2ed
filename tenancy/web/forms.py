"""Forms of the settings pages."""

from typing import Any

from django import forms

from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm, TenantMultipleChoiceField
from tenancy.enums import Function, TokenScope
from tenancy.models import Invitation, Membership, Organization, Team


class MemberChoiceField(TenantChoiceField):
    """One active member, shown by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("tenancy.Membership", **kwargs)

    def bind_actor(self, actor: Any) -> None:
        """Limit the choices to active members the actor may see."""
        super().bind_actor(actor)
        self.queryset = self.queryset.active()

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.user)


class OrganizationForm(forms.ModelForm):
    """Name and money of an organization."""

    class Meta:
        model = Organization
        fields = ["name", "currency", "discount_rate"]


class MembershipForm(TenantModelForm):
    """What a member may do and for whom they decide."""

    functions = forms.MultipleChoiceField(choices=Function.choices, required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Membership
        fields = ["role", "functions", "is_active"]
        labels = {"is_active": "Active"}


class InvitationForm(TenantModelForm):
    """Whom to invite, as what."""

    functions = forms.MultipleChoiceField(choices=Function.choices, required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Invitation
        fields = ["email", "role", "functions"]
        labels = {"email": "E-mail"}


class TeamForm(TenantModelForm):
    """A team and its members."""

    members = TenantMultipleChoiceField(
        "tenancy.Membership", required=False, widget=forms.CheckboxSelectMultiple, label="Members"
    )

    class Meta:
        model = Team
        fields = ["name", "description"]

    field_order = ["name", "description", "members"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.created_at:
            self.initial.setdefault("members", list(self.instance.members.values_list("pk", flat=True)))


class ApiTokenForm(TenantForm):
    """A new token: what for, how far it reaches, how long it lives."""

    name = forms.CharField(max_length=120, help_text="What will use it, for example “nightly KPI feed”.")
    owner = forms.ModelChoiceField(
        queryset=Membership._base_manager.none(), label="Acts as", help_text="Yourself, or a service account."
    )
    scopes = forms.MultipleChoiceField(
        choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple, initial=[TokenScope.READ]
    )
    expires_at = forms.DateTimeField(
        required=False,
        label="Expires",
        help_text="UTC. Leave empty for a token that does not expire.",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.active().select_related("user")
        own = members.filter(user_id=self.actor.user_id)
        if self.actor.can("service_account.manage"):
            own = own | members.filter(user__is_service_account=True)
        self.fields["owner"].queryset = own
        self.fields["owner"].initial = own.filter(user_id=self.actor.user_id).first()


class ServiceAccountForm(TenantForm):
    """A member that is no person."""

    name = forms.CharField(max_length=150, help_text="The system that will act, for example “Data warehouse”.")


class JoinForm(forms.Form):
    """What a person new to the installation enters to accept an invitation."""

    name = forms.CharField(max_length=150, label="Your name")
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), help_text="At least ten characters."
    )
