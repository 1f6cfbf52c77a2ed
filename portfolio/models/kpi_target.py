"""What KPIs shall reach and how they stand against it."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from portfolio.enums import KpiStatus
from portfolio.models.kpi import Kpi
from portfolio.querysets import KpiRowQuerySet
from tenancy.enums import LedgerMode
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

# A first target judges everything that was ever observed.
FROM_THE_START = date(2000, 1, 1)


class KpiTarget(TenantOwned):
    """What a KPI shall reach from a day on, until the day before its next target; in the KPI's own unit.

    A KPI whose direction is up or down has a `target` to reach, one with a band the ends of the band,
    both included. A value that misses by no more than `tolerance` is at risk instead of off track; None
    allows no miss. A period is judged by the target in force on its last day. `reason` says why it is
    this one; who set it and when is in the ledger.
    """

    kpi = TenantForeignKey(Kpi, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateField(default=FROM_THE_START)
    target = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    low = models.DecimalField("band from", max_digits=24, decimal_places=6, null=True, blank=True)
    high = models.DecimalField("band to", max_digits=24, decimal_places=6, null=True, blank=True)
    tolerance = models.DecimalField(
        max_digits=24,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="How far a value may miss and be at risk instead of off track.",
    )
    reason = models.TextField(blank=True, max_length=2000, help_text="Why this is the target.")

    objects = TenantManager.from_queryset(KpiRowQuerySet)()

    class Meta:
        verbose_name = "KPI target"
        constraints = [
            models.UniqueConstraint(fields=["organization", "kpi", "valid_from"], name="portfolio_kpitarget_from"),
            models.CheckConstraint(
                condition=Q(target__isnull=False, low=None, high=None)
                | Q(target=None, low__isnull=False, high__isnull=False),
                name="portfolio_kpitarget_kind",
                violation_error_message="Give a target, or both ends of a band.",
            ),
            models.CheckConstraint(
                condition=Q(low=None) | Q(low__lte=models.F("high")),
                name="portfolio_kpitarget_band",
                violation_error_message="A band begins below its end.",
            ),
            models.CheckConstraint(
                condition=Q(tolerance=None) | Q(tolerance__gte=0),
                name="portfolio_kpitarget_tolerance",
                violation_error_message="A tolerance cannot be negative.",
            ),
        ]
        ordering = ["kpi", "-valid_from", "id"]

    def __str__(self) -> str:
        goal = f"{self.target:f}" if self.target is not None else f"{self.low:f} to {self.high:f}"
        return f"{goal} from {self.valid_from:%Y-%m-%d}"


class KpiStanding(TenantOwned):
    """How one KPI stands: its newest value that can be judged, the target of that period, what follows.

    Made by the rollup job and whenever a target changes, so that a list of thousands reads one row each.
    `status` leaves out staleness: from `stale_at` on a KPI is stale whatever it says. `recent` holds the
    values of the latest periods, oldest first, None where nothing was observed. Before `due_on` nothing
    but a new observation or target changes the row.
    """

    ledger_mode = LedgerMode.STATEMENTS
    is_referable = False

    kpi = TenantForeignKey(Kpi, on_delete=models.CASCADE, related_name="standing")
    value = models.DecimalField(max_digits=36, decimal_places=6, null=True)
    period_start = models.DateField(null=True)
    previous_value = models.DecimalField(max_digits=36, decimal_places=6, null=True)
    last_observed_at = models.DateTimeField(null=True)
    target = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    low = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    high = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    tolerance = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    status = models.CharField(max_length=9, choices=KpiStatus, default=KpiStatus.UNKNOWN)
    is_anomaly = models.BooleanField(default=False)
    recent = ArrayField(models.DecimalField(max_digits=36, decimal_places=6, null=True), default=list, blank=True)
    stale_at = models.DateTimeField(null=True)
    due_on = models.DateField()

    objects = TenantManager.from_queryset(KpiRowQuerySet)()

    class Meta:
        verbose_name = "KPI standing"
        constraints = [models.UniqueConstraint(fields=["organization", "kpi"], name="portfolio_kpistanding_kpi")]
        indexes = [models.Index(fields=["organization", "due_on"], name="portfolio_kpistanding_due")]
        ordering = ["kpi", "id"]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.status}"
