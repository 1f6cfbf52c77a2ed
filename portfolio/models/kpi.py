"""KPIs: what is measured, what was observed, and the daily and monthly figures made of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from portfolio.enums import TARGET_PERIODS, KpiAggregation, KpiDirection, KpiFrequency, RollupPeriod
from portfolio.models.initiative import Initiative
from portfolio.querysets import KpiQuerySet, KpiRowQuerySet
from tenancy.enums import LedgerMode
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Kpi(TenantOwned):
    """A measure of success, of one initiative or of the whole organization.

    `target` is compared with the value of one day (daily and weekly KPIs) or one month (monthly and
    quarterly ones); None means there is none.
    """

    initiative = TenantForeignKey(Initiative, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    definition = models.TextField(blank=True, help_text="What is counted, and where the figure comes from.")
    unit = models.CharField(max_length=30, blank=True, help_text="For example %, ms, EUR or tickets.")
    direction = models.CharField(max_length=4, choices=KpiDirection, default=KpiDirection.UP)
    aggregation = models.CharField(max_length=4, choices=KpiAggregation, default=KpiAggregation.MEAN)
    frequency = models.CharField(max_length=10, choices=KpiFrequency, default=KpiFrequency.DAILY)
    target = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)

    objects = TenantManager.from_queryset(KpiQuerySet)()

    class Meta:
        verbose_name = "KPI"
        verbose_name_plural = "KPIs"
        constraints = [models.UniqueConstraint("organization", Upper("key"), name="portfolio_kpi_key")]
        indexes = [
            models.Index(fields=["organization", "name", "id"], name="portfolio_kpi_by_name"),
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_kpi_updated"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def rollup_period(self) -> str:
        """The rollup the target is compared with."""
        return TARGET_PERIODS[self.frequency]


class KpiObservation(TenantOwned):
    """One measured value. `source_id` is the feed's own id: the same id again corrects the value."""

    ledger_mode = LedgerMode.STATEMENTS

    kpi = TenantForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")
    observed_at = models.DateTimeField()
    value = models.DecimalField(max_digits=24, decimal_places=6)
    source = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=120)

    objects = TenantManager.from_queryset(KpiRowQuerySet)()

    class Meta:
        verbose_name = "KPI observation"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kpi", "source_id"], name="portfolio_kpiobservation_source_id"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "kpi", "observed_at"], name="portfolio_kpiobservation_at"),
            models.Index(fields=["organization", "-observed_at", "id"], name="portfolio_kpiobservation_late"),
        ]
        ordering = ["-observed_at", "id"]

    def __str__(self) -> str:
        return f"{self.observed_at:%Y-%m-%d} {self.value}"


class KpiTouchedDay(TenantOwned):
    """A UTC day of a KPI whose observations changed since it was rolled up.

    Appended to, never updated: a row written by a transaction that commits late is then still there
    after a rollup that could not see its observations.
    """

    ledger_mode = None

    kpi = TenantForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    objects = TenantManager.from_queryset(KpiRowQuerySet)()

    class Meta:
        verbose_name = "KPI touched day"

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.day}"


class KpiRollup(TenantOwned):
    """The value of one KPI over one UTC day or month; a period without observations has no row."""

    ledger_mode = LedgerMode.STATEMENTS

    kpi = TenantForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=5, choices=RollupPeriod)
    period_start = models.DateField()
    value = models.DecimalField(max_digits=30, decimal_places=6)
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
