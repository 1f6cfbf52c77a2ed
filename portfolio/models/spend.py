"""Watching spend: the guardrail around a budget, the backlog of savings, and the money rolled up."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from portfolio.enums import OptimizationLever, OptimizationStatus, RollupScope
from portfolio.models.initiative import Initiative
from portfolio.models.structure import Portfolio
from portfolio.querysets import InitiativeRowQuerySet, InPortfolioQuerySet
from tenancy.enums import LedgerMode
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.models.organization import CURRENCY
from tenancy.querysets import TenantManager

DEFAULT_GUARDRAIL = Decimal("0.1")
_SUM: dict[str, Any] = {"max_digits": 30, "decimal_places": 2, "null": True}


class SpendGuardrail(TenantOwned):
    """How far an estimate at completion may lie from its budget before it is flagged, as a fraction.

    One row without a portfolio is the organization's; a portfolio's own row overrides it. Without any
    row it is 10%.
    """

    label_related = ("portfolio",)

    portfolio = TenantForeignKey(
        Portfolio,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: for every portfolio without one of its own.",
    )
    threshold = models.DecimalField(
        max_digits=6,
        decimal_places=4,
        default=DEFAULT_GUARDRAIL,
        validators=[MinValueValidator(0), MaxValueValidator(10)],
        help_text="As a fraction: 0.10 is 10%.",
    )

    objects = TenantManager.from_queryset(InPortfolioQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "portfolio"], nulls_distinct=False, name="portfolio_spendguardrail_portfolio"
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=0, threshold__lte=10),
                name="portfolio_spendguardrail_threshold",
                violation_error_message="The guardrail must lie between 0 and 10.",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Guardrail of {self.portfolio or 'the organization'}"


class CostOptimization(TenantOwned):
    """A change meant to make an initiative's use of models cheaper, and what it really saved.

    `effective_on` is the day it went live. The realised saving is measured from usage in the days before
    and after (`portfolio.calc.savings`), in the organization's currency; None while it cannot be, and
    `saving_basis` says how or why not.
    """

    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    lever = models.CharField(max_length=20, choices=OptimizationLever)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=OptimizationStatus, default=OptimizationStatus.IDEA)
    owner = TenantForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expected_monthly_saving = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, validators=[CURRENCY], help_text="ISO 4217, of the expected saving.")
    effective_on = models.DateField("live since", null=True, blank=True)
    realised_monthly_saving = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, editable=False
    )
    realised_currency = models.CharField(max_length=3, blank=True, editable=False)
    saving_basis = models.CharField(max_length=200, blank=True, editable=False)

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "initiative", "name"], name="portfolio_costoptimization_name"
            ),
            models.CheckConstraint(
                condition=Q(expected_monthly_saving=None) | Q(expected_monthly_saving__gte=0),
                name="portfolio_costoptimization_saving",
                violation_error_message="The expected saving must not be negative.",
            ),
            models.CheckConstraint(
                condition=~Q(status=OptimizationStatus.LIVE) | Q(effective_on__isnull=False),
                name="portfolio_costoptimization_live",
                violation_error_message="Say since when it is live; the saving is measured from that day on.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_costoptim_updated"),
            models.Index(fields=["organization", "name", "id"], name="portfolio_costoptim_by_name"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class MoneyRollup(TenantOwned):
    """Plan, forecast, actual and value of an initiative's approved case, in the organization's currency.

    Scope `own` is the initiative alone, `tree` adds everything below it; both are sums, so that returns are
    made of sums and never averaged. Everything is converted at the rates of `as_of`, so that a budget and
    what became of it differ by money and not by exchange rates. A figure is None while nothing is known of
    it. What is known but cannot be added is counted: `cases` approved, of which `unvalued` have no valuation
    of their present inputs and `unconverted` have no exchange rate.
    """

    ledger_mode = LedgerMode.STATEMENTS

    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(max_length=4, choices=RollupScope)
    as_of = models.DateField()
    currency = models.CharField(max_length=3)
    plan_cost = models.DecimalField("budget", **_SUM)
    forecast_cost = models.DecimalField(**_SUM)
    actual_cost = models.DecimalField(**_SUM)
    estimate_at_completion = models.DecimalField(**_SUM)
    plan_benefit = models.DecimalField(**_SUM)
    forecast_benefit = models.DecimalField(**_SUM)
    actual_benefit = models.DecimalField(**_SUM)
    npv = models.DecimalField("net present value", **_SUM)
    pv_costs = models.DecimalField("present value of costs", **_SUM)
    pv_benefits = models.DecimalField("present value of benefits", **_SUM)
    cases = models.PositiveIntegerField(default=0)
    unvalued = models.PositiveIntegerField(default=0)
    unconverted = models.PositiveIntegerField(default=0)
    months_without_actual = models.PositiveIntegerField(
        default=0, help_text="Past months of cost lines with a plan but no actual; the estimate takes their forecast."
    )

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "initiative", "scope"], name="portfolio_moneyrollup_initiative"
            ),
        ]
        indexes = [models.Index(fields=["organization", "scope", "id"], name="portfolio_moneyrollup_by_scope")]
        ordering = ["initiative", "scope"]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.scope}"
