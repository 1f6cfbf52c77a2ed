"""Over REST with three tokens: from a portfolio to a launch that a director approved, and every way it is stopped."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse

from portfolio.calc.business_case import value_cashflow
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.scope import tenant_scope
from tenancy.services.ledger import sign_checkpoint
from tenancy.services.ledger_verification import verify
from tests.api_client import ApiClient
from tests.governance.plans import PLAN
from tests.tenancy.test_ledger import sealed_when_possible
from tests.threads.worker import Worker, worker  # noqa: F401 - a fixture

LINES = [
    {
        "category": "engineering",
        "name": "Build",
        "amounts": [{"month": "2026-01-01", "amount": "80000.00"}, {"month": "2026-07-01", "amount": "40000.00"}],
    },
    {
        "category": "cost_saved",
        "name": "Tickets answered",
        "amounts": [{"month": "2027-01-01", "amount": "132000.00"}, {"month": "2028-01-01", "amount": "145200.00"}],
    },
]
EVERY_STEP = [
    "portfolio.created",
    "initiative.created",
    "initiative.stage_changed",
    "business_case.created",
    "business_case.lines_replaced",
    "business_case.valued",
    "launch.created",
    "launch.checklist_answered",
    "kpi.created",
    "kpi.status_refreshed",
    "kpi.observed",
    "approval.requested",
    "approval.approved",
    "approval.used",
    "initiative.stage_changed",
    "launch.launched",
    "kpi.rolled_up",
    "kpi.status_refreshed",
]
NO_LAUNCH = "There is no launch for Beta: prepare one and ask for its approval."
NOT_REHEARSED = "Rollback rehearsed: not confirmed yet."
NO_KPI = "Task success: the initiative has no KPI named “Task success rate”."


@dataclass(frozen=True)
class Cast:
    """The three tokens, and the owner's with which the gate is set up."""

    owner: ApiClient
    manager: ApiClient
    director: ApiClient
    security: ApiClient
    criterion: str


@pytest.fixture(autouse=True)
def _own_ledger_files(settings, tmp_path):
    settings.LEDGER_SIGNING_KEY = tmp_path / "key.pem"
    settings.LEDGER_CHECKPOINTS = tmp_path / "checkpoints"


@pytest.fixture
def cast(api_client, owner, product_manager, director, actor_with) -> Cast:
    """A gate for beta (a director-level approval, security may veto, one checklist item, one live figure)."""
    setter = api_client(owner)
    gate = ok(setter.post("stage-gates/", {"to_stage": "beta", "name": "Beta readiness"}), 201)
    item = {"gate": gate["id"], "title": "Rollback rehearsed", "kind": "checklist", "position": 1}
    criterion = ok(setter.post("gate-criteria/", item), 201)["id"]
    figure = {"source": "kpi", "kpi_name": "Task success rate", "comparator": "at_least", "threshold": "0.7"}
    live = {"gate": gate["id"], "title": "Task success", "kind": "live", "position": 2, "max_age_days": 30, **figure}
    ok(setter.post("gate-criteria/", live), 201)
    security = actor_with(Role.REVIEWER, "security")
    return Cast(setter, api_client(product_manager), api_client(director), api_client(security), criterion)


