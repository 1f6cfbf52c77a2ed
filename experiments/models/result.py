"""Aggregates that come in from outside, and the readouts computed from them."""

from django.db import models
from django.db.models import Q

from experiments.enums import Recommendation
from experiments.models.experiment import Experiment, Variant
from experiments.models.metric import Metric
from experiments.querysets import OfExperimentQuerySet, VariantResultQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

INFINITY = float("inf")


class VariantResult(TenantOwned):
    """What one variant showed in one metric from the start until `as_of`.

    Cumulative: the newest counts, earlier ones stay as history. Either `conversions` (of a proportion)
    or `sum` and `sum_of_squares` over the units (of a mean) are set. `source_id` names the delivery,
    so that the same one sent twice is recorded once.
    """

    variant = TenantForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    metric = TenantForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    units = models.PositiveBigIntegerField()
    conversions = models.PositiveBigIntegerField(null=True, blank=True)
    sum = models.FloatField(null=True, blank=True)
    sum_of_squares = models.FloatField(null=True, blank=True)
    as_of = models.DateTimeField()
    source_id = models.CharField(max_length=200)

    objects = TenantManager.from_queryset(VariantResultQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "source_id", name="experiments_result_source"),
            models.CheckConstraint(
                condition=Q(conversions__isnull=False, sum=None, sum_of_squares=None)
                | Q(conversions=None, sum__isnull=False, sum_of_squares__isnull=False),
                name="experiments_result_shape",
                violation_error_message="Give either conversions, or sum and sum of squares.",
            ),
            models.CheckConstraint(
                condition=Q(conversions=None) | Q(conversions__lte=models.F("units")),
                name="experiments_result_conversions",
                violation_error_message="There cannot be more conversions than units.",
            ),
            # NaN sorts above infinity in PostgreSQL, so both are refused here.
            models.CheckConstraint(
                condition=(Q(sum=None) | Q(sum__gt=-INFINITY, sum__lt=INFINITY))
                & (Q(sum_of_squares=None) | Q(sum_of_squares__gte=0, sum_of_squares__lt=INFINITY)),
                name="experiments_result_finite",
                violation_error_message="Sums must be finite, and a sum of squares not negative.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "variant", "metric", "-as_of", "-id"], name="experiments_result_latest"
            ),
            models.Index(fields=["organization", "-as_of", "id"], name="experiments_result_by_time"),
            models.Index(fields=["organization", "-created_at", "id"], name="experiments_result_recent"),
        ]
        ordering = ["-as_of", "-id"]

    def __str__(self) -> str:
        return f"{self.source_id} as of {self.as_of:%Y-%m-%d %H:%M}"


class Readout(TenantOwned):
    """What the figures said at one moment; never changed (a trigger refuses), only followed by a newer one.

    `inputs_digest` is the SHA-256 of plan, status and aggregates, so that the same inputs give one
    readout. `results` is `asdict` of `experiments.calc.readout.ReadoutResult` as of `engine_version`.
    `has_sample_ratio_mismatch` is None when it could not be tested; `data_as_of` is None without data.
    """

    experiment = TenantForeignKey(Experiment, on_delete=models.PROTECT, related_name="+")
    computed_at = models.DateTimeField()
    data_as_of = models.DateTimeField(null=True)
    inputs_digest = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=20)
    recommendation = models.CharField(max_length=12, choices=Recommendation)
    reasons = models.JSONField(default=list)
    has_sample_ratio_mismatch = models.BooleanField(null=True)
    results = models.JSONField()

    objects = TenantManager.from_queryset(OfExperimentQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "experiment", "inputs_digest", name="experiments_readout_inputs")
        ]
        indexes = [
            models.Index(fields=["organization", "experiment", "-computed_at"], name="experiments_readout_latest"),
            models.Index(fields=["organization", "-computed_at", "id"], name="experiments_readout_recent"),
        ]
        ordering = ["-computed_at", "-id"]

    def __str__(self) -> str:
        return f"Readout of {self.computed_at:%Y-%m-%d %H:%M}"
