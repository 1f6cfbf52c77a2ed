"""What was observed of KPIs, and the figures per period made of it."""

from django.db import models
from django.db.models import Q

from portfolio.enums import RollupPeriod
from portfolio.models.kpi import Kpi
from portfolio.querysets import KpiRowQuerySet
from tenancy.enums import LedgerMode
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager, TenantQuerySet
from tenancy.scope import current_organization_id


class KpiSeries(TenantOwned):
    """A row in a table of millions: nothing refers to it, and its KPI's foreign key holds the organization too."""

    is_referable = False

    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.CASCADE,
        related_name="+",
        default=current_organization_id,
        editable=False,
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


class KpiObservation(KpiSeries):
    """One measured value. `source_id` is the feed's own id: the same id again corrects the value.

    A share is sent as `numerator` and `denominator`, so that periods and initiatives can be added up;
    `value` is then their quotient. `weight` says how much the value counts in a weighted mean, and
    `sample_size` of how many cases it was taken, which is the weight where none is given. `segment`
    names the part of the whole it is of; a period's figure is over all segments.

    The table is partitioned by the month of `observed_at` (docs/decisions/0005). PostgreSQL cannot keep
    `source_id` unique across partitions: KpiObservationKey does.
    """

    ledger_mode = LedgerMode.STATEMENTS

    kpi = TenantForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")
    observed_at = models.DateTimeField()
    value = models.DecimalField(max_digits=24, decimal_places=6)
    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    weight = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    sample_size = models.PositiveBigIntegerField(null=True, blank=True)
    segment = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=120)

    objects = TenantManager.from_queryset(KpiRowQuerySet)()

    class Meta:
        verbose_name = "KPI observation"
        constraints = [
            models.CheckConstraint(
                condition=Q(numerator=None, denominator=None) | Q(numerator__isnull=False, denominator__gt=0),
                name="portfolio_kpiobservation_ratio",
                violation_error_message="A numerator needs a denominator greater than zero.",
            ),
            models.CheckConstraint(
                condition=Q(weight=None) | Q(weight__gte=0),
                name="portfolio_kpiobservation_weight",
                violation_error_message="A weight cannot be negative.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "kpi", "observed_at"], name="portfolio_kpiobservation_at"),
            models.Index(fields=["organization", "-observed_at", "id"], name="portfolio_kpiobservation_late"),
        ]
        ordering = ["-observed_at", "id"]

    def __str__(self) -> str:
        return f"{self.observed_at:%Y-%m-%d} {self.value}"


class KpiObservationKey(KpiSeries):
    """Which source ids a KPI knows, and in which month's partition each observation is.

    Written only by triggers of the observations, whoever writes those; a source id known already is
    refused here. Without a reference to the KPI: the observation has it.
    """

    ledger_mode = None

    id = None  # the key is the source id
    created_at = None
    updated_at = None
    version = None
    kpi_id = models.UUIDField()
    source_id = models.CharField(max_length=120)
    observed_at = models.DateTimeField()
    pk = models.CompositePrimaryKey("organization_id", "kpi_id", "source_id")

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = "KPI observation key"

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.source_id}"


class KpiTouchedMonth(KpiSeries):
    """Days of a KPI's UTC month whose observations changed since they were rolled up.

    `days` has bit 0 for the first of the month. Appended to, never updated: a row written by a
    transaction that commits late is then still there after a rollup that could not see its observations.
    """

    ledger_mode = None

    kpi = TenantForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    days = models.IntegerField()

    objects = TenantManager.from_queryset(KpiRowQuerySet)()

    class Meta:
        verbose_name = "KPI touched month"
        indexes = [models.Index(fields=["organization", "month", "kpi"], name="portfolio_kpitouched_by_month")]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.month}"


class KpiRollup(KpiSeries):
    """The value of one KPI over one UTC day, ISO week, month or quarter; without observations there is no row.

    `numerator` and `denominator` are what periods and KPIs are added up by: the sum alone for sums, sum
    and count for means, the two sums for weighted means and ratios, None for the others. `value` is None
    where it is not defined: a ratio whose denominators are missing.
    """

    ledger_mode = LedgerMode.STATEMENTS

    kpi = TenantForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=7, choices=RollupPeriod)
    period_start = models.DateField()
    value = models.DecimalField(max_digits=36, decimal_places=6, null=True)
    numerator = models.DecimalField(max_digits=50, decimal_places=12, null=True, blank=True)
    denominator = models.DecimalField(max_digits=50, decimal_places=12, null=True, blank=True)
    count = models.PositiveIntegerField(help_text="Observations in the period.")
    last_observed_at = models.DateTimeField()

    objects = TenantManager.from_queryset(KpiRowQuerySet)()

    class Meta:
        verbose_name = "KPI rollup"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kpi", "period", "period_start"], name="portfolio_kpirollup_period"
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="portfolio_kpirollup_count"),
        ]
        indexes = [
            models.Index(fields=["organization", "-period_start", "id"], name="portfolio_kpirollup_recent"),
        ]
        ordering = ["-period_start", "id"]

    def __str__(self) -> str:
        return f"{self.period} {self.period_start} {self.value}"
