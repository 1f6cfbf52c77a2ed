"""Cash lines: what one option of a business case costs and brings per month, as planned, expected and seen."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Deferrable, Q

from portfolio.enums import (
    BENEFIT_CATEGORIES,
    COST_CATEGORIES,
    ActualSource,
    BenefitKind,
    CashCategory,
    CashSide,
    LineAnchor,
    Measure,
    SpendKind,
)
from portfolio.models.business_case import LONGEST_FORMULA, MAX_HORIZON_MONTHS, BusinessCase, CaseOption
from portfolio.models.kpi import Kpi
from portfolio.querysets import CashPeriodQuerySet, InCaseQuerySet, OfLineQuerySet, StaffingPeriodQuerySet
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

_OF_KPI = Q(kpi__isnull=False, value_per_unit__isnull=False, side=CashSide.BENEFIT)


class CashLine(TenantOwned):
    """One named cost or benefit of an option, with an amount per month.

    Without a `formula` its plan is what people entered. With one, the plan is computed from the
    case's drivers in the months the line lasts. An anchored line begins `offset_months` after the
    month of the initiative's start or end (`anchored_month` is where it begins now) and moves with
    it; other lines begin `offset_months` after the start of the case. `duration_months` None means
    until the horizon. Actual amounts come from `actual_source`; from a KPI they are its monthly
    value times `value_per_unit`. `based_on` is the line of the earlier case this one continues.
    """

    case = TenantForeignKey(BusinessCase, on_delete=models.CASCADE, related_name="lines")
    option = TenantForeignKey(CaseOption, on_delete=models.CASCADE, related_name="lines")
    side = models.CharField(max_length=8, choices=CashSide)
    category = models.CharField(max_length=16, choices=CashCategory)
    benefit_kind = models.CharField(max_length=4, choices=BenefitKind, blank=True)
    spend_kind = models.CharField(max_length=5, choices=SpendKind, blank=True)
    name = models.CharField(max_length=200)
    formula = models.CharField(max_length=LONGEST_FORMULA, blank=True)
    anchor = models.CharField(max_length=5, choices=LineAnchor, default=LineAnchor.NONE)
    offset_months = models.SmallIntegerField(
        default=0, validators=[MinValueValidator(-MAX_HORIZON_MONTHS), MaxValueValidator(MAX_HORIZON_MONTHS)]
    )
    duration_months = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MAX_HORIZON_MONTHS)]
    )
    anchored_month = models.DateField(null=True, blank=True, editable=False)
    actual_source = models.CharField(max_length=6, choices=ActualSource, default=ActualSource.MANUAL)
    kpi = TenantForeignKey(Kpi, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    value_per_unit = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    based_on = TenantForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(InCaseQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(side=CashSide.COST, category__in=sorted(COST_CATEGORIES))
                | Q(side=CashSide.BENEFIT, category__in=sorted(BENEFIT_CATEGORIES)),
                name="portfolio_cashline_category",
                violation_error_message="This category does not belong to this side.",
            ),
            models.CheckConstraint(
                condition=Q(side=CashSide.COST, benefit_kind="") | Q(side=CashSide.BENEFIT, spend_kind=""),
                name="portfolio_cashline_kind",
                violation_error_message="Costs are capital or operating expenditure, benefits are hard or soft.",
            ),
            models.CheckConstraint(
                condition=~Q(actual_source=ActualSource.KPI) | _OF_KPI,
                name="portfolio_cashline_kpi",
                violation_error_message="A benefit fed by a KPI needs the KPI and the value of one unit.",
            ),
        ]
        ordering = ["case", "-side", "position", "id"]

    def __str__(self) -> str:
        return self.name


class CashPeriod(TenantOwned):
    """What a line costs or brings in one month, by one measure.

    A month without a plan row plans no payment; without a forecast row the plan is still expected;
    without an actual row it is not known what happened. `source` says where an amount came from.
    """

    line = TenantForeignKey(CashLine, on_delete=models.CASCADE, related_name="periods")
    month = models.DateField()
    measure = models.CharField(max_length=8, choices=Measure, default=Measure.PLAN)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    source = models.CharField(max_length=60, blank=True)

    objects = TenantManager.from_queryset(CashPeriodQuerySet)()

    class Meta:
        constraints = [
            # Deferrable, so that one UPDATE may move all months of a line when the plan's start moves.
            models.UniqueConstraint(
                fields=["organization", "line", "month", "measure"],
                deferrable=Deferrable.IMMEDIATE,
                name="portfolio_cashperiod_measure",
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


class StaffingLine(TenantOwned):
    """People of one role; their person-months times `monthly_rate` are the plan of their cash line."""

    line = TenantForeignKey(CashLine, on_delete=models.CASCADE, related_name="staffing")
    role = models.CharField(max_length=120)
    monthly_rate = models.DecimalField(max_digits=18, decimal_places=2)

    objects = TenantManager.from_queryset(OfLineQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "line"], name="portfolio_staffingline_line"),
            models.CheckConstraint(
                condition=Q(monthly_rate__gte=0),
                name="portfolio_staffingline_rate",
                violation_error_message="A rate must not be negative.",
            ),
        ]
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return self.role


class StaffingPeriod(TenantOwned):
    """How many person-months of a role are planned in one month."""

    staffing_line = TenantForeignKey(StaffingLine, on_delete=models.CASCADE, related_name="periods")
    month = models.DateField()
    person_months = models.DecimalField(max_digits=8, decimal_places=2)

    objects = TenantManager.from_queryset(StaffingPeriodQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "staffing_line", "month"],
                deferrable=Deferrable.IMMEDIATE,
                name="portfolio_staffingperiod_month",
            ),
            models.CheckConstraint(
                condition=Q(person_months__gte=0),
                name="portfolio_staffingperiod_amount",
                violation_error_message="Person-months must not be negative.",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="portfolio_staffingperiod_month_start",
                violation_error_message="A month is given by its first day.",
            ),
        ]
        ordering = ["staffing_line", "month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.person_months}"
