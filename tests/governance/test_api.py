"""The REST interface: the thread from plan to stage change, and every way it refuses."""

import pytest

from governance.models import ApprovalRequest, Decision, GateCriterion, Launch, StageGate
from governance.services import approvals, launches
from governance.services.launches import Answer
from portfolio.enums import Stage
from portfolio.models import Initiative
from portfolio.services.initiatives import change_stage
from tenancy.enums import Role
from tests.api_client import api_client  # noqa: F401 - a fixture
from tests.factories.governance import GateCriterionFactory, LaunchFactory
from tests.governance.conftest import PLAN


@pytest.fixture
def manager(api_client, product_manager):
    return api_client(product_manager, scopes=["write"])


@pytest.fixture
def approver(api_client, director):
    return api_client(director, scopes=["governance:write"])


def plan_launch(client, initiative: Initiative) -> dict:
    response = client.post(
        "launches/", {"initiative": str(initiative.pk), "target_stage": "beta", "title": "Assistant beta", **PLAN}
    )
    assert response.status_code == 201, response.json()
    return response.json()


def test_launch_goes_out_over_rest_only_after_the_directors_approval(
    manager, approver, initiative, criterion, product_manager
):
    launch = plan_launch(manager, initiative)
    address = f"launches/{launch['id']}/"

    early = manager.post(f"{address}request-approval/")
    assert early.status_code == 409
    assert early.json()["code"] == "not_ready"
    assert early.json()["reasons"] == ["Rollback rehearsed: not confirmed yet."]

    answered = manager.put(f"{address}checklist/", {"answers": [{"criterion": str(criterion.pk), "is_done": True}]})
    assert answered.json()["content_version"] == 2
    requested = manager.post(f"{address}request-approval/")
    assert (requested.status_code, requested.json()["status"]) == (201, "pending")
    gate = manager.get(f"{address}gate/").json()
    assert (gate["outcome"], gate["reasons"]) == ("pass", ["Director-level approval is missing."])

    request = f"approval-requests/{requested.json()['id']}/"
    assert manager.post(f"{request}approve/", {}).status_code == 403
    approved = approver.post(f"{request}approve/", {"subject_digest": answered.json()["digest"]})
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    assert manager.get(f"{address}gate/").json()["reasons"] == []

    edited = manager.patch(address, {"scope": "Also Japan."})
    assert (edited.json()["status"], edited.json()["content_version"]) == ("draft", 3)
    assert manager.get(request).json()["status"] == "stale"
    assert manager.get(f"{address}gate/").json()["reasons"] == [
        "The launch was edited after the approval was requested: the approval is stale."
    ]

    again = manager.post(f"{address}request-approval/").json()["id"]
    approver.post(f"approval-requests/{again}/approve/", {"reason": "Seen again."})
    change_stage(initiative, to=Stage.BETA, actor=product_manager)
    assert manager.get(f"approval-requests/{again}/").json()["status"] == "consumed"
    assert manager.get(address).json()["status"] == "launched"


def test_stage_change_over_rest_answers_409_with_every_reason_until_the_approval(
    manager, approver, requested, launch, initiative
):
    address = f"initiatives/{initiative.pk}/change-stage/"

    early = manager.post(address, {"to": "beta"})
    approver.post(f"approval-requests/{requested.pk}/approve/", {})
    manager.patch(f"launches/{launch.pk}/", {"scope": "Also Japan."})
    stale = manager.post(address, {"to": "beta"})
    again = manager.post(f"launches/{launch.pk}/request-approval/").json()["id"]
    approver.post(f"approval-requests/{again}/approve/", {})
    done = manager.post(address, {"to": "beta"})

    assert (early.status_code, early.json()["code"]) == (409, "gate_closed")
    assert early.json()["reasons"] == ["Director-level approval is missing."]
    assert (stale.status_code, stale.json()["reasons"]) == (
        409,
        ["The launch was edited after the approval was requested: the approval is stale."],
    )
    assert (done.status_code, done.json()["stage"]) == (200, "beta")


