"""Filters of scoring models, rounds, ratings and results."""

from django_filters import BooleanFilter, ChoiceFilter, ModelChoiceFilter

from core.web.forms import permitted_choices
from portfolio.enums import ScoringFramework, ScoringModelStatus
from portfolio.models import ScoreFactor, ScoreRating, ScoreResult, ScoringModel, ScoringRound
from tenancy.filters import TenantFilterSet


class ScoringModelFilterSet(TenantFilterSet):
    framework = ChoiceFilter(choices=ScoringFramework.choices)
    status = ChoiceFilter(choices=ScoringModelStatus.choices)

    class Meta:
        model = ScoringModel
        fields = ["framework", "status", "key"]


class ScoreFactorFilterSet(TenantFilterSet):
    class Meta:
        model = ScoreFactor
        fields = ["model"]


class ScoringRoundFilterSet(TenantFilterSet):
    model = ModelChoiceFilter(queryset=permitted_choices("portfolio.ScoringModel"), label="Scoring model")
    is_open = BooleanFilter(field_name="closed_at", lookup_expr="isnull", label="Open")

    class Meta:
        model = ScoringRound
        fields = ["portfolio", "model", "is_open"]


class ScoreRatingFilterSet(TenantFilterSet):
    round = ModelChoiceFilter(
        field_name="item__round", queryset=permitted_choices("portfolio.ScoringRound"), label="Round"
    )
    initiative = ModelChoiceFilter(
        field_name="item__initiative", queryset=permitted_choices("portfolio.Initiative"), label="Initiative"
    )

    class Meta:
        model = ScoreRating
        fields = ["round", "initiative"]


class ScoreResultFilterSet(ScoreRatingFilterSet):
    class Meta:
        model = ScoreResult
        fields = ["round", "initiative"]