def ok(response: HttpResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()


def refused(response: HttpResponse, code: str) -> list[str]:
    """The reasons of a 409."""
    problem = ok(response, 409)
    assert (problem["code"], response["Content-Type"]) == (code, "application/problem+json")
    return problem.get("reasons", [])


def actions(client: ApiClient, since: int = 0) -> list[str]:
    """The named actions after row `since`, oldest first; neighbors of one name count once, bookkeeping of jobs not."""
    rows = ok(client.get("ledger-events/", {"page_size": 500}))["results"]
    steps = [row for row in reversed(rows) if int(row["id"]) > since and row["table_name"] != "tenancy_job"]
    named = [row["action"] for row in steps]
    return [name for index, name in enumerate(named) if index == 0 or named[index - 1] != name]


def newest(client: ApiClient) -> int:
    return int(ok(client.get("ledger-events/", {"page_size": 1}))["results"][0]["id"])


def initiative_in_delivery(cast: Cast) -> dict[str, Any]:
    portfolio = ok(cast.manager.post("portfolios/", {"name": "Assistants", "key_prefix": "ASK"}), 201)
    body = {"title": "Answer assistant", "portfolio": portfolio["id"], "level": "initiative", "kind": "feature"}
    initiative = ok(cast.manager.post("initiatives/", body), 201)
    for stage in ("discovery", "validated", "delivery"):
        ok(change_stage(cast, initiative, stage))
    return initiative


def change_stage(cast: Cast, initiative: dict[str, Any], to: str) -> HttpResponse:
    return cast.manager.post(f"initiatives/{initiative['id']}/change-stage/", {"to": to, "reason": "It is time."})


def planned_launch(cast: Cast, initiative: dict[str, Any]) -> str:
    body = {"initiative": initiative["id"], "target_stage": "beta", "title": "Assistant to beta", **PLAN}
    return f"launches/{ok(cast.manager.post('launches/', body), 201)['id']}/"


def confirm_rehearsal(cast: Cast, launch: str) -> None:
    ok(cast.manager.put(f"{launch}checklist/", {"answers": [{"criterion": cast.criterion, "is_done": True}]}))


def measure_success(cast: Cast, initiative: dict[str, Any]) -> None:
    kpi = {"initiative": initiative["id"], "key": "task-success", "name": "Task success rate", "unit": "fraction"}
    row = {"kpi": ok(cast.manager.post("kpis/", kpi), 201)["id"], "value": "0.81", "source_id": "first"}
    ok(cast.manager.post("kpi-observations/", {**row, "observed_at": datetime.now(UTC).isoformat()}), 201)


def approved_launch(cast: Cast) -> tuple[dict[str, Any], str, str]:
    """(initiative, address of its launch, address of the approved request)."""
    initiative = initiative_in_delivery(cast)
    launch = planned_launch(cast, initiative)
    confirm_rehearsal(cast, launch)
    measure_success(cast, initiative)
    request = f"approval-requests/{ok(cast.manager.post(f'{launch}request-approval/'), 201)['id']}/"
    assert ok(cast.director.post(f"{request}approve/", {"reason": "Evidence seen."}))["status"] == "approved"
    return initiative, launch, request


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_initiative_goes_from_idea_to_approved_launch_with_every_step_in_the_ledger(
    cast: Cast,
    worker: Worker,
    director: Actor,
):
    before = newest(cast.director)
    initiative = initiative_in_delivery(cast)
    _assert_case_is_valued_once(cast, worker, initiative)

    assert refused(change_stage(cast, initiative, "beta"), "gate_closed") == [NO_LAUNCH, NOT_REHEARSED, NO_KPI]
    launch = planned_launch(cast, initiative)
    assert refused(cast.manager.post(f"{launch}request-approval/"), "not_ready") == [NOT_REHEARSED, NO_KPI]
    confirm_rehearsal(cast, launch)
    measure_success(cast, initiative)
    request = f"approval-requests/{ok(cast.manager.post(f'{launch}request-approval/'), 201)['id']}/"
    assert cast.manager.post(f"{request}approve/", {"reason": "Mine."}).status_code == 403
    assert cast.security.post(f"{request}approve/", {"reason": "Not mine."}).status_code in {403, 409}
    assert refused(change_stage(cast, initiative, "beta"), "gate_closed") == ["Director-level approval is missing."]
    ok(cast.director.post(f"{request}approve/", {"reason": "Evidence seen."}))

    assert ok(change_stage(cast, initiative, "beta"))["stage"] == "beta"
    assert ok(cast.manager.get(launch))["status"] == "launched"
    assert ok(cast.manager.get(request))["status"] == "consumed"
    assert "portfolio.roll_up_kpis" in worker.run()
    assert actions(cast.director, before) == EVERY_STEP
    _assert_ledger_verifies(director)


def _assert_case_is_valued_once(cast: Cast, worker: Worker, initiative: dict[str, Any]) -> None:
    body = {"initiative": initiative["id"], "start_month": "2026-01-01", "horizon_months": 36}
    case = f"business-cases/{ok(cast.manager.post('business-cases/', body), 201)['id']}/"
    ok(cast.manager.put(f"{case}lines/", {"lines": LINES}))
    assert ok(cast.manager.get(case))["npv"] is None
    job = ok(cast.manager.post(f"{case}value/"), 202)

    assert set(worker.run()) == {"portfolio.value_business_case"}

    assert ok(cast.manager.get(f"jobs/{job['id']}/"))["status"] == "succeeded"
    assert ok(cast.manager.get(case))["npv"] == str(expected_npv())
    assert [row["npv"] for row in ok(cast.manager.get(f"{case}valuations/"))] == [str(expected_npv())]


def expected_npv() -> Decimal:
    costs, benefits = [0.0] * 36, [0.0] * 36
    costs[0], costs[6], benefits[12], benefits[24] = 80000.0, 40000.0, 132000.0, 145200.0
    result = value_cashflow(costs, benefits, annual_discount_rate=0.1, periods_per_year=12)
    # By hand: 132,000 / 1.1 + 145,200 / 1.21 - 80,000 - 40,000 / 1.1 ** 0.5
    assert result.npv == pytest.approx(120000 + 120000 - 80000 - 40000 / 1.1**0.5, abs=1e-6)
    return Decimal(repr(result.npv)).quantize(Decimal("0.01"))


def _assert_ledger_verifies(actor: Actor) -> None:
    sealed_when_possible(actor)
    with tenant_scope(actor):
        sign_checkpoint(actor)
    with tenant_scope(actor):
        found = verify(actor)
    assert found.problem is None
    # Tests that run beside this one may hold the horizon of sealing back.
    assert found.rows >= found.sealed_rows
    assert found.rows > 0
    assert found.checkpoints == 1


def test_edit_after_approval_makes_it_stale_and_the_change_names_it(cast):
    initiative, launch, request = approved_launch(cast)
    before = newest(cast.director)

    ok(cast.manager.patch(launch, {"scope": "Also Japan."}))

    stale = "The launch was edited after the approval was requested: the approval is stale."
    assert refused(change_stage(cast, initiative, "beta"), "gate_closed") == [stale]
    assert ok(cast.manager.get(request))["status"] == "stale"
    assert ok(cast.manager.get(f"initiatives/{initiative['id']}/"))["stage"] == "delivery"
    assert refused(cast.director.post(f"{request}approve/", {}), "approval_closed") == []
    assert actions(cast.director, before) == ["launch.changed"]


def test_veto_of_security_stops_the_launch_and_only_security_lifts_it(cast, director):
    initiative, _, request = approved_launch(cast)
    before = newest(cast.director)
    name = ok(cast.security.post(f"{request}veto/", {"reason": "Prompt injection is open."}))["status"]
    assert name == "vetoed"

    (reason,) = refused(change_stage(cast, initiative, "beta"), "gate_closed")
    assert reason.startswith("Security has vetoed this launch (")
    assert reason.endswith(": Prompt injection is open.). Only Security can lift it.")
    for other in (cast.manager, cast.director, cast.owner):
        assert other.post(f"{request}lift-veto/", {"reason": "It is fine."}).status_code in {403, 409}
    assert ok(cast.manager.get(request))["status"] == "vetoed"
    assert ok(cast.security.post(f"{request}lift-veto/", {"reason": "Fixed."}))["status"] == "approved"
    assert ok(change_stage(cast, initiative, "beta"))["stage"] == "beta"
    assert actions(cast.director, before)[:2] == ["approval.vetoed", "approval.veto_lifted"]
    with tenant_scope(director):
        assert verify(director).problem is None


def test_tokens_of_another_organization_see_nothing(cast, api_client, stranger, session_client):
    initiative, launch, request = approved_launch(cast)
    records = (f"initiatives/{initiative['id']}/", launch, request)
    at_home = api_client(stranger)
    intruder = ApiClient(stranger, bearer=at_home.bearer, organization="acme")
    visitor = session_client(stranger)
    visitor.organization = "acme"
    before = newest(cast.director)

    for address in ("initiatives/", *records):
        assert intruder.get(address).status_code == 401
        assert visitor.get(address).status_code == 404
    for address in records:
        assert at_home.get(address).status_code == 404
        assert at_home.patch(address, {"title": "Mine"}).status_code in {404, 405}
    assert at_home.post(f"{request}approve/", {}).status_code == 404
    assert at_home.post(f"{request}veto/", {"reason": "No."}).status_code == 404
    assert at_home.post(f"initiatives/{initiative['id']}/change-stage/", {"to": "beta"}).status_code == 404
    assert ok(at_home.get("initiatives/"))["results"] == []
    assert newest(cast.director) == before
