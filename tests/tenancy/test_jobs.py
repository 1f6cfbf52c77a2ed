"""Jobs: durable while the broker is away, exactly once when a worker dies or a message comes twice."""

from unittest.mock import patch

import pytest
from celery import Task, current_app
from celery.exceptions import NotRegistered
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

from core.errors import DomainError
from tenancy.enums import JobStatus
from tenancy.models import Job, OutboxEntry, Team
from tenancy.scope import tenant_scope
from tenancy.services import jobs
from tenancy.tasks import tenant_task
from tests.factories.tenancy import TeamFactory

behaviour = {"raise": None}


@tenant_task("tests.create_team")
def create_team(actor, *, job_id, name):
    TeamFactory(name=name)
    if behaviour["raise"]:
        raise behaviour["raise"]
    return {"created": name}


@pytest.fixture(autouse=True)
def _behave():
    behaviour["raise"] = None


@pytest.fixture
def broker(monkeypatch):
    """Delivers nothing by itself; remembers what was published."""
    published = []
    monkeypatch.setattr(Task, "apply_async", lambda self, **options: published.append(options))
    return published


@pytest.fixture
def job(owner, broker, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), tenant_scope(owner):
        return jobs.enqueue("tests.create_team", actor=owner, title="Create a team", name="By a job")


def deliver(job):
    headers = {"organization_id": str(job.organization_id), "job_id": str(job.pk)}
    create_team.apply(headers=headers, throw=True)


def state(actor, job):
    with tenant_scope(actor):
        return Job.objects.get(pk=job.pk), list(Team.objects.values_list("name", flat=True))


def test_enqueue_publishes_after_commit(job, broker):
    assert [options["headers"]["job_id"] for options in broker] == [str(job.pk)]


def test_enqueue_of_an_unknown_task_fails_in_the_caller(scope):
    with pytest.raises(NotRegistered):
        jobs.enqueue("tests.no_such_task", actor=scope)


def test_job_and_effect_complete_together(job, owner):
    deliver(job)

    stored, teams = state(owner, job)
    assert (stored.status, stored.result, teams) == (JobStatus.SUCCEEDED, {"created": "By a job"}, ["By a job"])
    assert not OutboxEntry.objects.exists()


def test_second_delivery_does_nothing(job, owner):
    deliver(job)
    deliver(job)

    assert state(owner, job)[1] == ["By a job"]


def test_broker_outage_leaves_the_job_in_the_outbox(owner, django_capture_on_commit_callbacks, caplog):
    away = patch.object(Task, "apply_async", side_effect=BrokerError("away"))
    with away, django_capture_on_commit_callbacks(execute=True), tenant_scope(owner):
        job = jobs.enqueue("tests.create_team", actor=owner, name="Later")

    assert OutboxEntry.objects.filter(pk=job.pk).exists()
    assert "waits in the outbox" in caplog.text


def test_dispatcher_publishes_what_is_due_and_waits_longer_each_time(job, broker):
    OutboxEntry.objects.update(publish_after="2020-01-01T00:00:00Z")

    assert jobs.dispatch_outbox() == 1
    assert jobs.dispatch_outbox() == 0
    assert len(broker) == 2


def test_refusal_fails_the_job_and_keeps_nothing(job, owner):
    behaviour["raise"] = DomainError("No.")

    deliver(job)

    stored, teams = state(owner, job)
    assert (stored.status, stored.error, teams) == (JobStatus.FAILED, "No.", [])
    assert not OutboxEntry.objects.exists()


def test_error_is_tried_again_and_keeps_nothing(job, owner, caplog):
    behaviour["raise"] = RuntimeError("boom")

    deliver(job)

    stored, teams = state(owner, job)
    assert (stored.status, stored.attempts, teams) == (JobStatus.WAITING, 1, [])
    assert OutboxEntry.objects.exists()


def test_job_of_a_former_member_is_refused(job, owner):
    with tenant_scope(owner):
        owner.user.is_active = False
        owner.user.save()

    deliver(job)

    assert state(owner, job)[0].status == JobStatus.FAILED


@pytest.mark.django_db(transaction=True)
def test_worker_killed_midway_leaves_the_job_to_be_done_once(organization, owner, broker):
    with tenant_scope(owner):
        job = jobs.enqueue("tests.create_team", actor=owner, name="Once")

    class Killed(BaseException):
        pass

    behaviour["raise"] = Killed()
    with pytest.raises(Killed):
        deliver(job)
    assert state(owner, job)[1] == []

    behaviour["raise"] = None
    deliver(job)
    deliver(job)
    assert state(owner, job)[1] == ["Once"]


def test_every_task_name_is_registered_under_its_app():
    ours = [name for name in current_app.tasks if not name.startswith("celery.")]
    assert {name.partition(".")[0] for name in ours} <= {
        "tests",
        "tenancy",
        "collaboration",
        "portfolio",
        "roadmap",
        "experiments",
        "governance",
        "integrations",
    }


def test_enqueue_rolls_back_with_its_transaction(owner, broker):
    with tenant_scope(owner):
        jobs.enqueue("tests.create_team", actor=owner, name="Never")
        transaction.set_rollback(True)

    assert broker == []
    assert not OutboxEntry.objects.exists()
