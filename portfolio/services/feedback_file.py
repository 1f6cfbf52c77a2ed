"""Feedback as a CSV file."""

from decimal import Decimal
from typing import Any

from core.days import written_day
from core.errors import InvalidInputError
from core.numbers import plain_number
from portfolio.services.feedback import FeedbackInput, LoadedFeedback, load_feedback
from portfolio.services.spend_files import Cells, read_table
from tenancy.actor import Actor

COLUMNS = (
    "kind",
    "title",
    "received_on",
    "body",
    "customer",
    "customer_value",
    "currency",
    "sentiment",
    "source",
    "source_id",
    "initiatives",
)
_REQUIRED = ("kind", "title", "received_on")


def load_feedback_file(content: bytes, *, actor: Actor) -> LoadedFeedback:
    """Rows of a CSV file, all or none; `initiatives` are keys separated by blanks. Raises InvalidInputError."""
    actor.require("feedback.create")
    rows, reasons = [], []
    for line, cells in read_table(content, COLUMNS, required=_REQUIRED):
        try:
            rows.append(_row(line, cells))
        except InvalidInputError as error:
            reasons.append(f"Line {line}, {error.pointer}: {error.message}")
    if reasons:
        raise InvalidInputError("Nothing was written; these rows cannot be read.", reasons=reasons)
    return load_feedback(rows, actor=actor)


def _row(line: int, cells: Cells) -> FeedbackInput:
    text = {name: cells.get(name, "").strip() for name in COLUMNS}
    values: dict[str, Any] = {
        **text,
        "kind": text["kind"].lower(),
        "sentiment": text["sentiment"].lower() or "neutral",
        "currency": text["currency"].upper(),
        "received_on": written_day(text["received_on"], pointer="received_on"),
        "customer_value": _amount(text["customer_value"]),
        "source": text["source"] or "file",
        "source_id": text["source_id"] or None,
        "initiatives": tuple(dict.fromkeys(text["initiatives"].split())),
    }
    return FeedbackInput(line=line, **values)


def _amount(text: str) -> Decimal | None:
    amount = plain_number(text)
    if amount is None and text:
        raise InvalidInputError("Give a number such as 12000.50.", pointer="customer_value")
    return amount
