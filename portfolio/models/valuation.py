"""Valuations: what the options of a business case are worth, never changed once computed."""

from django.db import models

from portfolio.models.business_case import BusinessCase, CaseOption
from portfolio.querysets import ValuationQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Valuation(TenantOwned):
    """What one option of a business case was worth for exactly these inputs; never changed once computed.

    Money is in `currency`; `irr`, `mirr`, `roi`, `probability_negative` and `discount_rate` are
    fractions, paybacks are months from the start. `npv_p10` to `npv_p90` are percentiles of `trials`
    simulated net present values drawn with `seed`. A figure without an answer is None; `irr_reason`
    and `explanation["reasons"]` say why. `case_version` is the case's `version` when it was computed.
    """

    case = TenantForeignKey(BusinessCase, on_delete=models.CASCADE, related_name="+")
    option = TenantForeignKey(CaseOption, on_delete=models.CASCADE, related_name="+")
    case_version = models.PositiveIntegerField()
    inputs_digest = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    discount_rate = models.DecimalField(max_digits=6, decimal_places=4)
    npv = models.DecimalField("net present value", max_digits=30, decimal_places=2)
    irr = models.FloatField("internal rate of return", null=True)
    irr_reason = models.CharField(max_length=20, blank=True)
    roi = models.FloatField("return on investment", null=True)
    payback_months = models.FloatField(null=True)
    discounted_payback_months = models.FloatField(null=True)
    profitability_index = models.FloatField(null=True)
    total_costs = models.DecimalField(max_digits=30, decimal_places=2)
    total_benefits = models.DecimalField(max_digits=30, decimal_places=2)
    pv_costs = models.DecimalField("present value of costs", max_digits=30, decimal_places=2)
    pv_benefits = models.DecimalField("present value of benefits", max_digits=30, decimal_places=2)
    mirr = models.FloatField("modified internal rate of return", null=True)
    total_cost_of_ownership = models.DecimalField(max_digits=30, decimal_places=2, null=True)
    capex = models.DecimalField("capital expenditure", max_digits=30, decimal_places=2, null=True)
    opex = models.DecimalField("operating expenditure", max_digits=30, decimal_places=2, null=True)
    hard_benefits = models.DecimalField(max_digits=30, decimal_places=2, null=True)
    soft_benefits = models.DecimalField(max_digits=30, decimal_places=2, null=True)
    npv_hard_only = models.DecimalField("NPV on hard benefits", max_digits=30, decimal_places=2, null=True)
    cost_per_user = models.DecimalField("cost to serve per user and month", max_digits=30, decimal_places=6, null=True)
    cost_per_thousand_actions = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    break_even_adoption = models.FloatField(null=True)
    cost_of_delay = models.DecimalField("cost of a month's delay", max_digits=30, decimal_places=2, null=True)
    npv_p10 = models.DecimalField("NPV, P10", max_digits=30, decimal_places=2, null=True)
    npv_p50 = models.DecimalField("NPV, P50", max_digits=30, decimal_places=2, null=True)
    npv_p90 = models.DecimalField("NPV, P90", max_digits=30, decimal_places=2, null=True)
    probability_negative = models.FloatField("probability of a negative NPV", null=True)
    seed = models.PositiveBigIntegerField(null=True)
    trials = models.PositiveIntegerField(null=True)
    tornado = models.JSONField(default=list)
    distribution = models.JSONField(default=dict)
    explanation = models.JSONField(default=dict)
    engine_version = models.CharField(max_length=40)
    computed_at = models.DateTimeField()
    # Not a reference: jobs are removed after a while, and this row must not change then.
    job_id = models.UUIDField(null=True)

    objects = TenantManager.from_queryset(ValuationQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "option", "inputs_digest"], name="portfolio_valuation_option_inputs"
            ),
        ]
        indexes = [models.Index(fields=["organization", "-computed_at", "id"], name="portfolio_valuation_recent")]
        ordering = ["-computed_at", "id"]

    def __str__(self) -> str:
        return f"{self.currency} {self.npv}"
