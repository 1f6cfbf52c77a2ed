"""Factories of governance; they need an open scope.

Requests and decisions have none: they come only from services, as the database's guards demand.
"""

import factory

from governance.enums import CriterionKind
from governance.models import GateCriterion, Launch, StageGate
from governance.selectors.launches import subject_digest
from portfolio.enums import Stage
from tests.factories.portfolio import InitiativeFactory


class StageGateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StageGate

    to_stage = Stage.BETA
    name = factory.Sequence(lambda n: f"Gate {n}")


class GateCriterionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = GateCriterion

    gate = factory.SubFactory(StageGateFactory)
    title = factory.Sequence(lambda n: f"Criterion {n}")
    kind = CriterionKind.CHECKLIST
    position = factory.Sequence(lambda n: n)


class LaunchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Launch

    initiative = factory.SubFactory(InitiativeFactory, stage=Stage.DELIVERY)
    target_stage = Stage.BETA
    title = factory.Sequence(lambda n: f"Launch {n}")
    scope = "All customers in Europe."
    rollout_plan = "1%, 10%, 50%, everyone, a day apart."
    risk_summary = "Wrong answers in rare languages."
    rollback_plan = "The flag is switched off within five minutes."
    planned_on = "2027-03-01"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        launch = model_class(*args, **kwargs)
        launch.full_clean(exclude=["organization", "digest"])
        launch.digest = subject_digest(launch)
        launch.save(force_insert=True)
        return launch
