"""Capacity: what is scarce, how much of it teams have, how much items need, and how it ought to be shared out."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from portfolio.enums import InitiativeKind
from portfolio.models import Portfolio
from roadmap.enums.capacity import DemandProfile, DemandSource, ResourceKind
from roadmap.models.item import RoadmapItem
from roadmap.querysets import AllocationTargetQuerySet, ResourceDemandQuerySet, ResourceQuerySet
from tenancy.models import Team, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

_NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class Resource(TenantOwned):
    """Something there is only so much of: people of a role or with a skill, GPU-hours, labels.

    `unit` is what its amounts count in: one month of a role's 1.0 is one person's month.
    """

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=ResourceKind, default=ResourceKind.ROLE)
    unit = models.CharField(
        max_length=30, blank=True, help_text="Empty: full-time equivalents, GPU-hours or labels, by kind."
    )
    description = models.TextField(blank=True)

    objects = TenantManager.from_queryset(ResourceQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                Upper("name"),
                name="roadmap_resource_name",
                violation_error_message="Another resource has this name.",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "name", "id"], name="roadmap_resource_by_name"),
            models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_resource_updated"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def total_unit(self) -> str:
        """What amounts over several months count in: months of people, but hours are hours."""
        return f"{self.unit}-months" if self.kind in {ResourceKind.ROLE, ResourceKind.SKILL} else self.unit


class TeamCapacity(TenantOwned):
    """How much of a resource a team has in a month; a month without a row is unknown, not zero."""

    label_related = ("team", "resource")

    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    resource = TenantForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    month = models.DateField(help_text="Its first day.")
    amount = models.DecimalField(
        max_digits=14, decimal_places=3, validators=_NOT_NEGATIVE, help_text="In the unit of the resource."
    )

    class Meta:
        verbose_name_plural = "team capacities"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "team", "resource", "month"],
                name="roadmap_teamcapacity_month",
                violation_error_message="The team's capacity in this month is known already.",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="roadmap_teamcapacity_first",
                violation_error_message="Give the first day of the month.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="roadmap_teamcapacity_amount",
                violation_error_message="Capacity must not be negative.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "month", "id"], name="roadmap_teamcapacity_by_month"),
            models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_teamcapacity_updated"),
        ]
        ordering = ["month", "id"]

    def __str__(self) -> str:
        return f"{self.team}, {self.resource}, {self.month:%b %Y}"


class ResourceDemand(TenantOwned):
    """How much of a resource an item needs over its whole time, in unit-months: 6 is one person for half a year.

    `team` is who gives it, the item's team when None. `custom_shares` are the shares of equal parts of the item's
    working days, in their order, and add up to 1; empty for every other profile.
    """

    label_related = ("item", "resource")

    item = TenantForeignKey(RoadmapItem, on_delete=models.CASCADE, related_name="+")
    resource = TenantForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    team = TenantForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: the item's team."
    )
    low = models.DecimalField(
        max_digits=14, decimal_places=3, validators=_NOT_NEGATIVE, help_text="At the least, over the whole item."
    )
    likely = models.DecimalField(
        max_digits=14, decimal_places=3, validators=_NOT_NEGATIVE, help_text="What the heat map counts."
    )
    high = models.DecimalField(max_digits=14, decimal_places=3, validators=_NOT_NEGATIVE, help_text="At the most.")
    profile = models.CharField("spread", max_length=6, choices=DemandProfile, default=DemandProfile.FLAT)
    custom_shares = ArrayField(
        models.DecimalField(
            max_digits=7,
            decimal_places=6,
            validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        ),
        default=list,
        blank=True,
        help_text="Of equal parts of the work, such as 0.2, 0.5, 0.3. Together 1.",
    )
    source = models.CharField(max_length=13, choices=DemandSource, default=DemandSource.MANUAL, editable=False)
    note = models.CharField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(ResourceDemandQuerySet)()

    class Meta:
        verbose_name = "resource demand"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "item", "resource", "team"],
                nulls_distinct=False,
                name="roadmap_resourcedemand_resource",
                violation_error_message="The item needs this resource of this team already.",
            ),
            models.CheckConstraint(
                condition=Q(low__gte=0, likely__gte=F("low"), high__gte=F("likely"), high__gt=0),
                name="roadmap_resourcedemand_range",
                violation_error_message="Low, likely and high must rise in this order from zero.",
            ),
            models.CheckConstraint(
                condition=Q(profile=DemandProfile.CUSTOM, custom_shares__len__gte=1)
                | (~Q(profile=DemandProfile.CUSTOM) & Q(custom_shares=[])),
                name="roadmap_resourcedemand_shares",
                violation_error_message="Give shares for a spread of your own, and for no other.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_resourcedemand_updated")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.item}: {self.resource}"


class AllocationTarget(TenantOwned):
    """Which share of the people's time a kind of work ought to get in a quarter, of a portfolio or of everything."""

    portfolio = TenantForeignKey(
        Portfolio,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: over all portfolios.",
    )
    quarter = models.DateField(help_text="Its first day.")
    kind = models.CharField("kind of work", max_length=20, choices=InitiativeKind)
    share = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text="A fraction: 0.2 is 20%.",
    )

    objects = TenantManager.from_queryset(AllocationTargetQuerySet)()

    class Meta:
        verbose_name = "allocation target"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "portfolio", "quarter", "kind"],
                nulls_distinct=False,
                name="roadmap_allocationtarget_kind",
                violation_error_message="This kind of work has a target in the quarter already.",
            ),
            models.CheckConstraint(
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]),
                name="roadmap_allocationtarget_quarter",
                violation_error_message="Give the first day of the quarter.",
            ),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=1),
                name="roadmap_allocationtarget_share",
                violation_error_message="A share is a fraction between 0 and 1.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "quarter", "id"], name="roadmap_allocation_by_quarter"),
            models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_allocation_updated"),
        ]
        ordering = ["quarter", "kind", "id"]

    def __str__(self) -> str:
        number = (self.quarter.month + 2) // 3
        return f"{self.get_kind_display()}, Q{number} {self.quarter.year}"
