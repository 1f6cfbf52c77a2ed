"""Fixtures of the fault tests: a launch that waits for its approval."""

import pytest

from governance.models import ApprovalRequest
from governance.services import approvals, launches
from governance.services.launches import Answer
from portfolio.enums import Stage
from tenancy.actor import Actor
from tenancy.scope import tenant_scope
from tests.factories.governance import GateCriterionFactory, StageGateFactory
from tests.factories.portfolio import InitiativeFactory
from tests.governance.conftest import PLAN


@pytest.fixture
def requested(owner: Actor, product_manager: Actor, director: Actor) -> ApprovalRequest:
    """The approval of a launch to beta, asked for and undecided; no scope stays open."""
    with tenant_scope(owner):
        criterion = GateCriterionFactory(gate=StageGateFactory())
        initiative = InitiativeFactory(stage=Stage.DELIVERY)
        plan = {"initiative": initiative, "target_stage": Stage.BETA, "title": "To beta", **PLAN}
        launch = launches.create_launch(actor=product_manager, **plan)
        answers = [Answer(criterion, is_done=True)]
        launch = launches.answer_checklist(launch, actor=product_manager, answers=answers)
        return approvals.request_approval(launch, actor=product_manager)
