"""Usage of AI models by initiatives, and what it cost by day and by month."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import NullIf

from portfolio.models.initiative import Initiative
from portfolio.models.price_book import PricedModel
from portfolio.querysets import InitiativeRowQuerySet
from tenancy.enums import LedgerMode
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

_MONEY: dict[str, Any] = {"max_digits": 24, "decimal_places": 6}


class UsageRecord(TenantOwned):
    """What an initiative used of one model on one UTC day, as a feed states it.

    `source` and `source_id` identify the record: sent again it corrects itself. `input_tokens` are those
    that were not read from a cache. `active_users` are the distinct people of the initiative in the
    calendar month so far, so that a month takes the largest figure; distinct people are never added up.
    None means not stated, which is not zero.
    """

    ledger_mode = LedgerMode.STATEMENTS

    initiative = TenantForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    priced_model = TenantForeignKey(
        PricedModel, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="model"
    )
    used_on = models.DateField("day")
    is_batch = models.BooleanField("batch", default=False)
    input_tokens = models.PositiveBigIntegerField(default=0)
    cached_input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    images = models.PositiveBigIntegerField(default=0)
    gpu_hours = models.DecimalField(
        "GPU-hours", max_digits=18, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    requests = models.PositiveBigIntegerField(null=True, blank=True)
    actions = models.PositiveBigIntegerField(null=True, blank=True)
    active_users = models.PositiveBigIntegerField(null=True, blank=True)
    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=120)

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "source_id"], name="portfolio_usagerecord_source_id"
            ),
            models.CheckConstraint(
                condition=Q(priced_model__isnull=False)
                | Q(input_tokens=0, cached_input_tokens=0, output_tokens=0, images=0, gpu_hours=0),
                name="portfolio_usagerecord_model",
                violation_error_message="Tokens, images and GPU-hours need the provider and the model they are of.",
            ),
            models.CheckConstraint(
                condition=Q(gpu_hours__gte=0),
                name="portfolio_usagerecord_gpu_hours",
                violation_error_message="GPU-hours must not be negative.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "initiative", "used_on"], name="portfolio_usagerecord_by_day"),
            models.Index(fields=["organization", "priced_model", "used_on"], name="portfolio_usagerecord_by_model"),
            models.Index(fields=["organization", "-used_on", "id"], name="portfolio_usagerecord_recent"),
        ]
        ordering = ["-used_on", "id"]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}, {self.used_on.day} {self.used_on:%b %Y}"


class UsageTouchedDay(TenantOwned):
    """A day of an initiative whose usage, prices or rates changed since its cost was computed.

    Appended to, never updated: a row written by a transaction that commits late is then still there
    after a computation that could not see its records.
    """

    ledger_mode = None

    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.day}"


class UnitCostDay(TenantOwned):
    """What an initiative's use of models cost on one UTC day, in `currency`.

    `cost` is None while a price or a rate is missing; `known_cost` is then the part that could be priced and
    `unknown_parts` counts the pairs of model and kind of use that could not. `is_spike` marks a day far above
    `usual_cost`, the median of the days before; None while there are too few of them.
    """

    ledger_mode = LedgerMode.STATEMENTS

    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    currency = models.CharField(max_length=3)
    cost = models.DecimalField(**_MONEY, null=True)
    known_cost = models.DecimalField(**_MONEY)
    unknown_parts = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    requests = models.PositiveBigIntegerField(null=True)
    actions = models.PositiveBigIntegerField(null=True)
    active_users = models.PositiveBigIntegerField(null=True)
    usual_cost = models.DecimalField(**_MONEY, null=True)
    is_spike = models.BooleanField("spike", default=False)

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    class Meta:
        verbose_name = "daily unit cost"
        constraints = [
            models.UniqueConstraint(fields=["organization", "initiative", "day"], name="portfolio_unitcostday_day"),
        ]
        indexes = [
            models.Index(fields=["organization", "-day", "id"], name="portfolio_unitcostday_recent"),
            models.Index(
                fields=["organization", "-day", "id"], condition=Q(is_spike=True), name="portfolio_unitcostday_spikes"
            ),
            models.Index(
                fields=["organization", "-day", "id"], condition=Q(cost=None), name="portfolio_unitcostday_unknown"
            ),
        ]
        ordering = ["-day", "id"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.currency} {self.cost}"


class UnitCostMonth(TenantOwned):
    """What an initiative's use of models cost in one calendar month (UTC), and per what it was used for.

    `cost` and everything made of it is None while the cost of one day is unknown (`unknown_days` counts
    them); `known_cost` is the part that could be priced. Requests and actions are sums, active users the
    largest month-to-date figure; None means no record stated them, and a unit cost is then None as well.
    """

    ledger_mode = LedgerMode.STATEMENTS

    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    currency = models.CharField(max_length=3)
    cost = models.DecimalField(**_MONEY, null=True)
    known_cost = models.DecimalField(**_MONEY)
    unknown_days = models.PositiveSmallIntegerField(default=0)
    days = models.PositiveSmallIntegerField(help_text="Days with usage.")
    spike_days = models.PositiveSmallIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    requests = models.PositiveBigIntegerField(null=True)
    actions = models.PositiveBigIntegerField(null=True)
    active_users = models.PositiveBigIntegerField(null=True)
    cost_per_active_user = models.GeneratedField(
        expression=F("cost") / NullIf(F("active_users"), 0),
        output_field=models.DecimalField(**_MONEY, null=True),
        db_persist=True,
    )
    cost_per_request = models.GeneratedField(
        expression=F("cost") / NullIf(F("requests"), 0),
        output_field=models.DecimalField(**_MONEY, null=True),
        db_persist=True,
    )
    cost_per_thousand_actions = models.GeneratedField(
        expression=F("cost") * 1000 / NullIf(F("actions"), 0),
        output_field=models.DecimalField(**_MONEY, null=True),
        db_persist=True,
    )

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    class Meta:
        verbose_name = "monthly unit cost"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "initiative", "month"], name="portfolio_unitcostmonth_month"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="portfolio_unitcostmonth_month_start"),
        ]
        indexes = [models.Index(fields=["organization", "-month", "id"], name="portfolio_unitcostmonth_recent")]
        ordering = ["-month", "id"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.currency} {self.cost}"
