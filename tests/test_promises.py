"""Promises of the architecture that no single app can keep alone."""

import re
from pathlib import Path

from celery import current_app
from django.conf import settings

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


def test_business_cases_follow_the_dates_of_their_initiative():
    assert portfolio_hooks.after_dates_change.listeners == ("portfolio.services.case_dates.follow_dates",)


def test_every_exception_to_a_rule_of_the_checks_gives_its_reason():
    unexplained = re.compile(r"# (noqa(: [A-Z0-9, ]+)?|type: ignore(\[[a-z, -]+\])?)$", re.MULTILINE)
    ours = list(Path(settings.BASE_DIR).glob("[!.]*/**/*.py"))

    assert {str(path): found.group() for path in ours if (found := unexplained.search(path.read_text()))} == {}
    assert len(ours) > 300
