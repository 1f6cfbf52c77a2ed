"""Forms of the roadmap's screens."""

from typing import Any

from core.web.forms import TenantChoiceField, TenantModelForm
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem


class RoadmapForm(TenantModelForm):
    class Meta:
        model = Roadmap
        fields = ["name", "portfolio", "description"]


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
            "confidence",
            "position",
            "description",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start_on, end_on = cleaned.get("start_on"), cleaned.get("end_on")
        if start_on and end_on and end_on < start_on:
            self.add_error("end_on", "The end must not lie before the start.")
        return cleaned


class MilestoneForm(TenantModelForm):
    class Meta:
        model = Milestone
        fields = ["title", "roadmap", "due_on", "kind", "initiative"]


class ItemChoiceField(TenantChoiceField):
    """An item, told from its namesakes by its roadmap and dates."""

    def bind_actor(self, actor: Any) -> None:
        super().bind_actor(actor)
        self.queryset = self.queryset.select_related("roadmap").order_by("roadmap__name", "start_on", "pk")

    def label_from_instance(self, item: RoadmapItem) -> str:
        return f"{item.title} · {item.roadmap.name}, {item.start_on:%Y-%m-%d} to {item.end_on:%Y-%m-%d}"


class DependencyForm(TenantModelForm):
    predecessor = ItemChoiceField(RoadmapItem, help_text="What has to happen first.")
    successor = ItemChoiceField(RoadmapItem, help_text="What waits for it.")

    class Meta:
        model = Dependency
        fields = ["predecessor", "successor", "kind", "lag_days", "note"]


class DependencyChangeForm(TenantModelForm):
    class Meta:
        model = Dependency
        fields = ["kind", "lag_days", "note"]
