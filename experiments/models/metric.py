"""Metrics: what experiments measure."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper

from experiments.enums import MetricDirection, MetricKind
from experiments.querysets import MetricQuerySet
from tenancy.models import TenantOwned
from tenancy.querysets import TenantManager

KEY = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", "Use letters, digits, dots, hyphens and underscores.")


class Metric(TenantOwned):
    """Something counted or summed per randomization unit, defined once and used by many experiments."""

    key = models.CharField(max_length=60, validators=[KEY], help_text="Short name used by programs: checkout-rate.")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=12, choices=MetricKind, default=MetricKind.PROPORTION)
    direction = models.CharField(max_length=4, choices=MetricDirection, default=MetricDirection.UP)
    unit = models.CharField(max_length=40, blank=True, help_text="Of a mean: seconds, EUR, tokens. Empty for a share.")

    objects = TenantManager.from_queryset(MetricQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint("organization", Upper("key"), name="experiments_metric_key")]
        indexes = [
            models.Index(fields=["organization", "name", "id"], name="experiments_metric_by_name"),
            models.Index(fields=["organization", "-updated_at", "id"], name="experiments_metric_updated"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_proportion(self) -> bool:
        return self.kind == MetricKind.PROPORTION