def test_veto_and_refusal_need_a_reason_and_the_field_is_named(requested, api_client, director, security):
    for actor, action in ((director, "refuse"), (security, "veto"), (security, "lift-veto")):
        response = api_client(actor).post(f"approval-requests/{requested.pk}/{action}/", {})
        assert response.status_code == 400
        assert [error["pointer"] for error in response.json()["errors"]] == ["/reason"]
    assert not Decision.objects.exists()


def test_security_vetoes_and_lifts_over_rest(approved, api_client, security, legal):
    address = f"approval-requests/{approved.pk}/"
    reviewer = api_client(security)

    vetoed = reviewer.post(f"{address}veto/", {"reason": "Open finding."})
    assert vetoed.json()["status"] == "vetoed"
    foreign = api_client(legal).post(f"{address}lift-veto/", {"reason": "Fine."})
    assert foreign.status_code == 409
    lifted = reviewer.post(f"{address}lift-veto/", {"reason": "Fixed.", "function": "security"})

    assert lifted.json()["status"] == "approved"
    assert [row["verdict"] for row in reviewer.get("decisions/").json()["results"]] == ["lift_veto", "veto", "approve"]


def test_stale_if_match_is_refused(manager, launch):
    response = manager.patch(f"launches/{launch.pk}/", {"scope": "X"}, If_Match='"1"')

    assert response.status_code == 412
    assert Launch.objects.get().scope == PLAN["scope"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"scoop": "x"}, "/scoop"),
        ({"scope": 3}, "/scope"),
        ({"planned_on": "soon"}, "/planned_on"),
        ({"status": "launched"}, "/status"),
        ({"target_stage": "ga"}, "/target_stage"),
        ({"digest": "0" * 64}, "/digest"),
    ],
)
def test_bad_field_of_a_launch_is_named(manager, launch, body, pointer):
    response = manager.patch(f"launches/{launch.pk}/", body)

    assert response.status_code == 400
    assert pointer in [error["pointer"] for error in response.json()["errors"]]


@pytest.mark.parametrize("body", [{}, {"answers": []}, {"answers": [{"is_done": True}]}, {"answers": "all"}])
def test_bad_checklist_is_refused(manager, launch, body):
    assert manager.put(f"launches/{launch.pk}/checklist/", body).status_code == 400


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.FINANCE])
def test_readers_read_and_nothing_more(role, api_client, actor_with, requested, launch, gate, criterion):
    client = api_client(actor_with(role), scopes=["read"])
    digest = Launch.objects.get().digest

    for name in ("stage-gates", "gate-criteria", "launches", "approval-requests", "decisions", "gate-runs"):
        assert client.get(f"{name}/").status_code == 200
    refused = [
        client.post("stage-gates/", {"to_stage": "ga", "name": "X"}),
        client.patch(f"gate-criteria/{criterion.pk}/", {"title": "X"}),
        client.patch(f"launches/{launch.pk}/", {"scope": "X"}),
        client.put(
            f"launches/{launch.pk}/checklist/", {"answers": [{"criterion": str(criterion.pk), "is_done": False}]}
        ),
        client.post(f"launches/{launch.pk}/request-approval/"),
        client.post(f"approval-requests/{requested.pk}/approve/", {}),
        client.post(f"approval-requests/{requested.pk}/veto/", {"reason": "x"}),
        client.post(f"approval-requests/{requested.pk}/withdraw/", {}),
    ]

    assert [response.status_code for response in refused] == [403] * len(refused)
    assert (Launch.objects.get().digest, ApprovalRequest.objects.get().status) == (digest, "pending")


def test_decisions_are_read_only(approver, approved):
    decision = Decision.objects.get()

    for method in ("patch", "delete", "put"):
        assert getattr(approver, method)(f"decisions/{decision.pk}/").status_code == 405
    assert approver.post("decisions/", {}).status_code == 405


