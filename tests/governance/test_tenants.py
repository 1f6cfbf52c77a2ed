"""Another tenant's gates, launches, requests and decisions do not exist, on any channel."""

import pytest

from governance.models import ApprovalRequest, ChecklistAnswer, Decision, GateCriterion, GateRun, Launch, StageGate
from governance.services import approvals, launches
from governance.services.launches import Answer
from portfolio.enums import Stage
from tenancy.scope import tenant_scope
from tests.api_client import api_client, session_client  # noqa: F401 - fixtures
from tests.factories.governance import GateCriterionFactory, LaunchFactory, StageGateFactory
from tests.factories.portfolio import InitiativeFactory


@pytest.fixture
def approved_launch(owner, product_manager, director) -> ApprovalRequest:
    """A launch of the organization with an approved request; no scope stays open."""
    with tenant_scope(owner):
        criterion = GateCriterionFactory(gate=StageGateFactory())
        launch = LaunchFactory(initiative=InitiativeFactory(stage=Stage.DELIVERY))
        launches.answer_checklist(launch, actor=product_manager, answers=[Answer(criterion, is_done=True)])
        return approvals.approve(approvals.request_approval(launch, actor=product_manager), actor=director)


def _ids(owner) -> dict[str, str]:
    with tenant_scope(owner):
        return {
            "stage-gates": StageGate.objects.get().pk,
            "gate-criteria": GateCriterion.objects.get().pk,
            "launches": Launch.objects.get().pk,
            "checklist-answers": ChecklistAnswer.objects.get().pk,
            "gate-runs": GateRun.objects.filter(occasion="request").get().pk,
            "approval-requests": ApprovalRequest.objects.get().pk,
            "decisions": Decision.objects.get().pk,
        }


def test_records_of_another_tenant_are_not_found(api_client, stranger, owner, approved_launch):
    intruder = api_client(stranger)
    ids = _ids(owner)

    for name, pk in ids.items():
        assert intruder.get(f"{name}/").json()["results"] == []
        assert intruder.get(f"{name}/{pk}/").status_code == 404
    for action in ("approve", "refuse", "veto", "lift-veto", "withdraw"):
        response = intruder.post(f"approval-requests/{ids['approval-requests']}/{action}/", {"reason": "x"})
        assert response.status_code == 404
    for action in ("evaluate", "request-approval", "cancel"):
        assert intruder.post(f"launches/{ids['launches']}/{action}/", {}).status_code == 404

    with tenant_scope(owner):
        assert ApprovalRequest.objects.get().status == "approved"
        assert Decision.objects.count() == 1


def test_organization_of_another_tenant_is_not_found(session_client, stranger, organization, approved_launch):
    intruder = session_client(stranger)

    for name in ("stage-gates", "launches", "approval-requests", "decisions"):
        assert intruder.get(f"/api/v1/organizations/{organization.slug}/{name}/").status_code == 404


def test_references_to_another_tenants_rows_are_refused(api_client, stranger, owner, approved_launch):
    ids = _ids(owner)
    with tenant_scope(owner):
        initiative = Launch.objects.get().initiative_id
    with tenant_scope(stranger):
        StageGateFactory()
        own = LaunchFactory(initiative=InitiativeFactory(stage=Stage.DELIVERY))
    intruder = api_client(stranger)

    launch = intruder.post("launches/", {"initiative": f"{initiative}", "target_stage": "beta", "title": "X"})
    added = intruder.post("gate-criteria/", {"gate": f"{ids['stage-gates']}", "title": "X"})
    answers = [{"criterion": f"{ids['gate-criteria']}", "is_done": True}]
    answered = intruder.put(f"launches/{own.pk}/checklist/", {"answers": answers})

    pointers = [response.json()["errors"][0]["pointer"] for response in (launch, added, answered)]
    assert pointers == ["/initiative", "/gate", "/answers/0/criterion"]
    assert {response.status_code for response in (launch, added, answered)} == {400}
