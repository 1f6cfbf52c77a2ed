"""Filters of the lists of portfolios, themes and initiatives."""

from typing import Any

from django.forms import HiddenInput
from django_filters import CharFilter, ChoiceFilter, ModelChoiceFilter

from collaboration.enums import DocumentKind
from collaboration.filters import DOCUMENT_STATES, WithCustomFields
from collaboration.selectors.documents import in_document_state
from core.filters import moment_filter
from core.web.forms import permitted_choices
from portfolio.enums import Visibility
from portfolio.models import CapabilityInitiative, FeedbackLink, Initiative, ObjectiveInitiative, Portfolio, Theme
from tenancy.filters import TenantFilterSet


def _of_document(kind: str) -> Any:
    return lambda rows, name, value: in_document_state(rows, kind, value)


def _linked(model: Any, column: str) -> Any:
    """Initiatives that a row of this model links to the chosen record."""
    return lambda rows, name, value: rows.filter(
        pk__in=model.objects.filter(**{column: value}).order_by().values("initiative_id")
    )


class PortfolioFilterSet(TenantFilterSet):
    visibility = ChoiceFilter(choices=Visibility.choices)

    class Meta:
        model = Portfolio
        fields = ["visibility"]


class ThemeFilterSet(TenantFilterSet):
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Theme
        fields = ["updated_after"]


class InitiativeFilterSet(TenantFilterSet):
    owning_team = ModelChoiceFilter(queryset=permitted_choices("tenancy.Team"), label="Owning team")
    target_release = CharFilter(label="Target release")
    prd = ChoiceFilter(choices=DOCUMENT_STATES, method=_of_document(DocumentKind.PRD), label="PRD")
    strategy_memo = ChoiceFilter(
        choices=DOCUMENT_STATES, method=_of_document(DocumentKind.STRATEGY_MEMO), label="Strategy memo"
    )
    objective = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Objective"),
        method=_linked(ObjectiveInitiative, "objective"),
        label="Contributes to",
        widget=HiddenInput,
    )
    capability = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Capability"),
        method=_linked(CapabilityInitiative, "capability"),
        label="Builds",
        widget=HiddenInput,
    )
    feedback = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Feedback"),
        method=_linked(FeedbackLink, "feedback"),
        label="Asked for by",
        widget=HiddenInput,
    )
    updated_after = moment_filter("updated_at", "gt", "Updated after")

    class Meta:
        model = Initiative
        fields = [
            "portfolio",
            "theme",
            "stage",
            "kind",
            "level",
            "owning_team",
            "lead",
            "parent",
            "target_release",
            "prd",
            "strategy_memo",
            "updated_after",
        ]


class InitiativePageFilterSet(WithCustomFields, InitiativeFilterSet):
    """Also by custom fields, for the page; REST reads their definitions only when asked for them."""
