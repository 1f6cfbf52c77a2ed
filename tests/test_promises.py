"""Promises of the architecture that no single app can keep alone."""

from celery import current_app

from config.celery import app
from core.jobs import QUEUES, queue_of
from portfolio import hooks as portfolio_hooks


def test_every_scheduled_task_exists():
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert scheduled <= set(current_app.tasks)


def test_every_task_has_a_queue_a_worker_listens_to():
    ours = [name for name in current_app.tasks if not name.startswith("celery.")]

    assert {queue_of(name) for name in ours} <= QUEUES


def test_governance_guards_the_change_of_stage():
    assert portfolio_hooks.before_stage_change.listeners == ("governance.services.stage_changes.guard_stage_change",)
    assert portfolio_hooks.after_stage_change.listeners == ("governance.services.stage_changes.mark_launched",)
