"""REST: references with filters, imports as JSON and as upload, rights, and the cost of lists."""

import json

import pytest
from celery import Task
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import ExternalReference, ImportRun
from portfolio.enums import Visibility
from portfolio.models import Initiative
from tenancy.enums import Role
from tenancy.scope import tenant_scope
from tests.factories.integrations import ExternalReferenceFactory, ImportRunFactory
from tests.factories.portfolio import InitiativeFactory
from tests.integrations.waiting_imports import work

REFERENCE_QUERIES = 5
IMPORT_QUERIES = 5
CONTENT = "id,title,release\n1,Search,v1\n2,Sort,TBD\n"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(Task, "apply_async", lambda self, **options: None)


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


def in_scope(actor, make):
    with tenant_scope(actor):
        return make()


def warm_queries(client, path):
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_a_reference_is_created_read_changed_and_deleted(client, owner):
    initiative = in_scope(owner, InitiativeFactory)
    body = {
        "system": "jira",
        "external_id": "AI-7",
        "url": "https://jira.example.com/AI-7",
        "target_model": "portfolio.initiative",
        "target_id": str(initiative.pk),
    }

    created = client.post("external-references/", body)
    assert (created.status_code, created.json()["relation"]) == (201, "same")
    path = f"external-references/{created.json()['id']}/"

    changed = client.patch(path, {"label": "Ticket"}, If_Match=created["ETag"])
    assert (changed.status_code, changed.json()["label"]) == (200, "Ticket")
    assert client.patch(path, {"label": "Late"}, If_Match=created["ETag"]).status_code == 412
    moved = client.patch(path, {"target_id": str(initiative.pk)})
    assert moved.json()["errors"][0]["pointer"] == "/target_id"
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_references_are_filtered(client, owner):
    def make():
        first, _ = (
            ExternalReferenceFactory(system="jira"),
            ExternalReferenceFactory(system="github", relation="see_also"),
        )
        return first

    first = in_scope(owner, make)

    for query in (
        {"system": "jira"},
        {"relation": "same"},
        {"target_id": str(first.target_id)},
        {"external_id": first.external_id},
        {"target_model": "portfolio.initiative", "q": first.external_id},
    ):
        found = client.get("external-references/", query).json()["results"]
        assert [each["id"] for each in found] == [str(first.pk)]
    assert client.get("external-references/", {"target": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"url": "javascript:alert(1)"}, 400, "/url"),
        ({"system": 7}, 400, "/system"),
        ({"colour": "red"}, 400, "/colour"),
        ({"target_model": "tenancy.user"}, 400, "/target_model"),
        ({"target_id": "0198c0de-0000-7000-8000-000000000000"}, 400, "/target_id"),
        ({"relation": "sibling"}, 400, "/relation"),
    ],
)
def test_a_bad_reference_is_refused_by_field(client, owner, changes, status, pointer):
    initiative = in_scope(owner, InitiativeFactory)
    body = {
        "system": "jira",
        "external_id": "1",
        "target_model": "portfolio.initiative",
        "target_id": str(initiative.pk),
    }

    response = client.post("external-references/", {**body, **changes})

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (status, pointer)
    with tenant_scope(owner):
        assert not ExternalReference.objects.exists()


def test_an_import_is_taken_and_its_result_read(client, owner):
    answer = client.post("imports/", {"file_name": "plans.csv", "content": CONTENT})

    assert (answer.status_code, answer.json()["status"]) == (202, "waiting")
    assert answer.json()["job"]
    work(owner)
    path = f"imports/{answer.json()['id']}/"
    result = client.get(path).json()
    assert (result["status"], result["created_count"], result["portfolio_name"]) == ("succeeded", 2, "Plans")
    assert client.get(f"{path}problems/").json() == [
        {
            "severity": "warning",
            "line": 3,
            "column": "release",
            "value": "TBD",
            "reason": "This is a placeholder, not a release.",
        }
    ]
    with tenant_scope(owner):
        assert Initiative.objects.count() == 2


