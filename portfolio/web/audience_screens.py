"""Lists, records and forms of capabilities, stakeholders and feedback."""

from typing import Any

from core.web.crud import Column, FieldGroup, Panel, RecordAction, TenantCRUDView
from core.web.formatting import UNKNOWN, day_text, money
from core.web.short_lists import short_list
from portfolio.filters.audience import CapabilityFilterSet, FeedbackFilterSet, StakeholderFilterSet
from portfolio.models import Capability, Feedback, FeedbackLink, Stakeholder
from portfolio.models.audience import HIGHEST_PULSE
from portfolio.selectors import audience, capability_map
from portfolio.services import capabilities, feedback, stakeholders
from portfolio.web.audience_forms import CapabilityForm, FeedbackForm, StakeholderForm


class CapabilityScreen(TenantCRUDView):
    model = Capability
    icon = "stack-2"
    intro = "What the product can do, and the platform services that make it possible."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("kind", "Kind", sort=True, formatter="choice"),
        "maturity",
        Column("owning_team", "Team", sort="owning_team__name"),
        Column("consumers", "Used by", formatter="number"),
        Column("builders", "Initiatives", formatter="number"),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    list_select_related = detail_select_related = ["owning_team"]
    ordering = ["name"]
    search_fields = ["name", "description"]
    filterset_class = CapabilityFilterSet
    form_class = CapabilityForm
    status_field = "maturity"
    bulk_fields = ["kind", "maturity", "owning_team"]
    field_groups = [FieldGroup("About", ["kind", "owning_team", "description"], is_aside=True)]
    panels = [
        Panel("On the map", "portfolio/_capability_neighbours.html", context="neighbours_panel"),
        Panel("Initiatives that build it", "portfolio/_capability_builders.html", context="builders_panel"),
    ]
    record_actions = [
        RecordAction("Stands on…", "portfolio:capability_provider", action="capability.change", icon="arrow-down"),
        RecordAction("Add initiative", "portfolio:capability_builder", action="capability.change", icon="link"),
    ]
    empty_title = "No capabilities yet"
    empty_text = "Write down features and the platform services they stand on; the map then shows what carries what."

    def list_queryset(self) -> Any:
        return capability_map.with_builders(super().list_queryset(), actor=self.actor)

    def perform_create(self, form: Any) -> Capability:
        return capabilities.create_capability(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Capability:
        return capabilities.change_capability(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Capability) -> None:
        capabilities.delete_capability(obj, actor=self.actor)

    def perform_bulk_update(self, obj: Capability, changes: dict[str, Any]) -> None:
        capabilities.change_capability(obj, actor=self.actor, **changes)

    def neighbours_panel(self, obj: Capability) -> dict[str, Any]:
        below, above = capability_map.neighbours(obj)
        name = "portfolio:capability_list"
        return {
            "below": short_list(below, self.actor, name, used_by=obj.pk),
            "above": short_list(above, self.actor, name, stands_on=obj.pk),
            "may_change": self.may("change", obj),
        }

    def builders_panel(self, obj: Capability) -> dict[str, Any]:
        rows = capability_map.builders(obj, actor=self.actor)
        builders = short_list(rows, self.actor, "portfolio:initiative_list", capability=obj.pk)
        return {"builders": builders, "may_change": self.may("change", obj)}


def pulse(value: Any, obj: Any = None, column: Any = None) -> str:
    """A score out of five; never asked is unknown."""
    return UNKNOWN if value is None else f"{value} of {HIGHEST_PULSE}"


class StakeholderScreen(TenantCRUDView):
    model = Stakeholder
    icon = "users"
    intro = "Who has an interest in an initiative, and how content they are."
    columns = [
        Column("name", "Name", sort=True, link=True, width="m"),
        Column("position", "Position", width="m"),
        Column("initiative", "Initiative", width="l"),
        Column("influence", "Influence", sort=True, formatter="choice"),
        Column("interest", "Interest", sort=True, formatter="choice", is_default=False),
        Column("pulse", "Pulse", formatter=pulse, align="end", sort=True),
        Column("pulse_on", "Asked", formatter="date", sort=True, width="s"),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s", is_default=False),
    ]
    list_select_related = detail_select_related = ["initiative", "member__user"]
    ordering = ["name"]
    search_fields = ["name", "position"]
    filterset_class = StakeholderFilterSet
    form_class = StakeholderForm
    field_groups = [
        FieldGroup(
            "About",
            [
                "initiative",
                "position",
                Column("member", "Signs in as", accessor="member.user", formatter="person"),
                "influence",
                "interest",
                "expectation",
            ],
            is_aside=True,
        )
    ]
    panels = [Panel("Pulse", "portfolio/_pulse.html", context="pulse_panel")]
    record_actions = [
        RecordAction(
            "Add pulse", "portfolio:stakeholder_pulse", action="pulse_answer.create", icon="heart-rate-monitor"
        ),
    ]
    empty_title = "No stakeholders yet"
    empty_text = "Name who an initiative is for and who can stop it; then ask them now and then how content they are."

    def get_queryset(self) -> Any:
        return audience.with_pulse(super().get_queryset())

    def perform_create(self, form: Any) -> Stakeholder:
        return stakeholders.create_stakeholder(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Stakeholder:
        return stakeholders.change_stakeholder(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Stakeholder) -> None:
        stakeholders.delete_stakeholder(obj, actor=self.actor)

    def pulse_panel(self, obj: Stakeholder) -> dict[str, Any]:
        answers = audience.pulse_series(obj)
        return {"series": [("Score", [(day_text(day), score) for day, score in answers])], "stakeholder": obj}


def _worth(value: Any, obj: Feedback, column: Any) -> str:
    return money(value, obj.currency, compact=True)


class FeedbackScreen(TenantCRUDView):
    model = Feedback
    icon = "message-circle"
    label_plural = "Feedback"
    list_template = "portfolio/feedback_list.html"
    intro = "What customers said, and which initiatives it speaks for."
    columns = [
        Column("title", "Feedback", sort=True, link=True, width="l"),
        Column("kind", "Heard in", formatter="choice", width="s"),
        Column("customer", "Customer", sort=True, width="m"),
        Column("customer_value", "Worth a year", formatter=_worth, align="end"),
        Column("sentiment", "Sentiment", formatter="badge", width="s"),
        Column("initiatives", "Initiatives", formatter="number"),
        Column("received_on", "Received", sort=True, formatter="date", width="s"),
    ]
    ordering = ["-received_on"]
    search_fields = ["title", "customer", "body"]
    filterset_class = FeedbackFilterSet
    form_class = FeedbackForm
    bulk_fields = ["sentiment"]
    field_groups = [
        FieldGroup("What was said", ["body"]),
        FieldGroup(
            "About",
            [
                "kind",
                "customer",
                Column("customer_value", "Worth a year", formatter=_worth),
                "sentiment",
                Column("received_on", "Received", formatter="date"),
                "source",
                "source_id",
            ],
            is_aside=True,
        ),
    ]
    panels = [Panel("Speaks for", "portfolio/_feedback_links.html", context="links_panel")]
    record_actions = [
        RecordAction("Link an initiative", "portfolio:feedback_speaks_for", action="feedback.change", icon="link"),
    ]
    empty_title = "No feedback yet"
    empty_text = "Write down what customers say, send it to feedback/ over REST, or upload a CSV file."

    def list_queryset(self) -> Any:
        return audience.with_links(super().list_queryset())

    def list_context(self, page: Any) -> dict[str, Any]:
        return {"may_upload": self.actor.can("feedback.create")}

    def perform_create(self, form: Any) -> Feedback:
        return feedback.create_feedback(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Feedback:
        return feedback.change_feedback(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Feedback) -> None:
        feedback.delete_feedback(obj, actor=self.actor)

    def perform_bulk_update(self, obj: Feedback, changes: dict[str, Any]) -> None:
        feedback.change_feedback(obj, actor=self.actor, **changes)

    def links_panel(self, obj: Feedback) -> dict[str, Any]:
        links = FeedbackLink.objects.permitted(self.actor).filter(feedback=obj).select_related("initiative")
        rows = links.order_by("initiative__title", "pk")
        shown = short_list(rows, self.actor, "portfolio:initiative_list", feedback=obj.pk)
        return {"links": shown, "may_change": self.may("change", obj)}
