"""KPIs: what is measured. What was observed and made of it is in `kpi_series`."""

from django.db import models
from django.db.models.functions import Upper

from portfolio.enums import TARGET_PERIODS, KpiAggregation, KpiDirection, KpiFrequency
from portfolio.models.initiative import Initiative
from portfolio.querysets import KpiQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Kpi(TenantOwned):
    """A measure of success, of one initiative or of the whole organization.

    `target` is compared with the value of one period of the KPI's own frequency; None means there is
    none. KPIs with the same `definition_key` measure the same thing in different places and roll up
    together; blank rolls up with nothing.
    """

    initiative = TenantForeignKey(Initiative, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    definition = models.TextField(blank=True, help_text="What is counted, and where the figure comes from.")
    definition_key = models.CharField(
        max_length=60, blank=True, help_text="KPIs with the same key measure the same thing and roll up together."
    )
    unit = models.CharField(max_length=30, blank=True, help_text="For example %, ms, EUR or tickets.")
    direction = models.CharField(max_length=4, choices=KpiDirection, default=KpiDirection.UP)
    aggregation = models.CharField(max_length=13, choices=KpiAggregation, default=KpiAggregation.MEAN)
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
            models.Index(fields=["organization", "definition_key"], name="portfolio_kpi_definition"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def rollup_period(self) -> str:
        """The rollup the target is compared with."""
        return TARGET_PERIODS[self.frequency]