def test_a_file_can_be_uploaded_as_it_is(client, owner):
    data = {
        "file": SimpleUploadedFile("plans.json", json.dumps([{"id": 1, "title": "Search"}]).encode()),
        "is_dry_run": "true",
        "mapping": json.dumps({"columns": {"id": "external_id"}}),
    }

    answer = client.http.post(client.url("imports/"), data, headers={"Authorization": f"Bearer {client.bearer}"})

    assert (answer.status_code, answer.json()["format"], answer.json()["is_dry_run"]) == (202, "json", True)
    work(owner)
    with tenant_scope(owner):
        assert (ImportRun.objects.get().created_count, Initiative.objects.count()) == (1, 0)


def test_a_checked_file_is_imported_by_its_id(client, owner):
    checked = client.post("imports/", {"file_name": "plans.csv", "content": CONTENT, "is_dry_run": True}).json()
    work(owner)

    answer = client.post(f"imports/{checked['id']}/start/", {"is_dry_run": False})

    assert answer.status_code == 202
    work(owner)
    with tenant_scope(owner):
        assert Initiative.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"file_name": "a.csv", "content": ""}, "/content"),
        ({"file_name": "a.csv", "content": "id,title\n"}, "/file"),
        ({"file_name": "a.csv", "content": 'id,title\n1,"x'}, "/file"),
        ({"file_name": "a.csv", "content": "a,b\n1,2\n"}, "/mapping"),
        ({"file_name": "a.csv", "content": CONTENT, "mapping": {"columns": {"id": "x"}}}, "/mapping"),
        ({"file_name": "a.csv", "content": CONTENT, "format": "xml"}, "/format"),
        ({"file_name": "a.csv", "content": CONTENT, "is_dry_run": "yes"}, "/is_dry_run"),
        ({"content": CONTENT}, "/file_name"),
    ],
)
def test_a_bad_import_is_refused_by_field(client, owner, body, pointer):
    response = client.post("imports/", body)

    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, pointer)
    with tenant_scope(owner):
        assert not ImportRun.objects.exists()


def test_the_same_key_imports_once(client, owner):
    body = {"file_name": "plans.csv", "content": CONTENT}

    first, second = (client.post("imports/", body, Idempotency_Key="once") for _ in range(2))

    assert first.json()["id"] == second.json()["id"]
    with tenant_scope(owner):
        assert ImportRun.objects.count() == 1


def test_who_may_see_and_start_imports(api_client, actor_with, owner, stranger):
    run = in_scope(owner, lambda: ImportRunFactory(requested_by=owner.user))
    for role, seen, started in (
        (Role.VIEWER, 403, 403),
        (Role.CONTRIBUTOR, 403, 403),
        (Role.AUDITOR, 200, 403),
        (Role.PRODUCT_MANAGER, 404, 202),
        (Role.ADMIN, 200, 202),
    ):
        client = api_client(actor_with(role), scopes=["read", "write"])
        assert (role, client.get(f"imports/{run.pk}/").status_code) == (role, seen)
        body = {"file_name": "plans.csv", "content": CONTENT}
        assert (role, client.post("imports/", body).status_code) == (role, started)
    foreign = api_client(stranger)
    assert foreign.get(f"imports/{run.pk}/").status_code == 404


def test_an_import_into_a_restricted_portfolio_is_hidden_with_it(api_client, product_manager, owner):
    def make():
        initiative = InitiativeFactory(portfolio__visibility=Visibility.RESTRICTED)
        return ImportRunFactory(portfolio=initiative.portfolio, requested_by=owner.user)

    run = in_scope(owner, make)

    assert api_client(product_manager).get(f"imports/{run.pk}/").status_code == 404
    assert api_client(owner).get(f"imports/{run.pk}/").status_code == 200


@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(client, owner, product_manager, count):
    with tenant_scope(owner):
        ExternalReferenceFactory.create_batch(count)
        ImportRunFactory.create_batch(count, requested_by=product_manager.user)

    assert warm_queries(client, "external-references/") == REFERENCE_QUERIES
    assert warm_queries(client, "imports/") == IMPORT_QUERIES
    assert len(client.get("imports/").json()["results"]) == count
