"""Runs a search so that it can be cancelled at any moment."""

import sys
from dataclasses import replace
from subprocess import PIPE, Popen, TimeoutExpired
from uuid import UUID

from django.conf import settings

from portfolio.calc.selection import Outcome, Problem, Selection, select
from portfolio.calc.selection_process import question, selection_of
from tenancy.services.jobs import require_not_cancelled

# Most searches are shorter than starting another process would take.
QUICK_SECONDS = 1.0
LOOK_SECONDS = 0.5
_UNFINISHED = frozenset({Outcome.TIME_LIMIT, Outcome.NOT_FOUND})


class SearchCrashedError(Exception):
    """The process of a search ended without an answer."""


def search_for_job(problem: Problem, *, relative_gap: float, time_limit: float, job_id: UUID | None) -> Selection:
    """As `select`; raises JobCancelledError within about a second of the job being cancelled, and stops HiGHS."""
    if job_id is None or time_limit <= QUICK_SECONDS:
        return select(problem, relative_gap=relative_gap, time_limit=time_limit)
    quick = select(problem, relative_gap=relative_gap, time_limit=QUICK_SECONDS)
    require_not_cancelled(job_id)
    if quick.outcome not in _UNFINISHED:
        return quick
    found = _in_process_of_its_own(question(problem, relative_gap=relative_gap, time_limit=time_limit), job_id)
    return replace(found, seconds=quick.seconds + found.seconds)


def _in_process_of_its_own(asked: str, job_id: UUID) -> Selection:
    command = [sys.executable, "-m", "portfolio.calc.selection_process"]
    with Popen(  # noqa: S603 - the command is ours, and what people wrote goes through the pipe
        command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=settings.BASE_DIR, text=True
    ) as process:
        try:
            answer, complaint = _awaited(process, asked, job_id)
        finally:
            process.kill()
    if process.returncode:
        raise SearchCrashedError(complaint.strip()[-500:])
    return selection_of(answer)


def _awaited(process: Popen[str], asked: str | None, job_id: UUID) -> tuple[str, str]:
    while True:
        try:
            return process.communicate(asked, timeout=LOOK_SECONDS)
        except TimeoutExpired:
            # What is to be sent is taken once; asking again goes on with it.
            asked = None
            require_not_cancelled(job_id)
