"""The triggers behind the services: no channel rewrites what was asked and decided."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.enums import ApprovalStatus, Verdict
from governance.models import ApprovalRequest, Decision
from governance.services import approvals
from tenancy.actor import Actor
from tenancy.models import Membership


def membership(actor: Actor) -> Membership:
    return Membership.objects.get(user=actor.user_id)


def _decision(request: ApprovalRequest, actor: Actor, **changes) -> Decision:
    values = {
        "request": request,
        "actor": membership(actor),
        "verdict": Verdict.APPROVE,
        "role": actor.role,
        "subject_digest": request.subject_digest,
        "at": timezone.now(),
    }
    return Decision(**{**values, **changes})


def test_database_refuses_what_the_services_would(requested, director, product_manager):
    attempts = [
        _decision(requested, product_manager),
        _decision(requested, director, subject_digest="0" * 64),
        _decision(requested, director, verdict=Verdict.REFUSE, reason=""),
        _decision(requested, director, verdict=Verdict.VETO, reason="No.", function=""),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt.save()
    assert not Decision.objects.exists()


def test_database_keeps_decisions_as_they_were_made(approved):
    for change in (
        lambda: Decision.objects.update(reason="Edited."),
        lambda: Decision.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="decisions are never changed or deleted"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_digest": "0" * 64},
        {"plan": {}},
        {"expires_at": timezone.now() + timedelta(days=365)},
        {"status": ApprovalStatus.CONSUMED, "consumed_at": timezone.now()},
    ],
)
def test_database_keeps_requests_as_they_were_asked(requested, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalRequest.objects.update(**changes)


def test_database_never_revives_an_ended_request(requested, product_manager):
    approvals.withdraw(requested, actor=product_manager)

    with pytest.raises(IntegrityError, match="never lives again"), transaction.atomic():
        ApprovalRequest.objects.update(status=ApprovalStatus.APPROVED)
