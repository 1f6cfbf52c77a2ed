"""Forms of the roadmap's screens."""

from typing import Any

from core.errors import InvalidInputError
from core.web.forms import TenantChoiceField, TenantModelForm, add_refusal
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.validators import require_schedule


class RoadmapForm(TenantModelForm):
    class Meta:
        model = Roadmap
        fields = ["name", "portfolio", "cascade_policy", "description"]


class RoadmapItemForm(TenantModelForm):
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

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
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


class DependencyForm(TenantModelForm):
    predecessor = TenantChoiceField(RoadmapItem, help_text="What has to happen first.")
    successor = TenantChoiceField(RoadmapItem, help_text="What waits for it.")

    class Meta:
        model = Dependency
        fields = ["predecessor", "successor", "kind", "lag_days", "strength", "note"]


class DependencyChangeForm(TenantModelForm):
    class Meta:
        model = Dependency
        fields = ["kind", "lag_days", "strength", "note"]
