"""REST of scoring: models, rounds, ratings, results."""

from dataclasses import asdict
from typing import Any

from core.api.serializers import changes_of
from portfolio.api.scoring_serializers import (
    PreviewRowSerializer,
    RatingCountSerializer,
    RatingsInputSerializer,
    ScoreFactorSerializer,
    ScoreRatingSerializer,
    ScoreResultSerializer,
    ScoringModelSerializer,
    ScoringRoundSerializer,
)
from portfolio.enums import ScoringModelStatus
from portfolio.filters.scoring import (
    ScoreFactorFilterSet,
    ScoreRatingFilterSet,
    ScoreResultFilterSet,
    ScoringModelFilterSet,
    ScoringRoundFilterSet,
)
from portfolio.models import ScoreFactor, ScoreRating, ScoreResult, ScoringModel, ScoringRound
from portfolio.selectors.scoring import organizer_preview
from portfolio.services import scoring_models, scoring_rounds
from portfolio.services.score_ratings import RatingInput, rate
from portfolio.services.scoring_templates import FactorInput
from tenancy.api.actions import record_action
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet


class ScoringModelViewSet(TenantViewSet):
    """Scoring models: the methods by which initiatives are ranked, in revisions."""

    model = ScoringModel
    serializer_class = ScoringModelSerializer
    filterset_class = ScoringModelFilterSet
    search_fields = ("name", "description")
    ordering = ("name",)
    ordering_fields = ("name",)

    def get_queryset(self) -> Any:
        return super().get_queryset().with_use()

    def perform_create(self, serializer: Any) -> ScoringModel:
        return scoring_models.create_scoring_model(actor=self.actor, **_with_factors(serializer.validated_data))

    def perform_update(self, serializer: Any) -> ScoringModel:
        changes = _with_factors(serializer.validated_data)
        return scoring_models.change_scoring_model(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: ScoringModel) -> None:
        scoring_models.delete_scoring_model(instance, actor=self.actor)

    @record_action("scoring_model.change")
    def retire(self, instance: ScoringModel, data: dict[str, Any]) -> ScoringModel:
        """Let no further round use this revision."""
        return scoring_models.set_status(instance, ScoringModelStatus.RETIRED, actor=self.actor)

    @record_action("scoring_model.change")
    def reactivate(self, instance: ScoringModel, data: dict[str, Any]) -> ScoringModel:
        """Let rounds use this revision again."""
        return scoring_models.set_status(instance, ScoringModelStatus.ACTIVE, actor=self.actor)


class ScoreFactorViewSet(ReadOnlyTenantViewSet):
    """Factors of scoring models; written with their model."""

    model = ScoreFactor
    serializer_class = ScoreFactorSerializer
    filterset_class = ScoreFactorFilterSet
    ordering = ("position",)
    ordering_fields = ("position",)


class ScoringRoundViewSet(TenantViewSet):
    """Scoring rounds: initiatives rated together, their ratings secret until the round closes."""

    model = ScoringRound
    serializer_class = ScoringRoundSerializer
    filterset_class = ScoringRoundFilterSet
    search_fields = ("name",)
    ordering = ("-opened_at",)
    ordering_fields = ("opened_at",)

    def perform_create(self, serializer: Any) -> ScoringRound:
        return scoring_rounds.open_round(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> ScoringRound:
        changes = changes_of(serializer, fixed=("model", "portfolio", "normalisation", "initiatives"))
        return scoring_rounds.change_round(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: ScoringRound) -> None:
        scoring_rounds.delete_round(instance, actor=self.actor)

    @record_action("scoring_round.close")
    def close(self, instance: ScoringRound, data: dict[str, Any]) -> ScoringRound:
        """End the rating and have the results computed; every rating becomes visible."""
        return scoring_rounds.close_round(instance, actor=self.actor)

    @record_action(
        "score_rating.create",
        methods=["put"],
        input_serializer=RatingsInputSerializer,
        output_serializer=RatingCountSerializer,
    )
    def ratings(self, instance: ScoringRound, data: dict[str, Any]) -> dict[str, int]:
        """Store the caller's own answers, all or none; sending the same again changes nothing."""
        rows = [_rating(row) for row in data["ratings"]]
        return asdict(rate(instance, ratings=rows, actor=self.actor))

    @record_action("scoring_round.close", methods=["get"], output_serializer=PreviewRowSerializer, many=True)
    def preview(self, instance: ScoringRound, data: dict[str, Any]) -> list[dict[str, Any]]:
        """For the organizer: how initiatives would stand, without anybody's ratings."""
        return [asdict(row) for row in organizer_preview(instance, actor=self.actor)]


class ScoreRatingViewSet(ReadOnlyTenantViewSet):
    """Ratings: one's own, and everybody's of closed rounds."""

    model = ScoreRating
    serializer_class = ScoreRatingSerializer
    filterset_class = ScoreRatingFilterSet
    ordering = ("-rated_at",)
    ordering_fields = ("rated_at",)


class ScoreResultViewSet(ReadOnlyTenantViewSet):
    """Results of closed rounds, never changed once computed."""

    model = ScoreResult
    serializer_class = ScoreResultSerializer
    filterset_class = ScoreResultFilterSet
    ordering = ("-computed_at",)
    ordering_fields = ("computed_at",)


def _with_factors(data: dict[str, Any]) -> dict[str, Any]:
    """The input with its factors as the service takes them, where there are any."""
    factors = data.get("factors")
    return data if factors is None else {**data, "factors": [_factor(row) for row in factors]}


def _factor(row: dict[str, Any]) -> FactorInput:
    listed = {name: tuple(row[name]) for name in ("rubric", "rater_roles", "rater_functions") if name in row}
    return FactorInput(**{**row, **listed})


def _rating(row: dict[str, Any]) -> RatingInput:
    return RatingInput(initiative_id=row.pop("initiative"), factor_id=row.pop("factor"), **row)
