"""Business cases: the money an initiative is expected to cost and to bring, and what that is worth."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Deferrable, Q

from portfolio.enums import BENEFIT_CATEGORIES, COST_CATEGORIES, CaseStatus, CashCategory, CashSide
from portfolio.models.initiative import Initiative
from portfolio.querysets import BusinessCaseQuerySet, CashLineQuerySet, CashPeriodQuerySet, ValuationQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.models.organization import CURRENCY
from tenancy.querysets import TenantManager

# Twenty years: beyond that a monthly plan is a guess, and the figures stay within what the columns hold.
MAX_HORIZON_MONTHS = 240
LOWEST_DISCOUNT_RATE = Decimal("-0.5")
HIGHEST_DISCOUNT_RATE = Decimal(10)


class BusinessCase(TenantOwned):
    """Why an initiative is worth its money: monthly costs and benefits over a horizon.

    An initiative may have several, numbered by `revision`; at most one is current. `inputs_digest`
    identifies what the case holds now, so that a valuation is shown only for exactly those inputs;
    it is empty while there is no amount to value. Amounts are in `currency`.
    """

    initiative = TenantForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1, editable=False)
    status = models.CharField(max_length=12, choices=CaseStatus, default=CaseStatus.DRAFT, editable=False)
    currency = models.CharField(max_length=3, validators=[CURRENCY], help_text="ISO 4217, for example EUR.")
    discount_rate = models.DecimalField(
        max_digits=6,
        decimal_places=4,
        validators=[MinValueValidator(LOWEST_DISCOUNT_RATE), MaxValueValidator(HIGHEST_DISCOUNT_RATE)],
        help_text="Yearly, as a fraction: 0.10 is 10 %.",
    )
    start_month = models.DateField(help_text="The first month of the plan; amounts of this month count in full.")
    horizon_months = models.PositiveSmallIntegerField(
        default=36, validators=[MinValueValidator(1), MaxValueValidator(MAX_HORIZON_MONTHS)]
    )
    notes = models.TextField(blank=True, help_text="Assumptions and where the figures come from.")
    inputs_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = TenantManager.from_queryset(BusinessCaseQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "initiative", "revision"], name="portfolio_businesscase_revision"
            ),
            models.UniqueConstraint(
                fields=["organization", "initiative"],
                condition=Q(status=CaseStatus.CURRENT),
                name="portfolio_businesscase_current",
            ),
            models.CheckConstraint(
                condition=Q(discount_rate__gte=LOWEST_DISCOUNT_RATE, discount_rate__lte=HIGHEST_DISCOUNT_RATE),
                name="portfolio_businesscase_discount_rate",
                violation_error_message="The discount rate must lie between -0.5 and 10.",
            ),
            models.CheckConstraint(
                condition=Q(horizon_months__gte=1, horizon_months__lte=MAX_HORIZON_MONTHS),
                name="portfolio_businesscase_horizon",
                violation_error_message=f"The horizon must lie between 1 and {MAX_HORIZON_MONTHS} months.",
            ),
            models.CheckConstraint(
                condition=Q(start_month__day=1),
                name="portfolio_businesscase_start_month",
                violation_error_message="The start must be the first day of a month.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "id"], name="portfolio_businesscase_recent"),
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_businesscase_updated"),
        ]
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.name} (revision {self.revision})"

    @property
    def is_current(self) -> bool:
        return self.status == CaseStatus.CURRENT


class CashLine(TenantOwned):
    """One named cost or benefit of a business case, with an amount per month."""

    case = TenantForeignKey(BusinessCase, on_delete=models.CASCADE, related_name="lines")
    side = models.CharField(max_length=8, choices=CashSide)
    category = models.CharField(max_length=16, choices=CashCategory)
    name = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(CashLineQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(side=CashSide.COST, category__in=sorted(COST_CATEGORIES))
                | Q(side=CashSide.BENEFIT, category__in=sorted(BENEFIT_CATEGORIES)),
                name="portfolio_cashline_category",
                violation_error_message="This category does not belong to this side.",
            ),
        ]
        ordering = ["case", "-side", "position", "id"]

    def __str__(self) -> str:
        return self.name


class CashPeriod(TenantOwned):
    """What a line costs or brings in one month. A month without a row plans no payment."""

    line = TenantForeignKey(CashLine, on_delete=models.CASCADE, related_name="periods")
    month = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    objects = TenantManager.from_queryset(CashPeriodQuerySet)()

    class Meta:
        constraints = [
            # Deferrable, so that one UPDATE may move all months of a line when the plan's start moves.
            models.UniqueConstraint(
                fields=["organization", "line", "month"],
                deferrable=Deferrable.IMMEDIATE,
                name="portfolio_cashperiod_month",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="portfolio_cashperiod_amount",
                violation_error_message="An amount must not be negative; the side says whether it is paid or gained.",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="portfolio_cashperiod_month_start",
                violation_error_message="A month is given by its first day.",
            ),
        ]
        ordering = ["line", "month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.amount}"


class Valuation(TenantOwned):
    """What a business case was worth for exactly these inputs; never changed once computed.

    Money is in `currency`; `irr`, `roi` and `discount_rate` are fractions, paybacks are months from
    the start. A figure without an answer is None; `irr_reason` and `explanation["reasons"]` say why.
    `case_version` is the case's `version` when it was computed.
    """

    case = TenantForeignKey(BusinessCase, on_delete=models.CASCADE, related_name="+")
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
    explanation = models.JSONField(default=dict)
    engine_version = models.CharField(max_length=40)
    computed_at = models.DateTimeField()
    # Not a reference: jobs are removed after a while, and this row must not change then.
    job_id = models.UUIDField(null=True)

    objects = TenantManager.from_queryset(ValuationQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "case", "inputs_digest"], name="portfolio_valuation_inputs"
            ),
        ]
        indexes = [models.Index(fields=["organization", "-computed_at", "id"], name="portfolio_valuation_recent")]
        ordering = ["-computed_at", "id"]

    def __str__(self) -> str:
        return f"{self.currency} {self.npv}"
