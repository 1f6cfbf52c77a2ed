"""Forms of the roadmap's screens."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import EMPTY_VALUES

from core.errors import InvalidInputError
from core.web.forms import NO_CHOICE, TenantChoiceField, TenantModelForm, add_refusal
from roadmap.enums import RescopeReason
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.services.rescopes import LONGEST_NOTE
from roadmap.validators import require_schedule


class KeepsWhatIsNotSaid(TenantModelForm):
    """A form whose `optional` fields may be missing: a new row has the model's default then, an old one stays."""

    optional: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.optional:
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.optional:
            if cleaned.get(name) in EMPTY_VALUES:
                cleaned.pop(name, None)
        return cleaned


class RoadmapForm(KeepsWhatIsNotSaid):
    optional = ("cascade_policy",)

    class Meta:
        model = Roadmap
        fields = ["name", "portfolio", "cascade_policy", "description"]


class RoadmapItemForm(KeepsWhatIsNotSaid):
    """An item; one that is promised is asked for the reason when its promise changes."""

    optional = ("kind", "date_precision", "scheduling", "progress")

    reason_code = forms.ChoiceField(
        label="Why the promise changes",
        choices=[("", NO_CHOICE), *RescopeReason.choices],
        required=False,
        help_text="Needed when the dates of a committed item move, or the commitment is withdrawn.",
    )
    rescope_note = forms.CharField(label="What to say with it", max_length=LONGEST_NOTE, required=False)

    class Meta:
        model = RoadmapItem
        fields = [
            "title",
            "roadmap",
            "start_on",
            "end_on",
            "status",
            "initiative",
            "owning_team",
            "lane",
            "release",
            "scheduling",
            "date_precision",
            "duration_low",
            "duration_likely",
            "duration_high",
            "progress",
            "confidence",
            "kind",
            "external_party",
            "is_committed",
            "position",
            "description",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_committed or self.instance._state.adding:
            del self.fields["reason_code"], self.fields["rescope_note"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # A date that could not be read is not a missing one.
        if "start_on" in cleaned and "end_on" in cleaned:
            try:
                require_schedule(cleaned["start_on"], cleaned["end_on"])
            except InvalidInputError as error:
                add_refusal(self, error)
        return cleaned


class MilestoneForm(TenantModelForm):
    class Meta:
        model = Milestone
        fields = ["title", "roadmap", "due_on", "kind", "release", "initiative"]


class DependencyForm(KeepsWhatIsNotSaid):
    optional = ("strength",)
    predecessor = TenantChoiceField(RoadmapItem, help_text="What has to happen first.")
    successor = TenantChoiceField(RoadmapItem, help_text="What waits for it.")

    class Meta:
        model = Dependency
        fields = ["predecessor", "successor", "kind", "lag_days", "strength", "note"]


class DependencyChangeForm(KeepsWhatIsNotSaid):
    optional = ("strength",)

    class Meta:
        model = Dependency
        fields = ["kind", "lag_days", "strength", "note"]
