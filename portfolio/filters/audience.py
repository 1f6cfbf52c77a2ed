"""Filters of the capability map, stakeholders and feedback."""

from typing import Any

from django.forms import HiddenInput
from django_filters import ChoiceFilter, ModelChoiceFilter

from core.filters import day_filter, moment_filter
from core.web.forms import permitted_choices
from portfolio.enums import CapabilityKind, FeedbackKind, FeedbackSentiment, Influence
from portfolio.models import (
    Capability,
    CapabilityDependency,
    CapabilityInitiative,
    Feedback,
    FeedbackLink,
    PulseAnswer,
    Stakeholder,
)
from tenancy.filters import TenantFilterSet


def _linked(model: Any, column: str, to: str) -> Any:
    """Capabilities in the column `to` of this model's rows that name the chosen record in `column`."""
    return lambda rows, name, value: rows.filter(
        pk__in=model.objects.filter(**{column: value}).order_by().values(f"{to}_id")
    )


class CapabilityFilterSet(TenantFilterSet):
    kind = ChoiceFilter(choices=CapabilityKind.choices)
    owning_team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"), label="Owning team")
    initiative = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Initiative"),
        method=_linked(CapabilityInitiative, "initiative", "capability"),
        label="Built by",
        widget=HiddenInput,
    )
    used_by = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Capability"),
        method=_linked(CapabilityDependency, "consumer", "provider"),
        label="Used by",
        widget=HiddenInput,
    )
    stands_on = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Capability"),
        method=_linked(CapabilityDependency, "provider", "consumer"),
        label="Stands on",
        widget=HiddenInput,
    )
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Capability
        fields = ["kind", "maturity", "owning_team", "updated_after"]


class CapabilityDependencyFilterSet(TenantFilterSet):
    class Meta:
        model = CapabilityDependency
        fields = ["consumer", "provider"]


class CapabilityInitiativeFilterSet(TenantFilterSet):
    class Meta:
        model = CapabilityInitiative
        fields = ["capability", "initiative"]


class StakeholderFilterSet(TenantFilterSet):
    influence = ChoiceFilter(choices=Influence.choices)
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Stakeholder
        fields = ["initiative", "influence", "updated_after"]


class PulseAnswerFilterSet(TenantFilterSet):
    class Meta:
        model = PulseAnswer
        fields = ["stakeholder"]


class FeedbackFilterSet(TenantFilterSet):
    kind = ChoiceFilter(choices=FeedbackKind.choices)
    sentiment = ChoiceFilter(choices=FeedbackSentiment.choices)
    initiative = ModelChoiceFilter(
        field_name="links__initiative", queryset=permitted_choices("portfolio.Initiative"), distinct=True
    )
    received_after = day_filter("received_on", "gte", "Received from")
    received_before = day_filter("received_on", "lte", "Received until")
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Feedback
        fields = ["kind", "sentiment", "initiative", "received_after", "received_before", "updated_after"]


class FeedbackLinkFilterSet(TenantFilterSet):
    class Meta:
        model = FeedbackLink
        fields = ["feedback", "initiative"]
