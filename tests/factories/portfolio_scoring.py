"""Factories of scoring; they need an open scope."""

from datetime import UTC, datetime
from decimal import Decimal

import factory

from portfolio.models import ScoreFactor, ScoreRating, ScoreResult, ScoringItem, ScoringModel, ScoringRound
from tests.factories.portfolio import InitiativeFactory
from tests.factories.tenancy import MembershipFactory

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


class ScoringModelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScoringModel

    key = factory.Sequence(lambda n: f"method-{n}")
    name = factory.Sequence(lambda n: f"Method {n}")
    framework = "weighted"


class ScoreFactorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScoreFactor

    model = factory.SubFactory(ScoringModelFactory)
    key = factory.Sequence(lambda n: f"factor_{n}")
    name = factory.Sequence(lambda n: f"Factor {n}")
    part = "addend"
    minimum = Decimal(0)
    maximum = Decimal(10)


class ScoringRoundFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScoringRound

    name = factory.Sequence(lambda n: f"Round {n}")
    model = factory.SubFactory(ScoringModelFactory)
    opened_at = AT


class ScoringItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScoringItem

    round = factory.SubFactory(ScoringRoundFactory)
    initiative = factory.SubFactory(InitiativeFactory)


class ScoreRatingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScoreRating

    item = factory.SubFactory(ScoringItemFactory)
    factor = factory.SubFactory(ScoreFactorFactory)
    rater = factory.SubFactory(MembershipFactory)
    value = Decimal(5)
    rated_at = AT


class ScoreResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScoreResult

    item = factory.SubFactory(ScoringItemFactory)
    score = 5.0
    rank = 1
    computed_at = AT
