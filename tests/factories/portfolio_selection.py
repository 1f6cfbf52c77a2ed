"""Factories of portfolio selection; they need an open scope."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from portfolio.models import (
    SelectionCandidate,
    SelectionChoice,
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionResource,
    SelectionResult,
    SelectionRun,
)
from tests.factories.portfolio import InitiativeFactory

JULY = date(2026, 7, 1)


class SelectionRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionRun

    name = factory.Sequence(lambda n: f"Selection {n}")
    value_source = "own"
    currency = "EUR"
    first_quarter = JULY
    quarter_count = 2
    setup_changed_at = datetime(2026, 1, 2, tzinfo=UTC)


class SelectionCandidateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionCandidate

    run = factory.SubFactory(SelectionRunFactory)
    initiative = factory.SubFactory(InitiativeFactory)
    value = Decimal(10)
    is_value_entered = True


class SelectionDemandFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionDemand

    candidate = factory.SubFactory(SelectionCandidateFactory)
    amounts = [Decimal(1), Decimal(1)]
    is_entered = True


class SelectionLimitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionLimit

    run = factory.SubFactory(SelectionRunFactory)
    amounts = [Decimal(100), Decimal(100)]


class SelectionPrerequisiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionPrerequisite

    run = factory.SubFactory(SelectionRunFactory)
    dependent = factory.LazyAttribute(lambda row: SelectionCandidateFactory(run=row.run))
    needed = factory.LazyAttribute(lambda row: SelectionCandidateFactory(run=row.run))


class SelectionExclusionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionExclusion

    run = factory.SubFactory(SelectionRunFactory)
    name = "One of these"
    candidate = factory.LazyAttribute(lambda row: SelectionCandidateFactory(run=row.run))


class SelectionResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionResult

    run = factory.SubFactory(SelectionRunFactory)
    inputs = {"quarters": ["2026-07-01", "2026-10-01"], "currency": "EUR"}
    inputs_digest = factory.Sequence(lambda n: f"digest {n}")
    outcome = "optimal"
    value = Decimal(10)
    bound = Decimal(10)
    gap = 0.0
    seconds = 0.1
    chosen_count = 1
    candidate_count = 2
    unknown_count = 0
    value_of_all = Decimal(20)
    engine_version = "test"
    computed_at = datetime(2026, 1, 3, tzinfo=UTC)


class SelectionChoiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionChoice

    result = factory.SubFactory(SelectionResultFactory)
    initiative = factory.SubFactory(InitiativeFactory)
    label = factory.LazyAttribute(lambda row: str(row.initiative))
    is_chosen = True
    rule = "free"
    reason = "chosen"
    reason_text = "Part of the most valuable set."
    value = Decimal(10)
    uses = {"budget:2026-07-01": "1.00"}
    cost = Decimal(1)
    start_on = JULY
    end_on = date(2026, 9, 30)
    position = factory.Sequence(lambda n: n)


class SelectionResourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelectionResource

    result = factory.SubFactory(SelectionResultFactory)
    key = factory.Sequence(lambda n: f"budget:{n}")
    label = "Budget"
    is_budget = True
    quarter = JULY
    limit = Decimal(10)
    used = Decimal(5)
    asked = Decimal(12)
    marginal = 1.5
    position = factory.Sequence(lambda n: n)
