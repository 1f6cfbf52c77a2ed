"""Celery tasks of governance."""

from governance.services import approvals
from tenancy.actor import Actor
from tenancy.tasks import global_task, send_to_each_organization, tenant_task


@tenant_task("governance.expire_approvals")
def expire_approvals(actor: Actor) -> None:
    """End one organization's approval requests that were not used in time."""
    approvals.expire_overdue(actor=actor)


@global_task("governance.fan_out_expiry")
def fan_out_expiry() -> None:
    """Fan out the expiry of approval requests."""
    send_to_each_organization(expire_approvals)
