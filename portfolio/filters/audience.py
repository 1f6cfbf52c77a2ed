"""Filters of the capability map, stakeholders and feedback."""

from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter, MultipleChoiceFilter

from core.web.forms import permitted_choices
from portfolio.enums import CapabilityKind, CapabilityMaturity, FeedbackKind, FeedbackSentiment, Influence
from portfolio.filters.fields import day_filter, moment_filter
from portfolio.models import (
    Capability,
    CapabilityDependency,
    CapabilityInitiative,
    Feedback,
    FeedbackLink,
    PulseAnswer,
    Stakeholder,
)


class CapabilityFilterSet(FilterSet):
    kind = ChoiceFilter(choices=CapabilityKind.choices)
    maturity = MultipleChoiceFilter(choices=CapabilityMaturity.choices)
    owning_team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"), label="Owning team")
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Capability
        fields = ["kind", "maturity", "owning_team", "updated_after"]


class CapabilityDependencyFilterSet(FilterSet):
    consumer = ModelChoiceFilter(queryset=permitted_choices("portfolio.Capability"))
    provider = ModelChoiceFilter(queryset=permitted_choices("portfolio.Capability"))

    class Meta:
        model = CapabilityDependency
        fields = ["consumer", "provider"]


class CapabilityInitiativeFilterSet(FilterSet):
    capability = ModelChoiceFilter(queryset=permitted_choices("portfolio.Capability"))
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))

    class Meta:
        model = CapabilityInitiative
        fields = ["capability", "initiative"]


class StakeholderFilterSet(FilterSet):
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    influence = ChoiceFilter(choices=Influence.choices)
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Stakeholder
        fields = ["initiative", "influence", "updated_after"]


class PulseAnswerFilterSet(FilterSet):
    stakeholder = ModelChoiceFilter(queryset=permitted_choices("portfolio.Stakeholder"))

    class Meta:
        model = PulseAnswer
        fields = ["stakeholder"]


class FeedbackFilterSet(FilterSet):
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


class FeedbackLinkFilterSet(FilterSet):
    feedback = ModelChoiceFilter(queryset=permitted_choices("portfolio.Feedback"))
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))

    class Meta:
        model = FeedbackLink
        fields = ["feedback", "initiative"]
