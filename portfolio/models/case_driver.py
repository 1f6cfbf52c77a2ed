"""Drivers: the named assumptions the formulas of a business case are made of."""

from decimal import Decimal

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from portfolio.enums import Confidence, DriverDistribution
from portfolio.models.business_case import LONGEST_FORMULA, BusinessCase, CaseOption
from portfolio.querysets import InCaseQuerySet
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

KEY = RegexValidator(r"^[a-z][a-z0-9_]*\Z", "Use small letters, digits and underscores, beginning with a letter.")


class CaseDriver(TenantOwned):
    """One assumption: what formulas call it (`key`), what it is likely to be, and who says so.

    `option` None means it holds for the whole case; a driver of the same key on an option takes its
    place there. With a `formula` it is computed from other drivers, month by month; otherwise it is
    drawn from `distribution` between `low` and `high`, and is `likely` where one figure is needed.
    """

    case = TenantForeignKey(BusinessCase, on_delete=models.CASCADE, related_name="drivers")
    option = TenantForeignKey(CaseOption, null=True, blank=True, on_delete=models.CASCADE, related_name="drivers")
    key = models.CharField(max_length=60, validators=[KEY])
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=60, blank=True, help_text="For example users, EUR/hour or 1; empty is a number.")
    formula = models.CharField(max_length=LONGEST_FORMULA, blank=True)
    low = models.DecimalField(max_digits=24, decimal_places=8, default=Decimal(0))
    likely = models.DecimalField(max_digits=24, decimal_places=8, default=Decimal(0))
    high = models.DecimalField(max_digits=24, decimal_places=8, default=Decimal(0))
    distribution = models.CharField(max_length=10, choices=DriverDistribution, default=DriverDistribution.TRIANGULAR)
    source = models.CharField(max_length=300, blank=True)
    owner = TenantForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    confidence = models.CharField(max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(InCaseQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "case", "option", "key"],
                nulls_distinct=False,
                name="portfolio_casedriver_key",
            ),
            models.CheckConstraint(
                condition=Q(low__lte=F("likely"), likely__lte=F("high")),
                name="portfolio_casedriver_range",
                violation_error_message="Low, likely and high must rise in this order.",
            ),
        ]
        ordering = ["case", "position", "id"]

    def __str__(self) -> str:
        return self.name
