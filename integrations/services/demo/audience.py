"""The demo's stakeholders with their pulse, and what its customers said."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from integrations.services.demo.content import first_day_of_month, read
from integrations.services.demo.people import Cast
from portfolio.models import Initiative, PulseAnswer, Stakeholder
from portfolio.services.feedback import FeedbackInput, load_feedback
from portfolio.services.stakeholders import create_stakeholder
from tenancy.scope import named_action

NOT_ANSWERED = "."
_SOURCES = {"ticket": "Support desk", "call": "Account calls", "interview": "Customer interviews"}


def create_audience(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Stakeholders with a year of answers, and feedback as a feed would bring it."""
    content = read("audience")
    with cast.acting("pm") as actor:
        answers: list[PulseAnswer] = []
        for row in content["stakeholder"]:
            stakeholder = create_stakeholder(
                actor=actor,
                initiative=initiatives[row["initiative"]],
                name=row["name"],
                position=row["position"],
                member=cast.members[row["member"]] if "member" in row else None,
                influence=row["influence"],
                interest=row["interest"],
                expectation=row.get("expectation", ""),
            )
            answers.extend(_answers(stakeholder, row, today))
        named_action("pulse_answer.answered")
        PulseAnswer.objects.bulk_create(answers)
        worth = {row["name"]: row.get("worth") for row in content["customer"]}
        load_feedback(list(_feedback(content["feedback"], worth, today)), actor=actor)


def _answers(stakeholder: Stakeholder, row: Mapping[str, Any], today: date) -> Iterator[PulseAnswer]:
    """One on the first day of each month, the present month last."""
    marks = row["pulse"].split()
    newest = max(index for index, mark in enumerate(marks) if mark != NOT_ANSWERED)
    for index, mark in enumerate(marks):
        if mark != NOT_ANSWERED:
            yield PulseAnswer(
                stakeholder=stakeholder,
                answered_on=first_day_of_month(today, index + 1 - len(marks)),
                score=int(mark),
                comment=row.get("comment", "") if index == newest else "",
            )


def _feedback(rows: list[dict[str, Any]], worth: Mapping[str, int | None], today: date) -> Iterator[FeedbackInput]:
    for line, row in enumerate(rows, start=1):
        value = worth.get(row.get("customer", ""))
        yield FeedbackInput(
            line=line,
            kind=row["kind"],
            title=row["title"],
            body=row["body"],
            received_on=today - timedelta(days=row["days_ago"]),
            customer=row.get("customer", ""),
            customer_value=None if value is None else Decimal(value),
            currency="" if value is None else "EUR",
            sentiment=row["sentiment"],
            source=_SOURCES[row["kind"]],
            source_id=row["id"],
            initiatives=row.get("initiatives", ()),
        )
