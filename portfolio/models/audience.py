"""Whom initiatives are for: stakeholders with a satisfaction pulse, and what customers say."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from portfolio.enums import FeedbackKind, FeedbackSentiment, Influence
from portfolio.models.initiative import Initiative
from portfolio.querysets import FeedbackQuerySet, InitiativeRowQuerySet, OfStakeholderQuerySet
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.models.organization import CURRENCY
from tenancy.querysets import TenantManager

LOWEST_PULSE, HIGHEST_PULSE = 1, 5


class Stakeholder(TenantOwned):
    """Somebody with an interest in an initiative, inside the organization or not."""

    label_related = ("initiative",)

    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    position = models.CharField(max_length=120, blank=True, help_text="Such as head of support, or the customer.")
    member = TenantForeignKey(
        Membership,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Set when the person signs in here; only they then answer for themselves.",
    )
    influence = models.CharField(max_length=8, choices=Influence, default=Influence.MEDIUM)
    interest = models.CharField(max_length=8, choices=Influence, default=Influence.MEDIUM)
    expectation = models.TextField(blank=True, help_text="What they want of the initiative.")

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "initiative", "name"], name="portfolio_stakeholder_name"),
        ]
        indexes = [
            models.Index(fields=["organization", "name", "id"], name="portfolio_stakeholder_by_name"),
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_stakeholder_updated"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class PulseAnswer(TenantOwned):
    """How content a stakeholder was on a day, from 1 (not at all) to 5 (very); a day answered again is corrected."""

    label_related = ("stakeholder",)

    stakeholder = TenantForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="+")
    answered_on = models.DateField()
    score = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(LOWEST_PULSE), MaxValueValidator(HIGHEST_PULSE)],
        help_text="From 1, not content at all, to 5, very content.",
    )
    comment = models.TextField(blank=True)

    objects = TenantManager.from_queryset(OfStakeholderQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "stakeholder", "answered_on"], name="portfolio_pulseanswer_day"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=LOWEST_PULSE, score__lte=HIGHEST_PULSE),
                name="portfolio_pulseanswer_score",
                violation_error_message=f"The score must lie between {LOWEST_PULSE} and {HIGHEST_PULSE}.",
            ),
        ]
        ordering = ["-answered_on", "id"]

    def __str__(self) -> str:
        return f"{self.stakeholder}: {self.score}"


class Feedback(TenantOwned):
    """Something a customer said, in a ticket, a call or an interview.

    `customer_value` is what the customer is worth a year, None when unknown. `source` and `source_id` make a feed
    that repeats itself correct what it sent before.
    """

    kind = models.CharField(max_length=10, choices=FeedbackKind)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    customer = models.CharField(max_length=120, blank=True)
    customer_value = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, blank=True, validators=[CURRENCY], help_text="Of the customer's value.")
    sentiment = models.CharField(max_length=8, choices=FeedbackSentiment, default=FeedbackSentiment.NEUTRAL)
    received_on = models.DateField()
    source = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - NULL: no id, never taken twice

    objects = TenantManager.from_queryset(FeedbackQuerySet)()

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "source_id"], name="portfolio_feedback_source"),
            models.CheckConstraint(
                condition=Q(customer_value=None) | Q(customer_value__gte=0),
                name="portfolio_feedback_value",
                violation_error_message="A customer's value must not be negative.",
            ),
            models.CheckConstraint(
                condition=Q(customer_value=None) | ~Q(currency=""),
                name="portfolio_feedback_currency",
                violation_error_message="Say in which currency the customer's value is.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-received_on", "id"], name="portfolio_feedback_recent"),
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_feedback_updated"),
        ]
        ordering = ["-received_on", "id"]

    def __str__(self) -> str:
        return self.title


class FeedbackLink(TenantOwned):
    """A piece of feedback that speaks for an initiative."""

    label_related = ("feedback", "initiative")

    feedback = TenantForeignKey(Feedback, on_delete=models.CASCADE, related_name="links")
    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "feedback", "initiative"], name="portfolio_feedbacklink_pair"
            ),
        ]
        ordering = ["feedback", "id"]

    def __str__(self) -> str:
        return f"{self.feedback} for {self.initiative}"
