"""Searches: ask for one, run it once for the same inputs, cancel it."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError
from portfolio.calc.selection import Outcome, Problem, Selection
from portfolio.models import SelectionCandidate, SelectionChoice, SelectionResource, SelectionResult, SelectionRun
from portfolio.models.selection_enums import ChoiceReason, SelectionOutcome, SelectionStatus
from portfolio.services.access import lock_permitted
from portfolio.services.cancellable_search import search_for_job
from portfolio.services.selection_inputs import MONTHS_PER_QUARTER
from portfolio.services.selection_problem import ENGINE_VERSION, digest_of, freeze, problem_of
from portfolio.services.selection_words import Wording
from portfolio.validators import add_months
from tenancy.actor import Actor
from tenancy.enums import JobStatus
from tenancy.models import Job
from tenancy.scope import named_action
from tenancy.services.jobs import cancel, enqueue, report_progress
from tenancy.services.saving import save_checked

_PLACES = Decimal("0.0001")
_CENT = Decimal("0.01")
_BATCH = 1000
_STEPS = 4
Reasons = Mapping[str, tuple[ChoiceReason, str]]


class NothingToSelectError(DomainError):
    """A selection without a candidate has no answer."""

    code = "nothing_to_select"


class NotSearchingError(DomainError):
    """There is no search to cancel."""

    code = "not_searching"


@transaction.atomic
def request_search(run: SelectionRun, *, actor: Actor) -> Job:
    """Start a search, or answer with the one under way."""
    actor.require("selection_run.solve")
    locked = lock_permitted(run, "change", actor=actor)
    running = Job.objects.filter(pk=locked.job_id, status=JobStatus.WAITING).first() if locked.job_id else None
    if running is not None:
        return running
    if not SelectionCandidate.objects.filter(run=locked).exists():
        raise NothingToSelectError("There is no candidate: widen the filters, or add initiatives.")
    named_action("selection_run.search_started")
    job = enqueue("portfolio.search_selection", actor=actor, title=f"Select: {locked.name}"[:200], run_id=str(run.pk))
    locked.status, locked.job_id = SelectionStatus.SEARCHING, job.pk
    save_checked(locked, update_fields=["status", "job_id"])
    return job


@transaction.atomic
def cancel_search(run: SelectionRun, *, actor: Actor) -> SelectionRun:
    """End the search under way; an earlier result stays. Raises NotSearchingError when there is none to end."""
    actor.require("selection_run.solve")
    locked = lock_permitted(run, "change", actor=actor)
    job = Job.objects.filter(pk=locked.job_id).first() if locked.status == SelectionStatus.SEARCHING else None
    if job is None or cancel(job).status != JobStatus.CANCELLED:
        raise NotSearchingError("No search is under way.")
    named_action("selection_run.search_cancelled")
    locked.status = _status_without_search(locked)
    return save_checked(locked, update_fields=["status"])


def _status_without_search(run: SelectionRun) -> SelectionStatus:
    results = SelectionResult.objects.filter(run=run)
    if results.filter(inputs_digest=digest_of(freeze(run.pk)[1])).exists():
        return SelectionStatus.SOLVED
    return SelectionStatus.CHANGED if results.exists() else SelectionStatus.DRAFT


def search(run_id: UUID, *, actor: Actor, job_id: UUID | None = None) -> SelectionResult | None:
    """Find the best set for what the run holds now; None when it has gone meanwhile.

    The same inputs have one result, however often it is asked for. Nothing is locked while the search runs, at
    most for the run's time limit.
    """
    actor.require("selection_run.solve")
    if not SelectionRun.objects.permitted(actor, "change").filter(pk=run_id).exists():
        return None
    report_progress(job_id, current=0, total=_STEPS, message="Reading candidates, limits and rules.")
    run, inputs = freeze(run_id)
    digest = digest_of(inputs)
    result = SelectionResult.objects.filter(run=run, inputs_digest=digest).defer("inputs").first()
    if result is None:
        result = _found(run, inputs, digest, job_id)
    _finish(run)
    return result


def _found(run: SelectionRun, inputs: dict[str, Any], digest: str, job_id: UUID | None) -> SelectionResult:
    problem, wording = problem_of(inputs), Wording(inputs)
    message = f"Searching among {len(problem.candidates):,} candidates, for at most {run.time_limit_seconds} seconds."
    report_progress(job_id, current=1, total=_STEPS, message=message)
    gap, limit = float(inputs["relative_gap"]), float(inputs["time_limit"])
    selection = search_for_job(problem, relative_gap=gap, time_limit=limit, job_id=job_id)
    report_progress(job_id, current=2, total=_STEPS, message="Saying why the others are out.")
    reasons = wording.reasons(problem, selection)
    report_progress(job_id, current=3, total=_STEPS, message="Storing the result.")
    named_action("selection_run.searched")
    result = _result(run, inputs, selection, wording, problem)
    result.inputs_digest, result.job_id = digest, job_id
    result.save(force_insert=True)
    SelectionChoice.objects.bulk_create(_choices(result, inputs, reasons), batch_size=_BATCH)
    SelectionResource.objects.bulk_create(_resources(result, inputs, selection), batch_size=_BATCH)
    return result


def _finish(run: SelectionRun) -> None:
    """Who changed the setup while the search ran has a result of something else."""
    locked = SelectionRun.objects.for_update().get(pk=run.pk)
    is_present = locked.setup_changed_at == run.setup_changed_at
    named_action("selection_run.searched")
    locked.status = SelectionStatus.SOLVED if is_present else SelectionStatus.CHANGED
    locked.save(update_fields=["status", "updated_at"])


def _result(
    run: SelectionRun, inputs: dict[str, Any], selection: Selection, wording: Wording, problem: Problem
) -> SelectionResult:
    is_found = selection.outcome not in (Outcome.INFEASIBLE, Outcome.NOT_FOUND)
    known = [Decimal(row["value"]) for row in inputs["candidates"] if row["value"] is not None]
    explanation = wording.impossible(problem) if selection.outcome is Outcome.INFEASIBLE else []
    if selection.outcome is Outcome.NOT_FOUND:
        explanation = ["The time limit passed before any set was found. Give the search more time."]
    return SelectionResult(
        run=run,
        inputs=inputs,
        unit=inputs["unit"],
        outcome=SelectionOutcome(str(selection.outcome)),
        value=_decimal(selection.value) if is_found else None,
        bound=_decimal(selection.bound) if is_found else None,
        gap=selection.gap,
        seconds=selection.seconds,
        chosen_count=len(selection.chosen),
        candidate_count=len(inputs["candidates"]),
        unknown_count=sum(bool(row["unknown"]) for row in inputs["candidates"]),
        value_of_all=sum(known, Decimal(0)) if known else None,
        explanation=explanation,
        engine_version=ENGINE_VERSION,
        computed_at=timezone.now(),
    )


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(float(value))).quantize(_PLACES, ROUND_HALF_EVEN)


def _choices(result: SelectionResult, inputs: dict[str, Any], reasons: Reasons) -> Iterator[SelectionChoice]:
    """The chosen first, then the others, each by value; what is not known comes last."""
    present = {
        str(key) for key in SelectionCandidate.objects.filter(run=result.run_id).values_list("initiative_id", flat=True)
    }
    kinds = {row["key"]: row for row in inputs["resources"]}

    def order(row: dict[str, Any]) -> tuple[bool, bool, Decimal, str]:
        is_out = reasons[row["key"]][0] is not ChoiceReason.CHOSEN
        return is_out, row["value"] is None, -Decimal(row["value"] or 0), row["label"]

    for position, row in enumerate(sorted(inputs["candidates"], key=order)):
        reason, text = reasons[row["key"]]
        start_on, end_on = _span(row["uses"], inputs["quarters"])
        yield SelectionChoice(
            result=result,
            initiative_id=row["key"] if row["key"] in present else None,
            label=row["label"][:400],
            is_chosen=reason is ChoiceReason.CHOSEN,
            rule=row["rule"],
            reason=reason,
            reason_text=text,
            value=None if row["value"] is None else Decimal(row["value"]),
            uses=row["uses"],
            cost=_total(row["uses"], kinds, is_budget=True),
            person_months=_total(row["uses"], kinds, is_budget=False),
            start_on=start_on,
            end_on=end_on,
            position=position,
        )


def _total(uses: Mapping[str, str], kinds: Mapping[str, Any], *, is_budget: bool) -> Decimal | None:
    amounts = [Decimal(amount) for key, amount in uses.items() if key.startswith("budget:") == is_budget]
    return sum(amounts, Decimal(0)) if amounts else None


def _span(uses: Mapping[str, str], quarters: list[str]) -> tuple[date, date]:
    """The quarters in which something is taken; all of them when nothing is."""
    busy = sorted({key.rpartition(":")[2] for key, amount in uses.items() if Decimal(amount) > 0}) or quarters
    first, last = date.fromisoformat(busy[0]), date.fromisoformat(busy[-1])
    return first, add_months(last, MONTHS_PER_QUARTER) - timedelta(days=1)


def _resources(result: SelectionResult, inputs: dict[str, Any], selection: Selection) -> Iterator[SelectionResource]:
    chosen = set(selection.chosen)
    used: dict[str, Decimal] = {}
    asked: dict[str, Decimal] = {}
    for row in inputs["candidates"]:
        for key, amount in row["uses"].items():
            asked[key] = asked.get(key, Decimal(0)) + Decimal(amount)
            if row["key"] in chosen:
                used[key] = used.get(key, Decimal(0)) + Decimal(amount)
    is_found = result.value is not None
    for position, row in enumerate(inputs["resources"]):
        key = row["key"]
        yield SelectionResource(
            result=result,
            key=key,
            team_id=row["team"],
            label=row["label"],
            is_budget=row["team"] is None,
            quarter=date.fromisoformat(row["quarter"]),
            limit=None if row["limit"] is None else Decimal(row["limit"]),
            used=used.get(key, Decimal(0)) if is_found else None,
            asked=asked.get(key, Decimal(0)),
            marginal=(selection.marginal or {}).get(key),
            position=position,
        )
