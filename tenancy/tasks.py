"""Celery tasks of tenancy, and the two decorators every task of every app uses."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.db import InterfaceError, OperationalError, connection

from core.errors import DomainError
from core.ids import uuid7
from core.jobs import assign_queue
from core.logs import request_id_variable
from tenancy.actor import Actor
from tenancy.models import Job, Membership, Organization
from tenancy.scope import tenant_scope
from tenancy.services import jobs, ledger, ledger_verification, memberships, retention

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5


def tenant_task(name: str, *, queue: str = "interactive") -> Callable[[Callable[..., Any]], Task]:
    """Declare a task of one organization.

    Called as `function(actor, **arguments)` inside the organization's scope. Started by `enqueue`
    it runs as a durable job: effect and completion commit together, so a worker killed midway
    leaves nothing behind and the job runs again; a second delivery does nothing. Started by
    `send_to_each_organization` it runs as the system without a job record and must be idempotent.
    """

    assign_queue(name, queue)

    def decorate(function: Callable[..., Any]) -> Task:
        @shared_task(name=name, bind=True)  # type: ignore[untyped-decorator]  # Celery has no types
        @wraps(function)
        def run(task: Task, *args: Any, **kwargs: Any) -> None:
            organization = Organization.objects.get(pk=str(_header(task, "organization_id")))
            if job_id := _header(task, "job_id"):
                _run_job(function, organization, UUID(job_id))
            else:
                with tenant_scope(Actor.system(organization, source="task", request_id=str(uuid7()))) as actor:
                    function(actor, **kwargs)

        return run

    return decorate


def global_task(name: str, *, queue: str = "interactive") -> Callable[[Callable[[], Any]], Task]:
    """Declare a task that works across organizations and opens no scope of its own."""

    assign_queue(name, queue)

    def decorate(function: Callable[[], Any]) -> Task:
        @shared_task(name=name)  # type: ignore[untyped-decorator]  # Celery has no types
        @wraps(function)
        def run() -> None:
            function()

        return run

    return decorate


def send_to_each_organization(task: Task, **kwargs: Any) -> int:
    """Fan out: one message per organization; returns how many were sent."""
    organizations = Organization.objects.values_list("pk", flat=True)
    for organization_id in organizations:
        task.apply_async(kwargs=kwargs, headers={"organization_id": str(organization_id)})
    return len(organizations)


def _header(task: Task, name: str) -> str | None:
    """A header of the message; a worker puts it on the request itself, an eager call into `headers`."""
    return task.request.get(name) or (task.request.headers or {}).get(name)


def _run_job(function: Callable[..., Any], organization: Organization, job_id: UUID) -> None:
    system = Actor.system(organization, source="task", request_id=str(job_id))
    try:
        with tenant_scope(system):
            job = jobs.claim(job_id)
            if job is None:
                return
            token = request_id_variable.set(job.request_id or str(job_id))
            try:
                with tenant_scope(_actor_of(job, organization)) as actor:
                    result = function(actor, job_id=job.pk, **job.arguments)
                jobs.complete(job, result)
            finally:
                request_id_variable.reset(token)
    except jobs.JobCancelledError:
        logger.info("job %s was cancelled", job_id)
        jobs.forget(job_id)
    except DomainError as refusal:
        _fail(system, job_id, refusal.message, retry=False)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        logger.warning("job %s lost its database connection and will run again: %s", job_id, type(error).__name__)
    except Exception as error:
        logger.exception("job %s failed", job_id)
        _fail(system, job_id, f"{type(error).__name__}: {error}", retry=True)


def _fail(system: Actor, job_id: UUID, message: str, *, retry: bool) -> None:
    with tenant_scope(system):
        attempts = Job.objects.get(pk=job_id).attempts + 1
        again = timedelta(seconds=10 * 2**attempts) if retry and attempts < MAX_ATTEMPTS else None
        jobs.record_failure(job_id, message, retry_in=again)


def _actor_of(job: Job, organization: Organization) -> Actor:
    """The person who asked for the job, with the rights they hold now; the system when nobody did."""
    request_id = job.request_id or str(job.pk)
    if job.created_by_id is None:
        return Actor.system(organization, source="task", request_id=request_id)
    membership = Membership.objects.select_related("user", "organization").active().filter(user=job.created_by_id)
    found = membership.first()
    if found is None:
        raise DomainError("The person who started this job is no longer a member of the organization.")
    return Actor.from_membership(found, source="task", request_id=request_id)


@global_task("tenancy.dispatch_outbox")
def dispatch_outbox() -> None:
    """Publish jobs that waited for the broker or whose worker died."""
    jobs.dispatch_outbox()


@tenant_task("tenancy.send_invitation")
def send_invitation(actor: Actor, *, invitation: str, job_id: UUID | None = None) -> None:
    """Mail an invitation's link."""
    memberships.send_invitation(UUID(invitation), actor=actor)


@tenant_task("tenancy.seal_ledger", queue="rollups")
def seal_ledger(actor: Actor) -> None:
    """Seal one organization's new ledger rows into a block."""
    ledger.seal(actor)


@tenant_task("tenancy.sign_checkpoint", queue="rollups")
def sign_checkpoint(actor: Actor) -> None:
    """Sign the newest block's hash into the checkpoint file."""
    ledger.sign_checkpoint(actor)


@tenant_task("tenancy.verify_ledger", queue="rollups")
def verify_ledger(actor: Actor) -> None:
    """Verify one organization's ledger; the result is itself recorded."""
    ledger_verification.verify_and_record(actor)


@global_task("tenancy.seal_ledgers")
def seal_ledgers() -> None:
    """Fan out sealing."""
    send_to_each_organization(seal_ledger)


@global_task("tenancy.sign_checkpoints")
def sign_checkpoints() -> None:
    """Fan out signing."""
    send_to_each_organization(sign_checkpoint)


@global_task("tenancy.verify_ledgers")
def verify_ledgers() -> None:
    """Fan out the nightly verification."""
    send_to_each_organization(verify_ledger)


@tenant_task("tenancy.remove_expired_records", queue="rollups")
def remove_expired_records(actor: Actor) -> None:
    """Remove idempotency records past their time."""
    retention.remove_expired(actor)


@global_task("tenancy.remove_expired")
def remove_expired() -> None:
    """Fan out the removal of expired records, and drop expired sessions."""
    retention.clear_sessions()
    send_to_each_organization(remove_expired_records)


@global_task("tenancy.prepare_partitions")
def prepare_partitions() -> None:
    """Create the ledger's next monthly partitions."""
    ledger.prepare_partitions()
