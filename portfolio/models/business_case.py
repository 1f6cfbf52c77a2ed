"""Business cases and their options: ways to get what an initiative is for, and which one is recommended."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from portfolio.enums import OPEN_CASES, AdoptionShape, CaseStatus, OptionKind
from portfolio.models.initiative import Initiative
from portfolio.querysets import BusinessCaseQuerySet, InCaseQuerySet
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.models.organization import CURRENCY
from tenancy.querysets import TenantManager

# Twenty years: beyond that a monthly plan is a guess, and the figures stay within what the columns hold.
MAX_HORIZON_MONTHS = 240
LOWEST_DISCOUNT_RATE = Decimal("-0.5")
HIGHEST_DISCOUNT_RATE = Decimal(10)
LONGEST_FORMULA = 2000
FEWEST_TRIALS, MOST_TRIALS = 100, 100_000
# The largest integer JSON readers take exactly.
LARGEST_SEED = 2**53 - 1


class BusinessCase(TenantOwned):
    """Why an initiative is worth its money: monthly costs and benefits over a horizon.

    An initiative may have several, numbered by `revision`. One of them `is_current`, the one its
    figures come from: the approved one, or while none is approved a draft. Once submitted a case
    is not changed any more; a change is a new draft `based_on` it. `inputs_digest` identifies what
    the case holds now, so that a valuation is shown only for exactly those inputs; it is empty
    while there is no amount to value. Amounts are in `currency`.
    """

    initiative = TenantForeignKey(Initiative, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1, editable=False)
    status = models.CharField(max_length=12, choices=CaseStatus, default=CaseStatus.DRAFT, editable=False)
    is_current = models.BooleanField(default=False, editable=False)
    currency = models.CharField(max_length=3, validators=[CURRENCY], help_text="ISO 4217, for example EUR.")
    discount_rate = models.DecimalField(
        max_digits=6,
        decimal_places=4,
        validators=[MinValueValidator(LOWEST_DISCOUNT_RATE), MaxValueValidator(HIGHEST_DISCOUNT_RATE)],
        help_text="Yearly, as a fraction: 0.10 is 10%.",
    )
    start_month = models.DateField(help_text="The first month of the plan; amounts of this month count in full.")
    horizon_months = models.PositiveSmallIntegerField(
        default=36, validators=[MinValueValidator(1), MaxValueValidator(MAX_HORIZON_MONTHS)]
    )
    notes = models.TextField(blank=True, help_text="Assumptions and where the figures come from.")
    users_key = models.CharField(
        "active users", max_length=60, blank=True, help_text="Key of the driver that counts active users in a month."
    )
    actions_key = models.CharField(
        "actions", max_length=60, blank=True, help_text="Key of the driver that counts actions in a month."
    )
    simulation_seed = models.PositiveBigIntegerField(default=1, validators=[MaxValueValidator(LARGEST_SEED)])
    trials = models.PositiveIntegerField(
        default=10_000, validators=[MinValueValidator(FEWEST_TRIALS), MaxValueValidator(MOST_TRIALS)]
    )
    inputs_digest = models.CharField(max_length=64, blank=True, editable=False)
    based_on = TenantForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    submitted_by = TenantForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = TenantForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decision_note = models.TextField(blank=True, editable=False)

    objects = TenantManager.from_queryset(BusinessCaseQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "initiative", "revision"], name="portfolio_businesscase_revision"
            ),
            models.UniqueConstraint(
                fields=["organization", "initiative"],
                condition=Q(is_current=True),
                name="portfolio_businesscase_is_current",
            ),
            models.UniqueConstraint(
                fields=["organization", "initiative"],
                condition=Q(status=CaseStatus.APPROVED),
                name="portfolio_businesscase_approved",
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
    def is_open(self) -> bool:
        """Whether it may be edited."""
        return self.status in OPEN_CASES


class CaseOption(TenantOwned):
    """One way to get what the initiative is for; the recommended one is what the case asks for.

    With an adoption curve its formulas may say `adoption`: the share of users who adopted, growing
    from month `adoption_start_month` to `adoption_ceiling` within `adoption_months`. Ceiling and
    months are a number or the key of a driver.
    """

    case = TenantForeignKey(BusinessCase, on_delete=models.CASCADE, related_name="options")
    kind = models.CharField(max_length=10, choices=OptionKind, default=OptionKind.BUILD)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    adoption_shape = models.CharField(max_length=7, choices=AdoptionShape, default=AdoptionShape.NONE)
    adoption_start_month = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_HORIZON_MONTHS)],
        help_text="Counted from 1, the first month of the plan.",
    )
    adoption_ceiling = models.CharField(max_length=60, default="1", help_text="A share such as 0.6, or a driver's key.")
    adoption_months = models.CharField(max_length=60, default="12", help_text="A number, or a driver's key.")
    is_recommended = models.BooleanField(default=False)
    based_on = TenantForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(InCaseQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "case", Upper("name"), name="portfolio_caseoption_name"),
            models.UniqueConstraint(
                fields=["organization", "case"],
                condition=Q(is_recommended=True),
                name="portfolio_caseoption_recommended",
            ),
        ]
        ordering = ["case", "position", "id"]

    def __str__(self) -> str:
        return self.name
