"""Initiatives: programs, initiatives and features in one tree."""

from django.db import models
from django.db.models.functions import Upper

from collaboration.models import CustomFieldsMixin
from portfolio.enums import InitiativeKind, InitiativeLevel, Stage
from portfolio.models.structure import Portfolio, Theme
from portfolio.querysets import InitiativeQuerySet
from tenancy.models import Membership, Team, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Initiative(CustomFieldsMixin, TenantOwned):
    """Something the organization considers, builds or operates.

    `key` is the short name people say (`AI-12`), unique in the organization. `stage` changes only
    through `portfolio.services.initiatives.change_stage`.
    """

    document_label = "title"

    key = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    portfolio = TenantForeignKey(Portfolio, on_delete=models.PROTECT, related_name="+")
    theme = TenantForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    parent = TenantForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=12, choices=InitiativeLevel, default=InitiativeLevel.INITIATIVE)
    kind = models.CharField(max_length=20, choices=InitiativeKind, default=InitiativeKind.FEATURE)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.IDEA, editable=False)
    stage_changed_at = models.DateTimeField(null=True, editable=False)
    owning_team = TenantForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lead = TenantForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    target_release = models.CharField(max_length=60, blank=True)
    start_on = models.DateField(null=True, blank=True)
    end_on = models.DateField(null=True, blank=True)

    objects = TenantManager.from_queryset(InitiativeQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", Upper("key"), name="portfolio_initiative_key"),
            models.CheckConstraint(
                condition=models.Q(end_on__gte=models.F("start_on")) | models.Q(start_on=None) | models.Q(end_on=None),
                name="portfolio_initiative_dates",
                violation_error_message="The end must not lie before the start.",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="portfolio_initiative_not_own_parent",
                violation_error_message="An initiative cannot be its own parent.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "title", "id"], name="portfolio_initiative_by_title"),
            models.Index(fields=["organization", "-created_at", "id"], name="portfolio_initiative_recent"),
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_initiative_updated"),
            models.Index(fields=["organization", "stage", "-created_at"], name="portfolio_initiative_by_stage"),
        ]
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class InitiativeKeyCounter(TenantOwned):
    """The last number given out for a key prefix; its row lock makes numbers unique without a race."""

    ledger_mode = None

    prefix = models.CharField(max_length=12)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("organization", "prefix", name="portfolio_initiativekeycounter_prefix")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.last_number}"
