"""Feedback and stakeholders as an initiative sees them: how many, worth how much, how content."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, Subquery

from portfolio.models import Feedback, FeedbackLink, Initiative, PulseAnswer, Stakeholder
from tenancy.actor import Actor


@dataclass(frozen=True)
class FeedbackTotals:
    """Feedback that speaks for an initiative; `value` is the yearly worth of the customers known in `currency`.

    A customer who spoke twice is counted once, with the largest value stated. `value` is None while no worth is
    known; `other_currency` customers are not in it.
    """

    count: int
    customers: int
    negative: int
    value: Decimal | None
    currency: str
    other_currency: int


def feedback_totals(initiative: Initiative, *, actor: Actor) -> FeedbackTotals:
    """Counts and customers' worth; two queries."""
    rows = _feedback_of(initiative)
    currency = actor.organization.currency
    counts = rows.aggregate(
        count=Count("pk"),
        customers=Count("customer", distinct=True, filter=~Q(customer="")),
        negative=Count("pk", filter=Q(sentiment="negative")),
    )
    worth = rows.filter(customer_value__isnull=False).exclude(customer="").values("customer", "currency")
    values = list(worth.annotate(most=Max("customer_value")).order_by())
    ours = [row["most"] for row in values if row["currency"] == currency]
    return FeedbackTotals(
        **counts, value=sum(ours) if ours else None, currency=currency, other_currency=len(values) - len(ours)
    )


def newest_feedback(initiative: Initiative, *, limit: int = 5) -> list[Feedback]:
    """What was said last."""
    return list(_feedback_of(initiative).order_by("-received_on", "pk")[:limit])


def _feedback_of(initiative: Initiative) -> Any:
    links = FeedbackLink.objects.filter(initiative=initiative).order_by().values("feedback_id")
    return Feedback.objects.filter(pk__in=links).order_by()


def with_links(rows: Any) -> Any:
    """Annotate feedback with `initiatives`: how many it speaks for."""
    counted = FeedbackLink.objects.filter(feedback=OuterRef("pk")).order_by().values("feedback")
    return rows.annotate(initiatives=Subquery(counted.annotate(count=Count("pk")).values("count")))


def with_pulse(rows: Any) -> Any:
    """Annotate stakeholders with their newest `pulse` and when it was taken; None when never asked."""
    newest = PulseAnswer.objects.filter(stakeholder=OuterRef("pk")).order_by("-answered_on", "pk")
    return rows.annotate(
        pulse=Subquery(newest.values("score")[:1]), pulse_on=Subquery(newest.values("answered_on")[:1])
    )


@dataclass(frozen=True)
class Pulse:
    """The mean of the newest answers of those who answered; None when nobody did."""

    mean: float | None
    answered: int
    stakeholders: int


def pulse_of(initiative: Initiative, *, actor: Actor) -> tuple[Pulse, list[Stakeholder]]:
    """How content the initiative's stakeholders are, and who they are, the most influential first; one query."""
    order = {"high": 0, "medium": 1, "low": 2}
    rows = Stakeholder.objects.permitted(actor).filter(initiative=initiative).select_related("member__user")
    people = sorted(with_pulse(rows), key=lambda one: (order[one.influence], one.name))
    scores = [one.pulse for one in people if one.pulse is not None]
    return Pulse(sum(scores) / len(scores) if scores else None, len(scores), len(people)), people


def pulse_series(stakeholder: Stakeholder) -> list[tuple[date, int]]:
    """Every answer, the oldest first."""
    answers = PulseAnswer.objects.filter(stakeholder=stakeholder).order_by("answered_on", "pk")
    return list(answers.values_list("answered_on", "score"))
