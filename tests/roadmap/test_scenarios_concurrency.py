"""Two decisions on one scenario at the same moment: real transactions, real locks."""

from datetime import date

import pytest

from roadmap.enums import ScenarioStatus
from roadmap.models import Baseline, PlanChange, RoadmapItem, Scenario
from roadmap.services.scenario_changes import plan_item
from roadmap.services.scenario_decisions import approve_scenario, refuse_scenario
from roadmap.services.scenarios import ScenarioNotSubmittedError, create_scenario, submit_scenario
from tenancy.enums import Role
from tenancy.scope import tenant_scope
from tests.connections import refusals_together
from tests.factories.roadmap import RoadmapItemFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(product_manager):
    """A submitted scenario that moves one item."""
    with tenant_scope(product_manager) as author:
        item = RoadmapItemFactory()
        scenario = create_scenario(roadmap=item.roadmap, name="Later", actor=author)
        plan_item(scenario, item, values={"end_on": date(2026, 4, 30)}, actor=author)
        return submit_scenario(scenario, actor=author)


def test_of_two_approvals_at_once_exactly_one_wins(waiting, director, actor_with, owner):
    second = actor_with(Role.DIRECTOR)

    refusals = refusals_together(
        *((actor, lambda by: approve_scenario(waiting, actor=by)) for actor in (director, second))
    )

    lost = [each for each in refusals if each is not None]
    assert len(lost) == 1
    assert isinstance(lost[0], ScenarioNotSubmittedError)
    with tenant_scope(owner):
        winner = director if refusals[0] is None else second
        assert Scenario.objects.get().decided_by.user_id == winner.user_id
        assert (PlanChange.objects.count(), Baseline.objects.count()) == (1, 1)


def test_of_an_approval_and_a_refusal_at_once_exactly_one_wins(waiting, director, actor_with, owner):
    second = actor_with(Role.DIRECTOR)

    refusals = refusals_together(
        (director, lambda by: approve_scenario(waiting, actor=by)),
        (second, lambda by: refuse_scenario(waiting, reason="Too late.", actor=by)),
    )

    assert [type(each) for each in refusals if each is not None] == [ScenarioNotSubmittedError]
    with tenant_scope(owner):
        is_approved = Scenario.objects.get().status == ScenarioStatus.APPROVED
        assert is_approved is (refusals[0] is None)
        assert RoadmapItem.objects.get().end_on == (date(2026, 4, 30) if is_approved else date(2026, 3, 27))