def test_gate_and_criteria_are_managed_over_rest(api_client, owner, gate):
    client = api_client(owner)
    body = {"gate": str(gate.pk), "title": "Latency", "kind": "live", "source": "kpi", "kpi_name": "p95"}

    incomplete = client.post("gate-criteria/", body)
    created = client.post("gate-criteria/", {**body, "comparator": "at_most", "threshold": "300.5", "max_age_days": 7})
    duplicate = client.post("stage-gates/", {"to_stage": "beta", "name": "Second"})
    without_approver = client.patch(f"stage-gates/{gate.pk}/", {"approver_roles": [], "approver_functions": []})
    moved = client.patch(f"stage-gates/{gate.pk}/", {"to_stage": "ga"})

    assert incomplete.status_code == 400
    assert (created.status_code, created.json()["threshold"]) == (201, "300.500000")
    assert StageGate.objects.get().version == gate.version + 1
    for response, pointer in (
        (duplicate, "/to_stage"),
        (without_approver, "/approver_roles"),
        (moved, "/to_stage"),
    ):
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, pointer)


def test_answered_criterion_is_switched_off_instead_of_deleted(api_client, owner, launch, criterion):
    client = api_client(owner)

    refused = client.delete(f"gate-criteria/{criterion.pk}/")
    switched_off = client.patch(f"gate-criteria/{criterion.pk}/", {"is_active": False})

    assert (refused.status_code, switched_off.status_code) == (409, 200)
    assert GateCriterion.objects.count() == 1


def test_evaluation_is_kept_as_evidence(manager, draft):
    response = manager.post(f"launches/{draft.pk}/evaluate/")

    assert response.status_code == 201
    assert (response.json()["outcome"], response.json()["occasion"]) == ("fail", "manual")
    assert response.json()["results"][0]["explanation"] == "not confirmed yet."


def _fill(count: int, actor, director) -> None:
    gate = StageGate.objects.first()
    criterion = GateCriterion.objects.first()
    for _ in range(count - Launch.objects.count()):
        launch = LaunchFactory()
        launches.answer_checklist(launch, actor=actor, answers=[Answer(criterion, is_done=True)])
        request = approvals.request_approval(launch, actor=actor)
        approvals.approve(request, actor=director)
        GateCriterionFactory(gate=gate, is_active=False)


@pytest.mark.parametrize(
    "name",
    [
        "stage-gates",
        "gate-criteria",
        "launches",
        "checklist-answers",
        "gate-runs",
        "approval-requests",
        "decisions",
    ],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    name, manager, gate, criterion, product_manager, director, django_assert_num_queries
):
    for count in (1, 3, 30):
        _fill(count, product_manager, director)
        manager.get(f"{name}/")
        with django_assert_num_queries(5):
            response = manager.get(f"{name}/", {"page_size": 50})
        assert response.status_code == 200


def test_gate_into_idea_is_refused_at_its_stage(api_client, owner, scope):
    response = api_client(owner).post("stage-gates/", {"to_stage": "idea", "name": "Intake"})

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["/to_stage"]
    assert not StageGate.objects.exists()


KPI = {"source": "kpi", "kpi_name": "p95", "comparator": "at_most", "threshold": "300", "max_age_days": 7}


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({"kind": "live"}, ["/source", "/max_age_days"]),
        ({"kind": "live", "source": "kpi"}, ["/max_age_days", "/kpi_name", "/comparator", "/threshold"]),
        ({"kind": "live", **KPI, "kpi_name": ""}, ["/kpi_name"]),
        ({"kind": "live", **KPI, "comparator": ""}, ["/comparator"]),
        ({"kind": "live", **KPI, "threshold": None}, ["/threshold"]),
        ({"kind": "live", **KPI, "max_age_days": 0}, ["/max_age_days"]),
        ({"kind": "live", "source": "experiment", "threshold": "1", "max_age_days": 7}, ["/threshold"]),
        ({"kind": "checklist", **KPI}, ["/source", "/threshold", "/max_age_days"]),
    ],
)
def test_criterion_is_refused_at_every_field_that_does_not_fit_its_kind(api_client, owner, gate, given, pointers):
    response = api_client(owner).post("gate-criteria/", {"gate": str(gate.pk), "title": "Latency", **given})

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == pointers
    assert not GateCriterion.objects.exists()
