"""A job as the progress component shows it."""

from dataclasses import dataclass

from tenancy.enums import JobStatus
from tenancy.models import Job
from tenancy.services.jobs import progress_of


@dataclass(frozen=True)
class ShownJob:
    """`percent` is None while unknown; `result_url` where the job says that there is something to see."""

    label: str
    state: str = JobStatus.WAITING
    percent: int | None = None
    message: str = "Waiting for a free worker"
    result_url: str | None = None


def shown_job(job: Job) -> ShownJob:
    """How far the job is."""
    progress = progress_of(job)
    total = progress["total"]
    return ShownJob(
        label=str(job),
        state=job.status,
        percent=min(100, round(100 * progress["current"] / total)) if total else None,
        message=job.error or progress["message"] or (ShownJob.message if job.finished_at is None else ""),
        result_url=job.result.get("url") if isinstance(job.result, dict) else None,
    )
