"""KPIs: what is measured. What was observed and made of it is in `kpi_series`, targets are in `kpi_target`."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from portfolio.enums import TARGET_PERIODS, KpiAggregation, KpiDirection, KpiFrequency
from portfolio.models.initiative import Initiative
from portfolio.models.structure import Portfolio
from portfolio.querysets import KpiQuerySet
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Kpi(TenantOwned):
    """A measure of success of one initiative, of one portfolio, or of the whole organization.

    Its targets are KpiTarget rows. KPIs with the same `definition_key` measure the same thing in
    different places and roll up together; blank rolls up with nothing. A KPI adopted from the built-in
    library has the library's key there. `owner` answers for it, `owner_role` says in which role.
    """

    initiative = TenantForeignKey(Initiative, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    portfolio = TenantForeignKey(Portfolio, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    definition = models.TextField(blank=True, help_text="What is counted, and where the figure comes from.")
    why = models.TextField(blank=True, help_text="Which decision it serves.")
    definition_key = models.CharField(
        max_length=60, blank=True, help_text="KPIs with the same key measure the same thing and roll up together."
    )
    unit = models.CharField(max_length=30, blank=True, help_text="For example %, ms, EUR or tickets.")
    direction = models.CharField(max_length=4, choices=KpiDirection, default=KpiDirection.UP)
    aggregation = models.CharField(max_length=13, choices=KpiAggregation, default=KpiAggregation.MEAN)
    frequency = models.CharField(max_length=10, choices=KpiFrequency, default=KpiFrequency.DAILY)
    source = models.CharField(max_length=200, blank=True, help_text="The system the figures come from.")
    owner = TenantForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    owner_role = models.CharField(max_length=80, blank=True)

    objects = TenantManager.from_queryset(KpiQuerySet)()

    class Meta:
        verbose_name = "KPI"
        verbose_name_plural = "KPIs"
        constraints = [
            models.UniqueConstraint("organization", Upper("key"), name="portfolio_kpi_key"),
            models.CheckConstraint(
                condition=Q(initiative=None) | Q(portfolio=None),
                name="portfolio_kpi_place",
                violation_error_message="A KPI is of an initiative or of a portfolio, not of both.",
            ),
        ]
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
        """The rollup its targets are compared with."""
        return TARGET_PERIODS[self.frequency]
