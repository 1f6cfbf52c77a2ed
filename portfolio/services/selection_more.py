"""What more of a resource is worth exactly: asked for, found by searching again, and cancelled."""

from decimal import Decimal
from functools import partial
from time import perf_counter
from uuid import UUID

from django.db import transaction

from core.errors import DomainError, InvalidInputError, NotPermittedError
from portfolio.calc.selection import Outcome, Selection
from portfolio.calc.selection_reasons import value_of_more
from portfolio.models import SelectionResource
from portfolio.models.selection_enums import SelectionOutcome
from portfolio.services.cancellable_search import search_for_job
from portfolio.services.selection_problem import problem_of
from portfolio.services.selection_solving import NotSearchingError
from tenancy.actor import Actor
from tenancy.enums import JobStatus
from tenancy.models import Job
from tenancy.scope import named_action
from tenancy.services.jobs import cancel, enqueue

_CENT = Decimal("0.01")
_MOST_UNITS = Decimal(10) ** 12


class NotProvenError(DomainError):
    """Only of a set proven best is it known what more of something would add to it."""

    code = "not_proven"


class OtherSearchError(DomainError):
    """A resource is searched for one amount at a time."""

    code = "other_search"


@transaction.atomic
def request_value_of_more(resource: SelectionResource, *, units: Decimal, actor: Actor) -> Job:
    """Start a search with `units` more of a limited resource, or answer with the one under way for as many.

    Only for results proven best. Raises OtherSearchError while it is searched for another amount.
    """
    actor.require("selection_run.solve")
    _require_answerable(resource, units)
    locked = _locked(resource, actor)
    asked = f"{units:.2f}"
    running = _under_way(locked)
    if running is not None:
        if running.arguments["units"] != asked:
            raise OtherSearchError(f"A search for {running.arguments['units']} more is under way: cancel it first.")
        return running
    named_action("selection_run.more_asked")
    job = enqueue(
        "portfolio.value_more_of_resource",
        actor=actor,
        title=f"Value of more: {locked.label}"[:200],
        resource_id=str(locked.pk),
        units=asked,
    )
    locked.job_id = job.pk
    locked.save(update_fields=["job_id", "updated_at"])
    return job


@transaction.atomic
def cancel_value_of_more(resource: SelectionResource, *, actor: Actor) -> SelectionResource:
    """End the search under way; an earlier answer stays. Raises NotSearchingError when there is none to end."""
    actor.require("selection_run.solve")
    locked = _locked(resource, actor)
    job = _under_way(locked)
    if job is None or cancel(job).status != JobStatus.CANCELLED:
        raise NotSearchingError("No search is under way.")
    named_action("selection_run.more_cancelled")
    locked.job_id = None
    locked.save(update_fields=["job_id", "updated_at"])
    return locked


def value_more(
    resource_id: UUID, units: Decimal, *, actor: Actor, job_id: UUID | None = None
) -> SelectionResource | None:
    """Search again with more of the resource and keep what that adds; None when the result has gone.

    Nothing is locked while the search runs; JobCancelledError ends it when the job is cancelled.
    """
    actor.require("selection_run.solve")
    resource = SelectionResource.objects.permitted(actor).select_related("result").filter(pk=resource_id).first()
    if resource is None:
        return None
    inputs = resource.result.inputs
    started = perf_counter()
    before = Selection(Outcome.OPTIMAL, (), float(resource.result.value), None, 0.0, {}, None, 0.0)
    search = partial(search_for_job, relative_gap=0.0, time_limit=float(inputs["time_limit"]), job_id=job_id)
    gain = value_of_more(problem_of(inputs), before, resource.key, units=float(units), search=search)
    named_action("selection_run.more_valued")
    resource.exact, resource.exact_units = gain, units.quantize(_CENT)
    resource.exact_seconds = perf_counter() - started
    resource.save(update_fields=["exact", "exact_units", "exact_seconds", "updated_at"])
    return resource


def _require_answerable(resource: SelectionResource, units: Decimal) -> None:
    if resource.limit is None:
        raise InvalidInputError("This resource is not limited: more of it adds nothing.", pointer="units")
    if not units.is_finite() or units <= 0 or units >= _MOST_UNITS:
        raise InvalidInputError("Say how many units more: a number above 0.", pointer="units")
    if resource.result.outcome != SelectionOutcome.OPTIMAL:
        raise NotProvenError(
            "This set is not proven best, so what more would add cannot be known: search without a gap."
        )


def _locked(resource: SelectionResource, actor: Actor) -> SelectionResource:
    rows = SelectionResource.objects.permitted(actor, "view").for_update()
    found: SelectionResource | None = rows.filter(pk=resource.pk).first()
    if found is None:
        raise NotPermittedError("This selection is not yours to ask about.")
    return found


def _under_way(resource: SelectionResource) -> Job | None:
    found: Job | None = Job.objects.filter(pk=resource.job_id, status=JobStatus.WAITING).first()
    return found
