"""The price book: what providers charge for their models, by kind of use and from which day."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from portfolio.enums import PriceKind
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.models.organization import CURRENCY

LOWEST_UNIT = Decimal("0.0001")


class PricedModel(TenantOwned):
    """A model as a provider sells it; known from the first price or the first use that names it.

    Names are one whatever their capitals: a feed that writes them otherwise means the same model.
    """

    provider = models.CharField(max_length=80)
    name = models.CharField(max_length=120)

    class Meta:
        verbose_name = "priced model"
        constraints = [
            models.UniqueConstraint(
                "organization", Upper("provider"), Upper("name"), name="portfolio_pricedmodel_name"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "provider", "name", "id"], name="portfolio_pricedmodel_by_name")
        ]
        ordering = ["provider", "name", "id"]

    def __str__(self) -> str:
        return f"{self.provider} {self.name}"


class ModelPrice(TenantOwned):
    """One row of the price book: `amount` in `currency` for `unit_quantity` units of a kind of use.

    Valid from `valid_from` until the next price of the same model and kind, or through `valid_until`
    if the offer ended without a successor. On any day at most one price is valid.
    """

    label_related = ("priced_model",)

    priced_model = TenantForeignKey(PricedModel, on_delete=models.PROTECT, related_name="+", verbose_name="model")
    kind = models.CharField(max_length=20, choices=PriceKind)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Last day of the offer; empty until a new price.")
    unit_quantity = models.DecimalField(
        max_digits=16,
        decimal_places=4,
        default=Decimal(1_000_000),
        validators=[MinValueValidator(LOWEST_UNIT)],
        help_text="How many units the amount is for: 1,000,000 for tokens, 1 for images and GPU-hours.",
    )
    amount = models.DecimalField(max_digits=18, decimal_places=8, validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=3, validators=[CURRENCY], help_text="ISO 4217, for example USD.")
    source = models.CharField(max_length=200, blank=True, help_text="Price list or contract the price is from.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "priced_model", "kind", "valid_from"], name="portfolio_modelprice_valid_from"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="portfolio_modelprice_amount",
                violation_error_message="A price must not be negative.",
            ),
            models.CheckConstraint(
                condition=Q(unit_quantity__gte=LOWEST_UNIT),
                name="portfolio_modelprice_unit_quantity",
                violation_error_message="The unit quantity must be at least 0.0001.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="portfolio_modelprice_dates",
                violation_error_message="The last day must not lie before the first.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-valid_from", "id"], name="portfolio_modelprice_recent"),
            models.Index(fields=["organization", "currency", "id"], name="portfolio_modelprice_by_cur"),
        ]
        ordering = ["-valid_from", "priced_model", "kind", "id"]

    def __str__(self) -> str:
        kind = self.get_kind_display().lower()
        return f"{self.priced_model} {kind} from {self.valid_from.day} {self.valid_from:%b %Y}"
