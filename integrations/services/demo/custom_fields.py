"""The demo's custom fields and their values."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from collaboration.services.custom_fields import create_custom_field
from integrations.services.demo.content import read
from integrations.services.demo.people import Cast
from portfolio.models import Initiative
from portfolio.services.initiative_batches import InitiativeRow, write_initiatives

_PLAIN = ("ai_act_class", "spending_cap", "regions", "customer_facing")


def create_custom_fields(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """The fields by the owner, their values by the product manager in one batch."""
    content = read("custom_fields")
    with cast.acting("owner") as actor:
        for row in content["field"]:
            create_custom_field(actor=actor, target_model=Initiative._meta.label_lower, **row)
    rows = [
        InitiativeRow({"custom_fields": _values(row, cast, today)}, initiatives[row["initiative"]])
        for row in content["value"]
    ]
    with cast.acting("pm") as actor:
        for result in write_initiatives(rows, actor=actor):
            if isinstance(result, Exception):
                raise result


def _values(row: dict[str, Any], cast: Cast, today: date) -> dict[str, Any]:
    values = {name: row[name] for name in _PLAIN if name in row}
    if "person" in row:
        values["sponsor"] = str(cast.members[row["person"]].pk)
    if "review" in row:
        values["privacy_review_on"] = (today + timedelta(days=row["review"])).isoformat()
    return values
