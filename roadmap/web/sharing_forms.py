"""Forms of public links."""

from collections.abc import Iterable
from typing import Any

from django import forms

from collaboration.models import SavedView
from core.web.forms import TenantForm
from roadmap.enums import Audience, LinkKind, PlanGrouping, PublishedField
from roadmap.services.public_links import LONGEST_PASSWORD, SHORTEST_PASSWORD

_DEFAULT_FIELDS = [PublishedField.STATUS, PublishedField.MILESTONES]
_PASSWORD_HELP = f"{SHORTEST_PASSWORD} characters or more. Pages only: calendars and frames cannot enter one."


class LinkSettingsForm(TenantForm):
    """What a link tells, to whom, and until when."""

    name = forms.CharField(max_length=120, help_text="For you: who gets it, and what for.")
    audience = forms.ChoiceField(
        label="Dates", choices=Audience.choices, initial=Audience.QUARTERS_ONLY, widget=forms.RadioSelect
    )
    allowed_fields = forms.MultipleChoiceField(
        label="Shows besides titles",
        choices=PublishedField.choices,
        required=False,
        initial=_DEFAULT_FIELDS,
        widget=forms.CheckboxSelectMultiple,
        help_text="What is not ticked never leaves the server.",
    )
    grouping = forms.ChoiceField(
        label="Grouped by",
        choices=PlanGrouping.choices,
        initial=PlanGrouping.NONE,
        help_text="What a link may show, and nothing else: no objectives, no fields of your own. Tick it above too.",
    )
    expires_at = forms.DateTimeField(
        label="Expires",
        required=False,
        help_text="UTC. Empty: open until you revoke it.",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    allowed_origins = forms.CharField(
        label="Sites that may embed it",
        required=False,
        max_length=2100,
        widget=forms.Textarea({"rows": 2}),
        help_text="For an embedded page: one a line, such as https://intranet.example.com. Empty: none.",
    )

    def clean_allowed_origins(self) -> list[str]:
        """One site a line."""
        return str(self.cleaned_data["allowed_origins"]).split()


class PublishForm(LinkSettingsForm):
    """A new link."""

    kind = forms.ChoiceField(label="Opens", choices=LinkKind.choices, initial=LinkKind.PAGE, widget=forms.RadioSelect)
    password = forms.CharField(
        required=False,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=f"Empty: none. {_PASSWORD_HELP}",
    )
    view = forms.ChoiceField(
        label="Items",
        required=False,
        help_text="A saved view that is meant for public links is followed: the link changes with its filters.",
    )
    field_order = ["name", "kind", "view"]

    def __init__(self, *args: Any, views: Iterable[tuple[SavedView, str]] = (), **kwargs: Any) -> None:
        """`views` are what a link may follow, each with what it is grouped by where a link cannot be, else empty."""
        super().__init__(*args, **kwargs)
        followed = [(str(view.pk), _described(view, untold)) for view, untold in views]
        self.fields["view"].choices = [("", "What your filters leave now"), *followed]


def _described(view: SavedView, untold: str) -> str:
    return f"{view.name} (without its groups: {untold.lower()})" if untold else view.name


class LinkChangeForm(LinkSettingsForm):
    """Other settings for a link whose address stays."""

    password = forms.CharField(
        label="New password",
        required=False,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=f"Empty: stays as it is. {_PASSWORD_HELP}",
    )
    without_password = forms.BooleanField(label="Ask for no password", required=False)

    def clean(self) -> dict[str, Any]:
        """The password only when it changes."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        takes_away = cleaned.pop("without_password", False)
        if takes_away:
            cleaned["password"] = ""
        elif not cleaned.get("password"):
            cleaned.pop("password", None)
        return cleaned
