"""Imports as jobs: done once however often the message comes, and undone when the worker dies."""

from unittest.mock import patch

import pytest
from celery import Task
from django.db import OperationalError

from core.errors import DomainError, InvalidInputError
from integrations import tasks
from integrations.enums import ImportStatus
from integrations.models import ImportRun
from integrations.services import imports
from integrations.services.importer import running
from integrations.services.importer.problems import UnreadableFileError
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.enums import JobStatus, Role
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tenancy.services.jobs import progress_of

CONTENT = "id,title\n" + "".join(f"{number},Title {number}\n" for number in range(30))


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(Task, "apply_async", lambda self, **options: None)


@pytest.fixture
def started(product_manager):
    """started(**options): an import whose job waits for a worker."""

    def start(content=CONTENT, is_dry_run=False, **options):
        with tenant_scope(product_manager):
            run = imports.prepare_import(actor=product_manager, file_name="plans.csv", content=content.encode())
            return imports.start_import(run, actor=product_manager, is_dry_run=is_dry_run, **options)

    return start


def deliver(run):
    headers = {"organization_id": str(run.organization_id), "job_id": str(run.job_id)}
    tasks.run_import.apply(headers=headers, throw=True)


def stored(run, actor):
    with tenant_scope(actor):
        found = ImportRun.objects.with_outcome().select_related("job").get(pk=run.pk)
        return found, Initiative.objects.count()


def test_a_job_imports_and_says_what_it_did(started, owner):
    run = started()
    deliver(run)

    found, count = stored(run, owner)
    assert (found.outcome, found.created_count, count) == (ImportStatus.SUCCEEDED, 30, 30)
    assert found.content is None
    assert (found.job.status, found.job.result["created"]) == (JobStatus.SUCCEEDED, 30)
    assert progress_of(found.job)["current"] == progress_of(found.job)["total"] == 30


def test_the_same_message_twice_imports_once(started, owner):
    run = started()
    deliver(run)
    deliver(run)

    assert stored(run, owner)[1] == 30


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_retry_imports_once(started, owner):
    run = started()
    write = running.RecordWriter.write

    def dies(self, record):
        if record.external_id == "17":
            raise OperationalError("server closed the connection unexpectedly")
        write(self, record)

    # The task closes the connection after losing it; inside a test that would end the test's transaction.
    with patch.object(running.RecordWriter, "write", dies), patch("tenancy.tasks.connection.close"):
        deliver(run)
    between, count = stored(run, owner)
    assert (between.outcome, between.job.status, count) == (ImportStatus.WAITING, JobStatus.WAITING, 0)

    deliver(run)

    assert stored(run, owner)[1] == 30


def test_a_refused_file_is_a_result_and_no_failure(started, owner):
    run = started(content="id,title\n1,\n")
    deliver(run)

    found, count = stored(run, owner)
    assert (found.outcome, found.rejected_count, count) == (ImportStatus.REFUSED, 1, 0)
    assert found.job.status == JobStatus.SUCCEEDED
    assert found.content is not None


def test_an_import_whose_job_gave_up_is_shown_as_failed_and_can_start_again(started, owner, product_manager):
    run = started()
    with tenant_scope(owner):
        Membership.objects.filter(user=product_manager.user).update(is_active=False)
    deliver(run)

    found, count = stored(run, owner)
    assert (found.outcome, count) == (ImportStatus.FAILED, 0)
    assert found.job.error == "The person who started this job is no longer a member of the organization."
    with tenant_scope(owner):
        again = imports.start_import(found, actor=owner, is_dry_run=False)
    deliver(again)
    assert stored(run, owner)[1] == 30


def test_a_role_lost_meanwhile_refuses_the_job(started, owner, product_manager):
    run = started()
    with tenant_scope(owner):
        Membership.objects.filter(user=product_manager.user).update(role=Role.VIEWER)
    deliver(run)

    found, count = stored(run, owner)
    assert (found.outcome, count) == (ImportStatus.FAILED, 0)


def test_a_checked_file_is_imported_without_another_upload(started, owner, product_manager):
    run = started(is_dry_run=True)
    deliver(run)
    assert stored(run, owner)[1] == 0

    with tenant_scope(product_manager):
        again = imports.start_import(run, actor=product_manager, is_dry_run=False)
    deliver(again)

    assert stored(run, owner)[1] == 30
    with tenant_scope(product_manager), pytest.raises(imports.ContentGoneError):
        imports.start_import(run, actor=product_manager, is_dry_run=True)


def test_a_running_import_is_neither_changed_nor_deleted(started, product_manager):
    run = started()

    with tenant_scope(product_manager):
        for attempt in (
            lambda: imports.start_import(run, actor=product_manager, is_dry_run=True),
            lambda: imports.change_import(run, actor=product_manager, system="x"),
            lambda: imports.delete_import(run, actor=product_manager),
        ):
            with pytest.raises(DomainError, match=r"This import is still running\."):
                attempt()


def test_what_cannot_be_read_or_mapped_is_refused_at_the_door(product_manager):
    with tenant_scope(product_manager):
        with pytest.raises(UnreadableFileError):
            imports.prepare_import(actor=product_manager, file_name="a.csv", content=b"")
        with pytest.raises(InvalidInputError, match=r"Choose CSV or JSON\."):
            imports.prepare_import(actor=product_manager, file_name="a.csv", content=b"id,title\n1,a", file_format="x")
        run = imports.prepare_import(actor=product_manager, file_name="a.csv", content=b"id,title\n1,a")
        with pytest.raises(InvalidInputError, match="The file has no column “x”"):
            imports.start_import(run, actor=product_manager, is_dry_run=True, mapping={"columns": {"x": "kind"}})


def test_abandoned_files_are_thrown_away_after_a_week(product_manager, organization):
    with tenant_scope(product_manager):
        runs = [
            imports.prepare_import(actor=product_manager, file_name=f"{n}.csv", content=b"id,title\n1,a")
            for n in (1, 2)
        ]
        old = ImportRun.objects.get(pk=runs[0].pk).updated_at - imports.KEEP_UPLOADS * 2
        ImportRun.objects.filter(pk=runs[0].pk).update(updated_at=old)

    system = Actor.system(organization)
    with tenant_scope(system):
        assert imports.drop_abandoned_uploads(actor=system) == 1
        kept = ImportRun.objects.filter(content__isnull=False)
        assert [run.pk for run in kept] == [runs[1].pk]
