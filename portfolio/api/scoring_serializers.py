"""What the REST endpoints of scoring take and answer."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDecimalField,
    StrictListField,
    StrictSerializer,
    StrictURLField,
    StrictUUIDField,
)
from portfolio.calc.scoring import MAX_FACTORS
from portfolio.enums import FactorDirection, FactorPart, FactorScale
from portfolio.models import ScoreFactor, ScoreRating, ScoreResult, ScoringModel, ScoringRound
from portfolio.services.score_ratings import MAX_BATCH, MAX_RATIONALE, MAX_URL
from portfolio.services.scoring_rounds import MAX_POPULATION
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField
from tenancy.enums import Function, Role

_MAX_RUBRIC = 40


class RubricRowSerializer(StrictSerializer):
    """One row of a rubric: what a value means."""

    value = StrictDecimalField(max_digits=17, decimal_places=4)
    label = StrictCharField(  # type: ignore[assignment]  # every field of the base class has a label
        max_length=80, required=False, default="", allow_blank=True
    )
    text = StrictCharField(max_length=500, required=False, default="", allow_blank=True)


class FactorInputSerializer(StrictSerializer):
    """One factor as it shall be. `part` matters for `value_effort` only; the other frameworks know it themselves."""

    key = StrictCharField(max_length=60)
    name = StrictCharField(max_length=120)
    part = StrictChoiceField(choices=FactorPart.choices, required=False, default="")
    question = StrictCharField(max_length=500, required=False, default="", allow_blank=True)
    scale = StrictChoiceField(choices=FactorScale.choices, required=False, default=FactorScale.LINEAR)
    minimum = StrictDecimalField(max_digits=18, decimal_places=4, required=False, allow_null=True, default=None)
    maximum = StrictDecimalField(max_digits=18, decimal_places=4, required=False, allow_null=True, default=None)
    step = StrictDecimalField(max_digits=18, decimal_places=4, required=False, allow_null=True, default=None)
    unit = StrictCharField(max_length=30, required=False, default="", allow_blank=True)
    direction = StrictChoiceField(choices=FactorDirection.choices, required=False, default=FactorDirection.UP)
    weight = StrictDecimalField(max_digits=9, decimal_places=4, min_value=0, required=False, default=Decimal(1))
    rubric = RubricRowSerializer(  # type: ignore[call-arg]  # the stub lacks max_length
        many=True, required=False, default=list, max_length=_MAX_RUBRIC
    )
    rater_roles = StrictListField(child=StrictChoiceField(choices=Role.choices), required=False, default=list)
    rater_functions = StrictListField(child=StrictChoiceField(choices=Function.choices), required=False, default=list)
    is_required = StrictBooleanField(required=False, default=True)
    evidence_above = StrictDecimalField(
        max_digits=4, decimal_places=3, min_value=0, max_value=1, required=False, allow_null=True, default=None
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A factor is given whole even where the rest of the record is changed in part."""
        missing = [name for name in ("key", "name") if name not in attrs]
        if missing:
            raise serializers.ValidationError(dict.fromkeys(missing, "This field is required."), code="required")
        return attrs


class ScoringModelSerializer(TenantModelSerializer):
    """A method of scoring. Changing one that a round uses answers the new revision, another record."""

    is_used = serializers.BooleanField(read_only=True)
    factors = FactorInputSerializer(  # type: ignore[call-arg]  # the stub lacks max_length
        many=True, required=False, write_only=True, max_length=MAX_FACTORS
    )

    class Meta:
        model = ScoringModel
        fields = [
            "id",
            "key",
            "revision",
            "name",
            "description",
            "framework",
            "formula",
            "status",
            "is_used",
            "factors",
            *STAMPS,
        ]
        read_only_fields = ["key", "revision", "status"]


class ScoreFactorSerializer(TenantModelSerializer):
    """One thing a scoring model asks about an initiative; written with its model."""

    class Meta:
        model = ScoreFactor
        fields = [
            "id",
            "model",
            "key",
            "name",
            "question",
            "part",
            "scale",
            "minimum",
            "maximum",
            "step",
            "unit",
            "direction",
            "weight",
            "rubric",
            "rater_roles",
            "rater_functions",
            "is_required",
            "evidence_above",
            "position",
            *STAMPS,
        ]
        read_only_fields = fields


class ScoringRoundSerializer(TenantModelSerializer):
    """A round; without `initiatives` it is about all of the portfolio that are not over."""

    organizer = serializers.UUIDField(read_only=True)
    bounds = serializers.JSONField(read_only=True)
    agreement = serializers.JSONField(read_only=True)
    initiatives = TenantRelatedField(
        model="portfolio.Initiative", many=True, required=False, write_only=True, max_length=MAX_POPULATION
    )

    class Meta:
        model = ScoringRound
        fields = [
            "id",
            "name",
            "model",
            "portfolio",
            "normalisation",
            "organizer",
            "opened_at",
            "due_on",
            "closed_at",
            "computed_at",
            "bounds",
            "agreement",
            "engine_version",
            "initiatives",
            *STAMPS,
        ]
        read_only_fields = ["organizer", "opened_at", "closed_at", "computed_at", "bounds", "agreement"]


class RatingInputSerializer(StrictSerializer):
    """One answer of the caller; a value of null takes it back. `confidence` is a fraction."""

    initiative = StrictUUIDField()
    factor = StrictUUIDField()
    value = StrictDecimalField(max_digits=18, decimal_places=4, allow_null=True)
    confidence = StrictDecimalField(
        max_digits=4, decimal_places=3, min_value=0, max_value=1, required=False, allow_null=True, default=None
    )
    rationale = StrictCharField(max_length=MAX_RATIONALE, required=False, default="", allow_blank=True)
    evidence_url = StrictURLField(max_length=MAX_URL, required=False, default="", allow_blank=True)


class RatingsInputSerializer(StrictSerializer):
    """Answers to store, all or none."""

    ratings = RatingInputSerializer(many=True, max_length=MAX_BATCH)  # type: ignore[call-arg]  # no max_length in the stub


class RatingCountSerializer(serializers.Serializer[Any]):
    """What became of the answers."""

    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class PreviewRowSerializer(serializers.Serializer[Any]):
    """How an initiative would stand if the round closed now; null while too few people have rated it."""

    initiative = serializers.UUIDField()
    score = serializers.FloatField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class ScoreRatingSerializer(TenantModelSerializer):
    """One answer: one's own, or anybody's once the round is closed. Written by `PUT scoring-rounds/{id}/ratings/`."""

    round = serializers.UUIDField(source="item.round", read_only=True)
    initiative = serializers.UUIDField(source="item.initiative", read_only=True)

    class Meta:
        model = ScoreRating
        fields = [
            "id",
            "round",
            "initiative",
            "factor",
            "rater",
            "value",
            "confidence",
            "rationale",
            "evidence_url",
            "rated_at",
            *STAMPS,
        ]
        read_only_fields = fields


class ScoreResultSerializer(TenantModelSerializer):
    """What an initiative scored in a closed round; without a score `reason` says why."""

    round = serializers.UUIDField(source="item.round", read_only=True)
    initiative = serializers.UUIDField(source="item.initiative", read_only=True)

    class Meta:
        model = ScoreResult
        fields = [
            "id",
            "round",
            "initiative",
            "score",
            "reason",
            "rank",
            "rank_low",
            "rank_high",
            "spread",
            "rater_count",
            "components",
            "computed_at",
            *STAMPS,
        ]
        read_only_fields = fields
