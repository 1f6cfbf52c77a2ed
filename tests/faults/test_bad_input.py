"""Bad input on the endpoints of every app: a clear 4xx that names the field, nothing changed, one line in the log."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from collaboration.models import SavedView
from core.api.parsers import MAX_DEPTH
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.models import ApiToken, LedgerEvent, Membership
from tenancy.scope import tenant_scope
from tests.addresses import is_ledger, organization_addresses
from tests.factories.collaboration import SavedViewFactory
from tests.factories.portfolio import BusinessCaseFactory, InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, RoadmapItemFactory
from tests.faults.records import BODIES, body_of, records_for, references
from tests.rows import make_row

endpoints = pytest.mark.parametrize("endpoint", BODIES)
# An import is worked off later.
ACCEPTED = {"imports/": 202}
API = [address for address in organization_addresses() if address.is_api]
LISTS = sorted(
    {
        address.route.rpartition("<slug:organization>/")[2]
        for address in API
        if "GET" in address.methods and address.parameters == ("organization",) and address.name.endswith("-list")
    }
)
CHANGEABLE = [address for address in API if "PATCH" in address.methods and "pk" in address.parameters]


class Watch:
    """Sends requests and holds each refusal to the promise: a problem, no event in the ledger, one line in the log."""

    def __init__(self, client, caplog) -> None:
        self.client, self.caplog = client, caplog

    def events(self) -> int:
        with tenant_scope(Actor.system(self.client.actor.organization)):
            return LedgerEvent.objects.count()

    def refused(self, method: str, path: str, data: Any, status: int, pointer: str | None = None, **headers) -> None:
        """The refusal names the pointer, or a place within what it points to."""
        before = self.events()
        self.caplog.clear()
        response = self.client.request(method, path, data, **headers)
        said = f"{method} {path} {str(data)[:200]} -> {response.status_code} {response.content[:400]!r}"
        assert response.status_code == status, said
        assert response["Content-Type"] == "application/problem+json", said
        problem = response.json()
        assert (problem["status"], bool(problem["detail"]), bool(problem["code"])) == (status, True, True), said
        if pointer is not None:
            assert any(f"{named}/".startswith(f"{pointer}/") for named in pointers(response)), said
        assert self.events() == before, said
        lines = [record for record in self.caplog.records if not record.name.startswith("django.db")]
        assert len(lines) <= 1, f"{said}\n{[record.getMessage() for record in lines]}"
        assert all(record.exc_info is None for record in lines), said


def pointers(response: HttpResponse) -> list[str]:
    return [error["pointer"] for error in response.json().get("errors", [])]


@pytest.fixture
def client(api_client, owner):
    return api_client(owner, scopes=["write", "read"])


@pytest.fixture
def watch(client, caplog):
    return Watch(client, caplog)


@pytest.fixture
def good_body(owner, requested):
    """good_body(endpoint): a body that is accepted."""

    def make(endpoint: str) -> dict[str, Any]:
        with tenant_scope(owner):
            return body_of(endpoint, records_for(endpoint))

    return make


@endpoints
def test_good_body_is_accepted(client, good_body, endpoint):
    response = client.post(endpoint, good_body(endpoint))

    assert response.status_code == ACCEPTED.get(endpoint, 201), response.content


@endpoints
def test_body_that_is_not_what_the_endpoint_takes_is_refused(watch, good_body, endpoint):
    body = good_body(endpoint)
    text = json.dumps(body)

    watch.refused("POST", endpoint, text[:-1], 400)
    watch.refused("POST", endpoint, text.encode().replace(b'": ', b'\xff": ', 1), 400)
    watch.refused("POST", endpoint, text.encode("utf-16"), 400)
    watch.refused("POST", endpoint, f"[{text}]", 400)
    watch.refused("POST", endpoint, "null", 400)
    watch.refused("POST", endpoint, '{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1), 400)
    watch.refused("POST", endpoint, "[" * 100_000, 400)
    watch.refused("POST", endpoint, json.dumps({**body, "colour": "red"}), 400, "/colour")
    watch.refused("POST", endpoint, json.dumps({**body, "organization": body.get("portfolio", 1)}), 400)
    watch.refused("POST", endpoint, b" " * (10 * 1024 * 1024), 413)
    watch.refused("POST", endpoint, text, 415, Content_Type="text/plain")


@endpoints
def test_every_field_of_a_wrong_type_is_named(watch, good_body, endpoint):
    body = good_body(endpoint)
    # `query` of a saved view and the text of an import are checked in their own tests.
    for name in set(body) - {"query"}:
        watch.refused("POST", endpoint, {**body, name: {"nested": []}}, 400, f"/{name}")
        watch.refused("POST", endpoint, {**body, name: [True]}, 400, f"/{name}")
        watch.refused("POST", endpoint, {**body, name: "a\u0000b"}, 400)


REFERRING = [endpoint for endpoint in BODIES if references(BODIES[endpoint])]


@pytest.mark.parametrize("endpoint", REFERRING)
def test_id_of_another_organization_is_refused_like_one_that_never_existed(watch, good_body, stranger, endpoint):
    body = good_body(endpoint)
    with tenant_scope(stranger):
        foreign = records_for(endpoint)
    for name, noun in references(BODIES[endpoint]).items():
        answers = []
        for value in (foreign[noun], "01990000-0000-7000-8000-000000000000"):
            watch.refused("POST", endpoint, {**body, name: value}, 400, f"/{name}")
            answers.append(watch.client.post(endpoint, {**body, name: value}).json()["errors"])
        assert answers[0] == answers[1]


@endpoints
@pytest.mark.parametrize("ended", ["expires_at", "revoked_at"])
def test_expired_and_revoked_tokens_write_nothing(watch, good_body, endpoint, ended):
    body = good_body(endpoint)
    with tenant_scope(Actor.system(watch.client.actor.organization)):
        ApiToken.objects.update(**{ended: timezone.now() - timedelta(seconds=1)})

    watch.refused("POST", endpoint, body, 401)
    watch.refused("GET", endpoint, None, 401)


@endpoints
def test_same_idempotency_key_with_another_body_is_refused(watch, good_body, endpoint):
    body = good_body(endpoint)
    status = ACCEPTED.get(endpoint, 201)
    assert watch.client.post(endpoint, body, Idempotency_Key="once").status_code == status

    spoiled = {**body, next(iter(body)): "Something else"}
    watch.refused("POST", endpoint, spoiled, 422, Idempotency_Key="once")

    before = watch.events()
    again = watch.client.post(endpoint, body, Idempotency_Key="once")
    assert (again.status_code, again["Idempotency-Replayed"]) == (status, "true")
    assert watch.events() == before


@pytest.mark.parametrize("path", LISTS)
def test_bad_query_of_a_list_is_refused_by_name(watch, path):
    for query, name in (
        ({"cursor": "forged"}, "/cursor"),
        ({"cursor": "eyJmIjoxfQ:1tZ:abc"}, "/cursor"),
        ({"page_size": "0"}, "/page_size"),
        ({"page_size": "many"}, "/page_size"),
        ({"ordering": "password"}, "/ordering"),
        ({"colour": "red"}, "/colour"),
    ):
        watch.refused("GET", path, query, 400, name)


@pytest.mark.parametrize("address", CHANGEABLE, ids=lambda address: address.name)
def test_stale_etag_changes_nothing(watch, owner, requested, address):
    with tenant_scope(owner):
        record = _seen_by(owner, address.model)
    noun = address.route.rpartition("<slug:organization>/")[2].partition("/")[0]

    watch.refused("PATCH", f"{noun}/{record.pk}/", {}, 412, If_Match='"999"')
    watch.refused("PATCH", f"{noun}/{record.pk}/", {}, 412, If_Match='"nonsense"')
    if "DELETE" in address.methods:
        watch.refused("DELETE", f"{noun}/{record.pk}/", None, 412, If_Match='"999"')


def _seen_by(actor: Actor, model: Any) -> Any:
    if model is SavedView:
        return SavedViewFactory(owner=Membership.objects.get(user=actor.user))
    return model.objects.first() or make_row(model)


RULES = [
    ("initiatives/", {"start_on": "2026-03-01", "end_on": "2026-02-01"}, "/end_on"),
    ("initiatives/", {"start_on": "2026-02-30"}, "/start_on"),
    ("initiatives/", {"start_on": "0000-01-01"}, "/start_on"),
    ("initiatives/", {"level": "galaxy"}, "/level"),
    ("initiatives/", {"title": ""}, "/title"),
    ("initiatives/", {"title": "x" * 100_000}, "/title"),
    ("initiatives/", {"stage": "ga"}, "/stage"),
    ("business-cases/", {"discount_rate": "-0.9999"}, "/discount_rate"),
    ("business-cases/", {"discount_rate": "NaN"}, "/discount_rate"),
    ("business-cases/", {"horizon_months": -1}, "/horizon_months"),
    ("business-cases/", {"horizon_months": 10**20}, "/horizon_months"),
    ("business-cases/", {"horizon_months": 1.5}, "/horizon_months"),
    ("business-cases/", {"start_month": "9999-12-01"}, "/start_month"),
    ("business-cases/", {"start_month": "0001-01-01"}, "/start_month"),
    ("cost-optimizations/", {"effective_on": "9999-12-31"}, "/effective_on"),
    ("cost-optimizations/", {"effective_on": "0001-01-01"}, "/effective_on"),
    ("business-cases/", {"currency": "euro"}, "/currency"),
    ("kpi-observations/", {"value": "Infinity"}, "/value"),
    ("kpi-observations/", {"value": "1e30"}, "/value"),
    ("kpi-observations/", {"observed_at": "2026-02-01T00:00:00"}, "/observed_at"),
    ("kpi-observations/", {"observed_at": "0001-01-01T00:00:00+14:00"}, "/observed_at"),
    ("roadmap-items/", {"start_on": "2026-03-01", "end_on": "2026-02-01"}, "/end_on"),
    ("roadmap-items/", {"start_on": None}, "/start_on"),
    ("roadmap-items/", {"confidence": "1.01"}, "/confidence"),
    ("roadmap-items/", {"confidence": "-0.01"}, "/confidence"),
    ("stage-gates/", {"approvals_required": -1}, "/approvals_required"),
    ("stage-gates/", {"approval_valid_days": 0}, "/approval_valid_days"),
    ("gate-criteria/", {"kind": "live"}, None),
    ("launches/", {"target_stage": "idea"}, "/target_stage"),
    ("experiments/", {"significance_level": "1"}, "/significance_level"),
    ("experiments/", {"planned_units": 0}, "/planned_units"),
    ("experiments/", {"planned_units": -5}, "/planned_units"),
    ("experiments/", {"key": "not a key!"}, "/key"),
    ("external-references/", {"target_model": "auth.user"}, "/target_model"),
    ("external-references/", {"url": "javascript:alert(1)"}, "/url"),
    ("imports/", {"format": "xlsx"}, "/format"),
    ("imports/", {"content": ""}, "/content"),
    ("saved-views/", {"query": "stage=beta"}, "/query"),
]


@pytest.mark.parametrize(("endpoint", "changes", "pointer"), RULES)
def test_broken_rule_is_refused_at_its_field(watch, good_body, endpoint, changes, pointer):
    watch.refused("POST", endpoint, {**good_body(endpoint), **changes}, 400, pointer)


def test_negative_money_is_refused_at_its_cell(watch, owner):
    with tenant_scope(owner):
        case = BusinessCaseFactory()
    line = {"category": "engineering", "name": "Build"}
    for amount in ("-1.00", "-0.01", "-1e2", "1" + "0" * 30, "NaN"):
        body = {"lines": [{**line, "amounts": [{"month": "2026-01-01", "amount": amount}]}]}
        watch.refused("PUT", f"business-cases/{case.pk}/lines/", body, 400, "/lines/0/amounts/0/amount")


def test_cyclic_parents_are_refused(watch, owner):
    with tenant_scope(owner):
        top = InitiativeFactory()
        middle = InitiativeFactory(portfolio=top.portfolio, parent=top)
        leaf = InitiativeFactory(portfolio=top.portfolio, parent=middle)

    for parent in (top, middle, leaf):
        watch.refused("PATCH", f"initiatives/{top.pk}/", {"parent": str(parent.pk)}, 400, "/parent")


def test_tree_of_300_levels_is_refused_at_the_level_too_many(watch, owner):
    with tenant_scope(owner):
        portfolio = PortfolioFactory()
    body = {"level": "initiative", "kind": "feature", "portfolio": str(portfolio.pk)}
    parent = None
    for level in range(50):
        created = watch.client.post("initiatives/", {**body, "title": f"Level {level}", "parent": parent})
        assert created.status_code == 201, created.content
        parent = created.json()["id"]

    for level in range(50, 300, 50):
        watch.refused("POST", "initiatives/", {**body, "title": f"Level {level}", "parent": parent}, 400, "/parent")
    with tenant_scope(owner):
        assert Initiative.objects.count() == 50


def test_cycle_of_dependencies_is_refused(watch, owner):
    with tenant_scope(owner):
        first = DependencyFactory()
        third = RoadmapItemFactory(roadmap=first.predecessor.roadmap)
        DependencyFactory(predecessor=first.successor, successor=third)
    closing = {"predecessor": str(third.pk), "successor": str(first.predecessor_id)}

    watch.refused("POST", "dependencies/", closing, 409)
    watch.refused("POST", "dependencies/", {**closing, "predecessor": closing["successor"]}, 400)


def test_ledger_and_jobs_refuse_bad_filters(watch):
    watch.refused("GET", "ledger-events/", {"record_id": "x"}, 400, "/record_id")
    watch.refused("GET", "ledger-events/", {"at_after": "yesterday"}, 400, "/at_after")
    watch.refused("GET", "jobs/", {"status": "asleep"}, 400, "/status")


@pytest.mark.parametrize("query", ["kpi-observations/?observed_after=", "ledger-events/?at_after="])
def test_moment_is_read_in_utc_and_refused_outside_the_calendar(watch, query):
    path, _, name = query.rstrip("=").partition("?")

    # PostgreSQL takes no offset beyond 15:59:59; Python takes any below a day.
    assert watch.client.get(path, {name: "2026-01-01T00:00:00+17:32"}).status_code == 200
    watch.refused("GET", path, {name: "0001-01-01T00:00:00+14:00"}, 400, f"/{name}")


def test_table_covers_every_endpoint_that_creates():
    own_tests = {"invitations/", "api-tokens/", "service-accounts/", "dependencies/", "experiment-results/"}
    own_tests |= {"public-links/"}
    creating = {
        address.route.rpartition("<slug:organization>/")[2]
        for address in API
        if "POST" in address.methods and address.name.endswith("-list") and not is_ledger(address)
    }
    assert creating == set(BODIES) | own_tests
