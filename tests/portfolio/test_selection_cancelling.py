"""A search under way is cancelled: it stops, nothing of it stays, and an earlier result does."""

import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from portfolio.calc.selection import Candidate, Problem, select
from portfolio.models import SelectionChoice, SelectionResource, SelectionResult, SelectionRun
from portfolio.services import cancellable_search
from portfolio.services.cancellable_search import SearchCrashedError, search_for_job
from portfolio.services.selection_more import (
    OtherSearchError,
    cancel_value_of_more,
    request_value_of_more,
    value_more,
)
from portfolio.services.selection_setup import change_candidate
from portfolio.services.selection_solving import NotSearchingError, cancel_search, request_search, search
from tenancy.enums import JobStatus
from tenancy.models import Job, LedgerEvent, OutboxEntry
from tenancy.scope import tenant_scope
from tenancy.services.jobs import JobCancelledError, cancel, claim
from tests.connections import begin
from tests.factories.portfolio import PortfolioFactory
from tests.factories.portfolio_selection import SelectionLimitFactory, SelectionRunFactory
from tests.portfolio.selection_cases import candidate, run_job

PATIENCE = 20


def easy_problem() -> Problem:
    candidates = [Candidate(str(number), number + 1.0, {"people": number % 3 + 1.0}) for number in range(12)]
    return Problem(
        candidates,
        {"people": 9.0, "money": 5.0},
        prerequisites=[("11", "3")],
        exclusions=[["10", "9"]],
        required=frozenset({"0"}),
        forbidden=frozenset({"8"}),
    )


