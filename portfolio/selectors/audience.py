"""Feedback and stakeholders as an initiative sees them: how many, worth how much, how content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Case, Count, Max, OuterRef, Q, Subquery, When, Window

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


def stakeholders_of(initiative: Initiative, *, actor: Actor) -> Any:
    """The initiative's stakeholders with their newest answer, the most influential first.

    Each carries what `pulse_of` adds up over all of them.
    """
    rows = with_pulse(Stakeholder.objects.permitted(actor).filter(initiative=initiative).select_related("member__user"))
    order = Case(When(influence="high", then=0), When(influence="medium", then=1), default=2)
    return rows.annotate(
        mean_pulse=Window(Avg("pulse")), pulses=Window(Count("pulse")), people=Window(Count("*"))
    ).order_by(order, "name", "pk")


def pulse_of(stakeholders: Sequence[Any]) -> Pulse:
    """What some rows of `stakeholders_of` know about all of them."""
    if not stakeholders:
        return Pulse(None, 0, 0)
    one = stakeholders[0]
    return Pulse(None if one.mean_pulse is None else float(one.mean_pulse), one.pulses, one.people)


def pulse_series(stakeholder: Stakeholder) -> list[tuple[date, int]]:
    """Every answer, the oldest first."""
    answers = PulseAnswer.objects.filter(stakeholder=stakeholder).order_by("answered_on", "pk")
    return list(answers.values_list("answered_on", "score"))
