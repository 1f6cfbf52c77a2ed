"""Selections for tests: candidates with what they are worth and take, and what a result says of them."""

from decimal import Decimal

from celery import current_app

from portfolio.models import SelectionChoice
from tenancy.models import Job
from tests.factories.portfolio_selection import SelectionCandidateFactory, SelectionDemandFactory


def candidate(run, value, *amounts, team=None, people=None, **fields):
    """A candidate worth `value` that costs `amounts` a quarter."""
    row = SelectionCandidateFactory(run=run, value=None if value is None else Decimal(value), **fields)
    SelectionDemandFactory(candidate=row, amounts=[None if each is None else Decimal(each) for each in amounts])
    if team is not None:
        SelectionDemandFactory(candidate=row, team=team, amounts=[Decimal(each) for each in people])
    return row


def choices(result) -> dict[str, tuple[bool, str]]:
    rows = SelectionChoice.objects.filter(result=result).select_related("initiative")
    return {row.initiative.key: (row.is_chosen, row.reason_text) for row in rows}


def run_job(job: Job) -> Job:
    """Deliver the job's message as the broker would; twice is allowed."""
    headers = {"organization_id": str(job.organization_id), "job_id": str(job.pk)}
    current_app.tasks[job.name].apply(headers=headers, throw=True)
    job.refresh_from_db()
    return job
