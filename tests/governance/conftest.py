"""A gate for beta, a complete launch, and the people around it."""

import pytest

from governance.models import GateCriterion, Launch, StageGate
from governance.services import approvals, launches
from governance.services.launches import Answer
from portfolio.enums import Stage
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.enums import Role
from tests.factories.governance import GateCriterionFactory, StageGateFactory
from tests.factories.portfolio import InitiativeFactory
from tests.governance.plans import PLAN


@pytest.fixture
def security(actor_with) -> Actor:
    """A reviewer who decides for security."""
    return actor_with(Role.REVIEWER, "security")


@pytest.fixture
def legal(actor_with) -> Actor:
    """A reviewer who decides for legal."""
    return actor_with(Role.REVIEWER, "legal")


@pytest.fixture
def gate(scope: Actor) -> StageGate:
    """The beta gate: one item of a checklist, one director-level approval."""
    return StageGateFactory(name="Beta readiness")


@pytest.fixture
def criterion(gate: StageGate) -> GateCriterion:
    """The gate's only criterion, to be confirmed by a person."""
    return GateCriterionFactory(gate=gate, title="Rollback rehearsed")


@pytest.fixture
def initiative(scope: Actor) -> Initiative:
    """An initiative in delivery, whose next stage is gated."""
    return InitiativeFactory(key="GOV-1", stage=Stage.DELIVERY)


@pytest.fixture
def draft(initiative: Initiative, criterion: GateCriterion, product_manager: Actor) -> Launch:
    """A launch with a complete plan and an open checklist."""
    return launches.create_launch(
        initiative=initiative, target_stage=Stage.BETA, title="Assistant beta", actor=product_manager, **PLAN
    )


@pytest.fixture
def launch(draft: Launch, criterion: GateCriterion, product_manager: Actor) -> Launch:
    """A launch that can be put to approval."""
    return launches.answer_checklist(draft, actor=product_manager, answers=[Answer(criterion, is_done=True)])


@pytest.fixture
def requested(launch: Launch, product_manager: Actor, director: Actor):
    """The launch's approval request; the director is the one who can approve it."""
    return approvals.request_approval(launch, actor=product_manager)


@pytest.fixture
def approved(requested, director: Actor):
    """The same request, approved."""
    return approvals.approve(requested, actor=director)