def hard_run() -> SelectionRun:
    """Candidates worth about what they take of eight scarce quarters: nothing is proven for minutes."""
    numbers = random.Random(7)
    run = SelectionRunFactory(quarter_count=8, time_limit_seconds=600)
    portfolio = PortfolioFactory()
    totals = [0] * 8
    for _ in range(120):
        uses = [numbers.randint(1, 1000) for _ in range(8)]
        candidate(run, sum(uses) // 8 + numbers.randint(0, 500), *uses, initiative__portfolio=portfolio)
        totals = [total + use for total, use in zip(totals, uses, strict=True)]
    SelectionLimitFactory(run=run, amounts=[Decimal(total // 2) for total in totals])
    return run


def wait_until(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"in vain waited for {what}"
        time.sleep(0.05)


def test_a_process_of_its_own_finds_the_same(scope, monkeypatch):
    monkeypatch.setattr(cancellable_search, "QUICK_SECONDS", 1e-9)
    job = Job.objects.create(name="portfolio.search_selection")

    found = search_for_job(easy_problem(), relative_gap=0.0, time_limit=30.0, job_id=job.pk)

    assert replace(found, seconds=0.0) == replace(select(easy_problem()), seconds=0.0)


def test_a_crash_of_the_process_is_no_answer(scope, monkeypatch):
    monkeypatch.setattr(cancellable_search, "QUICK_SECONDS", 1e-9)
    monkeypatch.setattr(cancellable_search, "question", lambda problem, **limits: "{}")
    job = Job.objects.create(name="portfolio.search_selection")

    with pytest.raises(SearchCrashedError, match="KeyError: 'problem'"):
        search_for_job(easy_problem(), relative_gap=0.0, time_limit=30.0, job_id=job.pk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_running_search_stops_and_leaves_nothing(owner, monkeypatch):
    started = []

    class WatchedProcess(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(cancellable_search, "Popen", WatchedProcess)
    with tenant_scope(owner):
        run = hard_run()
    with tenant_scope(owner):
        job = request_search(run, actor=owner)

    def work() -> None:
        with tenant_scope(owner):
            run_job(job)

    worker = begin(work)
    wait_until(lambda: started, "HiGHS to begin")
    time.sleep(1)
    assert started[0].poll() is None
    with tenant_scope(owner):
        cancelled = cancel_search(run, actor=owner)
    asked_at = time.monotonic()
    worker.result(PATIENCE)

    assert started[0].poll() is not None
    assert time.monotonic() - asked_at < 5
    with tenant_scope(owner):
        assert cancelled.status == "draft"
        assert Job.objects.get().status == JobStatus.CANCELLED
        assert not SelectionResult.objects.exists()
        assert not SelectionChoice.objects.exists()
        assert LedgerEvent.objects.filter(action="selection_run.search_cancelled").exists()
        assert not LedgerEvent.objects.filter(action="selection_run.searched").exists()
    assert not OutboxEntry.objects.exists()


def test_a_search_nobody_has_begun_is_cancelled(scope):
    run = SelectionRunFactory()
    row = candidate(run, 5, 1, 1)
    search(run.pk, actor=scope)
    change_candidate(row, value=Decimal(9), is_value_entered=True, actor=scope)
    job = request_search(run, actor=scope)

    cancel_search(run, actor=scope)
    run_job(job)

    run.refresh_from_db()
    assert (job.status, job.result, run.status) == (JobStatus.CANCELLED, None, "changed")
    assert not OutboxEntry.objects.filter(pk=job.pk).exists()
    assert SelectionResult.objects.get().value == Decimal(5)
    assert request_search(run, actor=scope).pk != job.pk


def test_cancelling_a_search_for_what_is_known_leaves_it_solved(scope):
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1)
    search(run.pk, actor=scope)
    request_search(run, actor=scope)

    assert cancel_search(run, actor=scope).status == "solved"


def test_a_search_that_has_ended_is_not_cancelled(scope):
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1)
    with pytest.raises(NotSearchingError):
        cancel_search(run, actor=scope)
    job = run_job(request_search(run, actor=scope))

    with pytest.raises(NotSearchingError):
        cancel_search(run, actor=scope)

    assert cancel(job).status == JobStatus.SUCCEEDED
    assert SelectionRun.objects.get().status == "solved"


def test_a_job_cancelled_while_its_worker_was_away_is_forgotten(scope):
    run = SelectionRunFactory()
    candidate(run, 5, 1, 1)
    job = request_search(run, actor=scope)
    # As if the worker held the entry when the job was cancelled, and died.
    Job.objects.filter(pk=job.pk).update(status=JobStatus.CANCELLED)

    assert claim(job.pk) is None
    assert not OutboxEntry.objects.filter(pk=job.pk).exists()


def test_search_is_cancelled_over_rest_and_on_the_page(api_client, client_for, product_manager, viewer):
    with tenant_scope(product_manager):
        run = SelectionRunFactory()
        candidate(run, 5, 1, 1)
        request_search(run, actor=product_manager)
    page, address = client_for(product_manager), f"/acme/portfolio/selections/{run.pk}/"

    assert f'action="{address}cancel/"' in page.get(address).content.decode()
    assert f'action="{address}cancel/"' not in client_for(viewer).get(address).content.decode()
    assert client_for(viewer).post(f"{address}cancel/").status_code == 403
    cancelled = api_client(product_manager).post(f"selection-runs/{run.pk}/cancel/")
    again = api_client(product_manager).post(f"selection-runs/{run.pk}/cancel/")
    with tenant_scope(product_manager):
        request_search(run, actor=product_manager)
    page.post(f"{address}cancel/")
    told = page.get(address).content.decode()

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "draft")
    assert (again.status_code, again.json()["code"]) == (409, "not_searching")
    assert "Search cancelled." in told
    assert f'action="{address}cancel/"' not in told


def asked_for_more(actor: Any) -> SelectionResource:
    """The budget of a solved selection, with a search for what ten more of it are worth."""
    run = SelectionRunFactory()
    candidate(run, 60, 60, 0)
    candidate(run, 50, 50, 0)
    SelectionLimitFactory(run=run, amounts=[Decimal(100), None])
    search(run.pk, actor=actor)
    budget: SelectionResource = SelectionResource.objects.filter(result__run=run).first()
    request_value_of_more(budget, units=Decimal(10), actor=actor)
    return budget


def test_the_search_for_more_is_one_at_a_time_and_cancelled(scope):
    budget = asked_for_more(scope)
    job = Job.objects.get(name="portfolio.value_more_of_resource")

    assert request_value_of_more(budget, units=Decimal(10), actor=scope) == job
    with pytest.raises(OtherSearchError, match=r"10\.00 more is under way"):
        request_value_of_more(budget, units=Decimal(20), actor=scope)
    cancelled = cancel_value_of_more(budget, actor=scope)

    job.refresh_from_db()
    assert (job.status, cancelled.job_id) == (JobStatus.CANCELLED, None)
    assert LedgerEvent.objects.filter(action="selection_run.more_cancelled").exists()
    with pytest.raises(NotSearchingError):
        cancel_value_of_more(budget, actor=scope)
    again = run_job(request_value_of_more(budget, units=Decimal(20), actor=scope))
    assert again.status == JobStatus.SUCCEEDED
    with pytest.raises(NotSearchingError):
        cancel_value_of_more(budget, actor=scope)


def test_a_running_search_for_more_hears_that_it_is_cancelled(scope, monkeypatch):
    budget = asked_for_more(scope)
    job = Job.objects.get(name="portfolio.value_more_of_resource")

    def cancelled_meanwhile(problem: Problem, **limits: Any) -> Any:
        cancel_value_of_more(budget, actor=scope)
        return select(problem, **limits)

    monkeypatch.setattr(cancellable_search, "select", cancelled_meanwhile)

    with pytest.raises(JobCancelledError):
        value_more(budget.pk, Decimal(10), actor=scope, job_id=job.pk)
    budget.refresh_from_db()
    assert (budget.exact, budget.exact_seconds) == (None, None)


def test_the_search_for_more_is_cancelled_over_rest_and_on_the_page(api_client, client_for, product_manager, viewer):
    with tenant_scope(product_manager):
        budget = asked_for_more(product_manager)
    page, path = client_for(product_manager), f"/acme/portfolio/selection-resources/{budget.pk}/"
    detail = f"/acme/portfolio/selections/{budget.result.run_id}/"

    shown = page.get(detail).content.decode()
    under_way = page.get(f"{path}progress/")
    cancelled = api_client(product_manager).post(f"selection-resources/{budget.pk}/cancel/")
    again = api_client(product_manager).post(f"selection-resources/{budget.pk}/cancel/")
    ended = page.get(f"{path}progress/")

    assert f'action="{path}cancel/"' in shown
    assert f'hx-get="{path}progress/"' in shown
    assert f'href="{path}value/"' not in shown
    assert (under_way.status_code, ended.status_code, ended["HX-Refresh"]) == (200, 204, "true")
    assert (cancelled.status_code, cancelled.json()["job_id"]) == (200, None)
    assert (again.status_code, again.json()["code"]) == (409, "not_searching")
    assert client_for(viewer).post(f"{path}cancel/").status_code == 403
    with tenant_scope(product_manager):
        request_value_of_more(budget, units=Decimal(10), actor=product_manager)
    page.post(f"{path}cancel/")
    told = page.get(detail).content.decode()
    assert "Search cancelled." in told
    assert f'href="{path}value/"' in told
