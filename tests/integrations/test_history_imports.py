"""Plan history through the screen: checked first, errors by their place, then imported as a job."""

import json

import pytest
from celery import Task
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.errors import InvalidInputError, NotPermittedError
from integrations import tasks
from integrations.enums import ImportKind, ImportStatus
from integrations.models import ImportRun
from integrations.services.imports import check_history, preview_of, start_import
from roadmap.models import PlanHistoryEntry
from tenancy.scope import tenant_scope
from tests.factories.integrations import ExternalReferenceFactory
from tests.factories.portfolio import InitiativeFactory
from tests.web_client import client_of


def change(external_id="7", day=10, **fields):
    told = {"id": external_id, "at": f"2026-01-{day}T12:00:00Z", "field": "target_beta", "old": "v1.30", "new": "v1.31"}
    return {**told, **fields}


GOOD = [change(), change(day=11, old="v1.31", new="v1.33"), change(field="reviewers", day=12), change("8")]
BAD = [change(), 7, change(at="yesterday"), change("9")]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(Task, "apply_async", lambda self, **options: None)


@pytest.fixture
def browser(product_manager):
    return client_of(product_manager)


def url(name, **kwargs):
    return reverse(f"integrations:{name}", kwargs={"organization": "acme", **kwargs})


def upload(browser, changes, **fields):
    content = changes if isinstance(changes, bytes) else json.dumps(changes).encode()
    file = SimpleUploadedFile("jira history.json", content, "application/json")
    return browser.post(url("plan_history_upload"), {"file": file, **fields})


@pytest.fixture
def work(product_manager):
    """work(): what the worker does with the newest import, which is returned."""

    def deliver():
        with tenant_scope(product_manager):
            run = ImportRun.objects.latest("created_at")
        headers = {"organization_id": str(run.organization_id), "job_id": str(run.job_id)}
        tasks.run_import.apply(headers=headers, throw=True)
        with tenant_scope(product_manager):
            return ImportRun.objects.with_outcome().get(pk=run.pk)

    return deliver


def entries(actor):
    with tenant_scope(actor):
        return sorted(PlanHistoryEntry.objects.values_list("external_id", "new_value"))


def test_a_file_is_checked_then_imported_and_the_same_again_changes_nothing(browser, work, product_manager, owner):
    with tenant_scope(owner):
        initiative = InitiativeFactory()
        ExternalReferenceFactory(system="jira", external_id="7", target_id=initiative.pk)

    sent = upload(browser, GOOD)
    assert sent.status_code == 302
    assert "Check jira history.json" in browser.get(sent["Location"]).content.decode()
    checked = work()

    assert (checked.kind, checked.outcome, checked.is_dry_run, checked.system) == (
        ImportKind.PLAN_HISTORY,
        ImportStatus.SUCCEEDED,
        True,
        "jira",
    )
    assert (checked.row_count, checked.created_count, checked.rejected_count) == (4, 3, 0)
    assert entries(owner) == []
    page = browser.get(sent["Location"]).content.decode()
    assert "Ready to import" in page
    assert "1 changes are of fields a plan history does not hold." in page
    assert "1 of 2 records are no initiatives here" in page
    assert "Change mapping" not in page

    browser.post(url("import_run_start", pk=checked.pk), {"intent": "import"})
    done = work()
    assert (done.outcome, done.created_count, done.is_dry_run, done.content) == (ImportStatus.SUCCEEDED, 3, False, None)
    assert entries(owner) == [("7", "v1.31"), ("7", "v1.33"), ("8", "v1.31")]
    with tenant_scope(owner):
        assert PlanHistoryEntry.objects.filter(initiative=initiative).count() == 2
    page = browser.get(sent["Location"]).content.decode()
    assert "4 changes were read as history of “jira”." in page
    assert "Show slippage" in page

    upload(browser, GOOD)
    again = work()
    assert (again.created_count, again.unchanged_count) == (0, 3)
    assert "Nothing to import" in browser.get(url("import_run_detail", pk=again.pk)).content.decode()


def test_bad_changes_are_told_by_their_place_and_left_out_only_when_asked(browser, work, owner):
    upload(browser, BAD, system="jira")
    checked = work()

    assert (checked.outcome, checked.rejected_count) == (ImportStatus.REFUSED, 2)
    assert [(each["line"], each["reason"]) for each in checked.problems if each["line"]] == [
        (2, "This is no object."),
        (3, "“at” is no moment with a time zone, such as 2026-03-31T12:00:00Z."),
    ]
    page = browser.get(url("import_run_detail", pk=checked.pk)).content.decode()
    assert "2 of 4 changes cannot be read" in page
    assert 'data-label="Change" class="is-end num">3<' in page
    report = browser.get(url("import_run_report", pk=checked.pk, kind="csv")).content.decode()
    assert "“at” is no moment" in report

    browser.post(url("import_run_start", pk=checked.pk), {"intent": "import"})
    assert work().outcome == ImportStatus.REFUSED
    assert entries(owner) == []

    browser.post(url("import_run_start", pk=checked.pk), {"intent": "import", "skips_bad_rows": "on"})
    done = work()
    assert (done.outcome, done.created_count, done.rejected_count) == (ImportStatus.SUCCEEDED, 2, 2)
    assert entries(owner) == [("7", "v1.31"), ("9", "v1.31")]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "This is not JSON"), (b'{"rows": []}', "A history is a list of changes"), (b"\xff", "This is not JSON")],
)
def test_what_is_no_history_is_refused_at_the_file(browser, owner, content, message):
    refused = upload(browser, content)
    assert refused.status_code == 422
    assert message in refused.content.decode()
    with tenant_scope(owner):
        assert not ImportRun.objects.exists()


def test_a_file_too_large_is_refused(monkeypatch, browser):
    monkeypatch.setattr("integrations.services.importer.plan_history.MAX_BYTES", 10)
    assert "The file is larger than" in upload(browser, GOOD).content.decode()


def test_a_history_has_no_columns_to_map(browser, scope):
    run = check_history(actor=scope, file_name="x.json", content=json.dumps(GOOD).encode())
    with pytest.raises(InvalidInputError, match="no columns"):
        preview_of(run)
    run.job.finished_at = run.created_at
    run.job.save()
    with pytest.raises(InvalidInputError, match="no columns"):
        start_import(run, actor=scope, is_dry_run=True, mapping={"columns": {}})
    assert browser.post(url("import_run_map", pk=run.pk), {"intent": "preview"}).status_code == 404


def test_who_may_not_import_finds_no_way_there(viewer, product_manager, scope):
    slippage = reverse("roadmap:slippage", kwargs={"organization": "acme"})
    assert url("plan_history_upload") in client_of(product_manager).get(slippage).content.decode()
    assert url("plan_history_upload") not in client_of(viewer).get(slippage).content.decode()
    assert client_of(viewer).get(url("plan_history_upload")).status_code == 403
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        check_history(actor=viewer, file_name="x.json", content=b"[]")
