"""The pages: upload, mapping, check, import, result, history, and references on an initiative."""

import re

import pytest
from celery import Task
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from integrations.enums import ImportStatus
from integrations.models import ExternalReference, ImportRun
from portfolio.models import Initiative
from tenancy.scope import tenant_scope
from tests.factories.integrations import ExternalReferenceFactory, ImportRunFactory
from tests.factories.portfolio import InitiativeFactory
from tests.integrations.waiting_imports import work

IMPORT_QUERIES = 11
REFERENCE_QUERIES = 10
CONTENT = b"id,title,status,colour\n1,Search,provisional,red\n2,Sort,planned,blue\n3,Rank,planned,\n"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(Task, "apply_async", lambda self, **options: None)


@pytest.fixture
def client_of():
    """client_of(actor): a signed-in browser."""

    def make(actor):
        client = Client(raise_request_exception=True)
        client.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def client(client_of, product_manager):
    return client_of(product_manager)


def upload(client, content=CONTENT, name="plans.csv", **fields):
    data = {"file": SimpleUploadedFile(name, content), **fields}
    return client.post("/acme/integrations/imports/new/", data)


def only_run(actor):
    with tenant_scope(actor):
        return ImportRun.objects.with_outcome().get()


def mapping_data(client, page, **changes):
    """What the mapping form would send as it is shown, with changes by label."""
    html = client.get(page).content.decode()
    data = {"portfolio_name": "Plans", "system": "plans", "intent": "check"}
    for name, options in re.findall(r'<select name="((?:column|word)-\d+)".*?>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        data[name] = chosen[1] if chosen else ""
    return {**data, **changes}


def test_from_upload_to_import(client, owner):
    answer = upload(client)
    page = answer["Location"]
    html = client.get(page).content.decode()
    assert answer.status_code == 303
    assert only_run(owner).status == ImportStatus.UPLOADED
    assert "Check the file" in html
    assert "3 rows, 4 columns" in html

    data = mapping_data(client, page)
    assert [data[f"column-{n}"] for n in range(4)] == ["external_id", "title", "status", ""]
    assert client.post(f"{page}mapping/", data).status_code == 302
    assert "Check plans.csv" in client.get(page).content.decode()

    work(owner)
    html = client.get(page).content.decode()
    assert "Ready to import" in html
    assert html.count('<td role="cell" class="table__main">This is no known status.') == 2
    with tenant_scope(owner):
        assert not Initiative.objects.exists()

    client.post(f"{page}start/", {"intent": "import"})
    work(owner)
    assert "3 rows were read into “Plans”." in client.get(page).content.decode()
    with tenant_scope(owner):
        assert Initiative.objects.count() == 3


def test_columns_and_words_can_be_given_another_meaning(client, owner):
    page = upload(client)["Location"]

    client.post(f"{page}mapping/", mapping_data(client, page, **{"word-0": "validated", "intent": "preview"}))
    client.post(f"{page}mapping/", mapping_data(client, page, **{"column-3": "description", "intent": "import"}))

    assert only_run(owner).mapping == {
        "columns": {"id": "external_id", "title": "title", "status": "status", "colour": "description"},
        "values": {"status": {"planned": "validated"}},
    }
    work(owner)
    with tenant_scope(owner):
        assert list(Initiative.objects.values_list("stage", "description")) == [
            ("validated", ""),
            ("discovery", "red"),
            ("validated", "blue"),
        ]


def test_file_whose_columns_nobody_recognizes_can_be_mapped_by_hand(client, owner):
    page = upload(client, b"what,which\nSearch,1\nSort,2\n")
    shown = client.get(page["Location"])
    choices = {"portfolio_name": "Plans", "system": "plans", "intent": "check"}
    refused = client.post(f"{page['Location']}mapping/", {**choices, "column-0": "title", "column-1": ""})
    taken = client.post(f"{page['Location']}mapping/", {**choices, "column-0": "title", "column-1": "external_id"})

    assert "No column is the title, and none the external id yet." in shown.content.decode()
    assert (refused.status_code, taken.status_code) == (409, 302)
    assert "No column of the file is the external id." in refused.content.decode()
    with tenant_scope(owner):
        assert ImportRun.objects.get().mapping["columns"] == {"what": "title", "which": "external_id"}


def test_a_mapping_that_cannot_be_keeps_what_was_chosen(client, owner):
    page = upload(client)["Location"]

    answer = client.post(f"{page}mapping/", mapping_data(client, page, **{"column-3": "title"}))

    html = answer.content.decode()
    assert answer.status_code == 409
    assert escape("“title” and “colour” cannot both become title.") in html
    assert html.count('<option value="title" selected>') == 2
    assert only_run(owner).status == ImportStatus.UPLOADED


def test_a_refused_file_offers_to_leave_bad_rows_out(client, owner):
    page = upload(client, b"id,title\n1,\n2,Sort\n")["Location"]
    client.post(f"{page}mapping/", mapping_data(client, page))
    work(owner)

    html = client.get(page).content.decode()
    assert "This file would be refused" in html
    assert "The row has no title." in html
    assert client.get(f"{page}?severity=warning").content.decode().count("None of this kind.") == 1

    client.post(f"{page}start/", {"intent": "import", "skips_bad_rows": "on"})
    work(owner)
    with tenant_scope(owner):
        assert list(Initiative.objects.values_list("title", flat=True)) == ["Sort"]


def test_an_unreadable_file_is_refused_at_its_field(client, owner):
    answer = upload(client, b'id,title\n1,"open\n')

    assert answer.status_code == 409
    assert "Line 2: This is not CSV: a quotation mark is opened and never closed." in answer.content.decode()
    with tenant_scope(owner):
        assert not ImportRun.objects.exists()


def test_the_file_is_shown_as_text(client):
    page = upload(client, b"id,title\n1,<script>alert(1)</script>\n")["Location"]

    assert "<script>alert(1)" not in client.get(page).content.decode()


def test_progress_is_a_fragment_until_the_import_has_ended(client, owner):
    page = upload(client)["Location"]
    client.post(f"{page}mapping/", mapping_data(client, page))

    bar = client.get(f"{page}progress/", headers={"HX-Request": "true"})
    assert (bar.status_code, "hx-get" in bar.content.decode()) == (200, True)
    assert "Check the file" not in client.get(f"{page}?edit=mapping").content.decode()

    work(owner)
    ended = client.get(f"{page}progress/", headers={"HX-Request": "true"})
    assert ended["HX-Refresh"] == "true"


def test_reports_are_downloaded(client, owner):
    page = upload(client)["Location"]
    client.post(f"{page}mapping/", mapping_data(client, page))
    work(owner)

    report = client.get(f"{page}report.csv")
    assert report["Content-Disposition"] == 'attachment; filename="plans.csv-report.csv"'
    assert report.content.decode().splitlines()[1] == "warning,3,status,planned,This is no known status."
    assert client.get(f"{page}report.json").json()["warning"] == 2
    assert client.get(f"{page}report.xml").status_code == 404


def test_problems_of_one_kind_are_shown_alone(client, owner):
    rows = "".join(f"{n},T{n},planned,TBD\n" for n in range(4))
    page = upload(client, f"id,title,status,release\n{rows}".encode())["Location"]
    client.post(f"{page}mapping/", mapping_data(client, page))
    work(owner)

    for kind, reason in (("0", "This is a placeholder, not a release."), ("1", "This is no known status.")):
        html = client.get(f"{page}?kind={kind}").content.decode()
        assert re.findall(r'class="table__main">(.*?)</td>', html) == [reason] * 4
    assert client.get(f"{page}?kind=99").content.decode().count('class="table__main"') == 8


def test_an_import_is_deleted_and_what_it_imported_stays(client, owner):
    page = upload(client)["Location"]
    client.post(f"{page}mapping/", mapping_data(client, page, intent="import"))
    work(owner)

    assert client.post(f"{page}delete/").status_code == 303
    with tenant_scope(owner):
        assert (ImportRun.objects.count(), Initiative.objects.count()) == (0, 3)


def test_pages_are_closed_to_viewers_and_strangers(client_of, viewer, stranger, product_manager):
    with tenant_scope(product_manager):
        run = ImportRunFactory(requested_by=product_manager.user)
    page = f"/acme/integrations/imports/{run.pk}/"

    for address in ("/acme/integrations/imports/", "/acme/integrations/imports/new/", page, f"{page}report.csv"):
        assert (address, client_of(viewer).get(address).status_code) == (address, 403)
        assert (address, client_of(stranger).get(address).status_code) == (address, 404)
    for action in ("mapping", "start"):
        assert client_of(viewer).post(f"{page}{action}/", {}).status_code == 403
    assert "Imports" not in client_of(viewer).get("/acme/integrations/external-references/").content.decode()


def test_a_reference_is_added_on_an_initiative(client, owner):
    with tenant_scope(owner):
        initiative = InitiativeFactory()
    form = f"/acme/integrations/external-references/new/?target_model=portfolio.initiative&target_id={initiative.pk}"
    assert client.get(form).status_code == 200

    answer = client.post(
        form,
        {
            "system": "jira",
            "external_id": "AI-7",
            "relation": "same",
            "url": "https://jira.example.com/AI-7",
            "target_model": "portfolio.initiative",
            "target_id": str(initiative.pk),
        },
    )

    assert answer.status_code == 303
    with tenant_scope(owner):
        reference = ExternalReference.objects.get()
    page = client.get(f"/acme/integrations/external-references/{reference.pk}/").content.decode()
    assert "AI-7" in page
    assert initiative.title in page


def test_without_a_record_there_is_no_reference_form(client):
    assert client.get("/acme/integrations/external-references/new/").status_code == 404
    assert client.get("/acme/integrations/external-references/").status_code == 200


@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(client, owner, product_manager, count):
    with tenant_scope(owner):
        ExternalReferenceFactory.create_batch(count)
        ImportRunFactory.create_batch(count, requested_by=product_manager.user)

    for path, expected in (("imports", IMPORT_QUERIES), ("external-references", REFERENCE_QUERIES)):
        client.get(f"/acme/integrations/{path}/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/acme/integrations/{path}/").status_code == 200
        assert (path, len(captured)) == (path, expected)
