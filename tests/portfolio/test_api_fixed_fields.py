"""A PATCH of what is settled once a record is made is refused by name, never answered as if it had been done."""

import pytest

from collaboration.models import CustomField, Document
from portfolio.models import (
    Feedback,
    Initiative,
    KeyResult,
    Kpi,
    KpiTarget,
    Objective,
    Portfolio,
    ScoringModel,
    ScoringRound,
)
from tenancy.scope import tenant_scope
from tests.rows import make_row

SETTLED = [
    ("scoring-rounds", ScoringRound, "model", ScoringModel),
    ("scoring-rounds", ScoringRound, "portfolio", Portfolio),
    ("scoring-rounds", ScoringRound, "normalisation", "rank"),
    ("scoring-rounds", ScoringRound, "initiatives", [Initiative]),
    ("key-results", KeyResult, "objective", Objective),
    ("kpi-targets", KpiTarget, "kpi", Kpi),
    ("feedback", Feedback, "initiatives", [Initiative]),
    ("documents", Document, "target_model", "portfolio.theme"),
    ("documents", Document, "target_id", Initiative),
    ("custom-fields", CustomField, "key", "another"),
]
# What a change of the record must say.
ALSO = {"kpi-targets": {"reason": "Said again."}}


def value_of(other):
    if isinstance(other, list):
        return [value_of(each) for each in other]
    return other if isinstance(other, str) else str(make_row(other).pk)


@pytest.mark.parametrize(("noun", "model", "name", "other"), SETTLED, ids=lambda value: str(value)[:40])
def test_settled_field_is_refused(api_client, owner, noun, model, name, other):
    client = api_client(owner)
    with tenant_scope(owner):
        address = f"{noun}/{make_row(model).pk}/"
        value = value_of(other)
    before = client.get(address).json()

    refused = client.patch(address, {name: value})

    assert refused.status_code == 400, refused.content
    assert [error["pointer"] for error in refused.json()["errors"]] == [f"/{name}"]
    assert client.get(address).json() == before
    if name in before:
        repeated = client.patch(address, {name: before[name], **ALSO.get(noun, {})})
        assert repeated.status_code == 200, repeated.content
