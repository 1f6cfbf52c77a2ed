"""What the portfolio's REST endpoints take and answer."""

from rest_framework import serializers

from collaboration.api.custom_fields import CustomValuesField
from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictDecimalField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
)
from portfolio.api.kpi_ingest import ObservationRows
from portfolio.enums import Stage
from portfolio.models import (
    Initiative,
    KpiObservation,
    KpiRollup,
    Portfolio,
    Theme,
)
from portfolio.services import kpi_files
from portfolio.services.kpi_batches import MAX_BATCH
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField


class PortfolioSerializer(TenantModelSerializer):
    """A body of investment with one budget and one audience."""

    class Meta:
        model = Portfolio
        fields = ["id", "name", "key_prefix", "description", "visibility", *STAMPS]


class PortfolioShareSerializer(StrictSerializer):
    """Whom a portfolio is shared with; `may_change` lets them write in it as far as their role goes."""

    membership = TenantRelatedField(model="tenancy.Membership")
    may_change = StrictBooleanField(default=False)


class PortfolioUnshareSerializer(StrictSerializer):
    """Whom every grant on a portfolio is taken from."""

    membership = TenantRelatedField(model="tenancy.Membership")


class ThemeSerializer(TenantModelSerializer):
    """A strategic direction initiatives contribute to."""

    class Meta:
        model = Theme
        fields = ["id", "name", "description", *STAMPS]


class InitiativeSerializer(TenantModelSerializer):
    """Something the organization considers, builds or operates; without a key one is generated."""

    custom_fields = CustomValuesField(required=False)

    class Meta:
        model = Initiative
        fields = [
            "id",
            "key",
            "title",
            "description",
            "portfolio",
            "theme",
            "parent",
            "level",
            "kind",
            "stage",
            "stage_changed_at",
            "owning_team",
            "lead",
            "target_release",
            "start_on",
            "end_on",
            "custom_fields",
            *STAMPS,
        ]
        read_only_fields = ["stage", "stage_changed_at"]
        extra_kwargs = {"key": {"required": False}}


class StageChangeSerializer(StrictSerializer):
    """The stage to go to, and why."""

    to = StrictChoiceField(choices=Stage.choices)
    reason = StrictCharField(max_length=2000, required=False, default="", allow_blank=True)


class KpiObservationSerializer(TenantModelSerializer):
    """One measured value, or a numerator and a denominator; the same `source_id` again corrects it."""

    class Meta:
        model = KpiObservation
        fields = [
            "id",
            *kpi_files.COLUMNS,
            *STAMPS,
        ]
        extra_kwargs = {"value": {"required": False}}


class ObservationRowSerializer(StrictSerializer):
    """One row of a bulk ingest: a value, or a numerator and a denominator."""

    kpi = StrictUUIDField()
    observed_at = StrictDateTimeField()
    value = StrictDecimalField(max_digits=24, decimal_places=6, required=False)
    numerator = StrictDecimalField(max_digits=24, decimal_places=6, required=False, allow_null=True)
    denominator = StrictDecimalField(max_digits=24, decimal_places=6, required=False, allow_null=True)
    weight = StrictDecimalField(max_digits=18, decimal_places=6, required=False, allow_null=True)
    sample_size = StrictIntegerField(required=False, allow_null=True)
    segment = StrictCharField(max_length=60, required=False, default="", allow_blank=True)
    source_id = StrictCharField(max_length=120)
    source = StrictCharField(  # type: ignore[assignment]  # an attribute of the base class
        max_length=60, required=False, default="", allow_blank=True
    )

    class Meta:
        list_serializer_class = ObservationRows


class IngestSerializer(StrictSerializer):
    """Observations of any number of KPIs; all are stored or, unless `atomic` is false, none."""

    atomic = StrictBooleanField(default=True)
    rows = ObservationRowSerializer(many=True, min_length=1, max_length=MAX_BATCH)  # type: ignore[call-arg]  # the stub lacks them


class IngestProblemSerializer(StrictSerializer):
    """Why a row was refused."""

    pointer = serializers.CharField()
    detail = serializers.CharField()
    code = serializers.CharField()


class IngestResultSerializer(StrictSerializer):
    """How many observations were new, replaced a value, were known already or refused; `outcomes` says it per row."""

    created = serializers.IntegerField()
    corrected = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    outcomes = serializers.ListField(
        child=serializers.ChoiceField(choices=["created", "corrected", "unchanged", "refused"])
    )
    errors = IngestProblemSerializer(many=True)  # type: ignore[assignment]  # a property of the base class


class KpiRollupSerializer(TenantModelSerializer):
    """The value of a KPI over one UTC day, ISO week, month or quarter, and the sums it is made of."""

    class Meta:
        model = KpiRollup
        fields = [
            "id",
            "kpi",
            "period",
            "period_start",
            "value",
            "numerator",
            "denominator",
            "count",
            "last_observed_at",
            *STAMPS,
        ]
        read_only_fields = fields
