"""Exchange rates: what one unit of a currency is worth in the organization's currency, from a day on."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from tenancy.models import TenantOwned
from tenancy.models.organization import CURRENCY

# Ten digits behind the point hold the smallest currencies; the bounds keep products within what the columns hold.
LOWEST_RATE, HIGHEST_RATE = Decimal("0.0000000001"), Decimal(1_000_000_000)


class ExchangeRate(TenantOwned):
    """One unit of `currency` is worth `rate` units of `pivot_currency` from `valid_on` until the next rate.

    The pivot is the organization's reporting currency when the rate was entered. Should the organization
    change it, older rates stay stored but no longer say anything about the new one.
    """

    currency = models.CharField(max_length=3, validators=[CURRENCY], help_text="ISO 4217, for example USD.")
    pivot_currency = models.CharField(max_length=3, validators=[CURRENCY], editable=False)
    valid_on = models.DateField("valid from")
    rate = models.DecimalField(
        max_digits=20,
        decimal_places=10,
        validators=[MinValueValidator(LOWEST_RATE), MaxValueValidator(HIGHEST_RATE)],
        help_text="How much of the organization's currency one unit buys.",
    )
    source = models.CharField(max_length=120, blank=True, help_text="For example the central bank it is from.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "currency", "pivot_currency", "valid_on"],
                name="portfolio_exchangerate_valid_on",
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=LOWEST_RATE, rate__lte=HIGHEST_RATE),
                name="portfolio_exchangerate_rate",
                violation_error_message="The rate must be above zero and at most 1,000,000,000.",
            ),
            models.CheckConstraint(
                condition=~Q(currency=F("pivot_currency")),
                name="portfolio_exchangerate_currency",
                violation_error_message="This is the organization's own currency; its rate is always 1.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-valid_on", "id"], name="portfolio_exchangerate_recent"),
            models.Index(fields=["organization", "currency", "id"], name="portfolio_exchangerate_by_cur"),
        ]
        ordering = ["-valid_on", "currency", "id"]

    def __str__(self) -> str:
        rate = f"1 {self.currency} = {self.rate.normalize():f} {self.pivot_currency}"
        return f"{rate} from {self.valid_on.day} {self.valid_on:%b %Y}"
