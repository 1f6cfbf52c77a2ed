"""Baselines: take one, and the ones the start of a quarter takes by itself."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.errors import InvalidInputError
from roadmap.calc.plan_diff import PlanState
from roadmap.calc.quarters import Quarter
from roadmap.enums import BaselineReason
from roadmap.models import Baseline, Roadmap
from roadmap.selectors.kept_rows import rows_of_state
from roadmap.selectors.people import membership_of
from roadmap.selectors.plan_states import NOW, point_of, reconstructed
from roadmap.services.access import lock_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action

# The job may run late by as much and still takes what the quarter began with: the ledger knows it.
GRACE = timedelta(days=14)
BATCH = 1000


@transaction.atomic
def take_baseline(
    roadmap: Roadmap,
    *,
    name: str,
    actor: Actor,
    reason: str = BaselineReason.MANUAL,
    note: str = "",
    as_of: date | None = None,
) -> Baseline:
    """Keep what the roadmap says, now or at the end of a past day (UTC); nobody can change it afterwards.

    All rows are kept, also those of portfolios hidden from the actor: they stay hidden in the baseline. The name must
    be free on the roadmap.
    """
    actor.require("baseline.create")
    locked = lock_permitted(roadmap, "change", actor=actor)
    moment = _moment(locked, as_of, actor=actor)
    state = reconstructed(locked, moment, actor=actor)
    baseline = Baseline(roadmap=locked, name=name, reason=reason, note=note, taken_at=moment)
    return store_baseline(baseline, state, actor=actor)


def take_quarter_baselines(*, actor: Actor, today: date) -> int:
    """A baseline of every roadmap as the quarter found it; returns how many were taken.

    Roadmaps that were begun later, that have nothing on them, or whose baseline exists, are passed over; so are all of
    them once the quarter is older than `GRACE`.
    """
    quarter = Quarter.of(today)
    if today - quarter.first_day > GRACE:
        return 0
    begun = Roadmap.objects.filter(created_at__lt=quarter.begins_at).order_by("id")
    taken = Baseline.objects.filter(reason=BaselineReason.QUARTER_START, taken_at=quarter.begins_at)
    return sum(
        _take_of_quarter(roadmap, quarter, actor=actor) for roadmap in begun.exclude(pk__in=taken.values("roadmap"))
    )


def store_baseline(baseline: Baseline, state: PlanState, *, actor: Actor) -> Baseline:
    """Write a baseline with all its rows, in four statements; callers are atomic and hold the right."""
    baseline.currency = actor.organization.currency
    baseline.taken_by = membership_of(actor)
    if Baseline.objects.filter(roadmap=baseline.roadmap_id, name=baseline.name).exists():
        raise InvalidInputError("Another baseline of the roadmap has this name.", pointer="name")
    baseline.full_clean(exclude=["organization"])
    named_action("baseline.taken")
    baseline.save()
    for rows in rows_of_state(state, baseline):
        if rows:
            type(rows[0]).objects.bulk_create(rows, batch_size=BATCH)
    return baseline


def _take_of_quarter(roadmap: Roadmap, quarter: Quarter, *, actor: Actor) -> bool:
    name = f"Start of {quarter.label}"
    state = reconstructed(roadmap, quarter.begins_at, actor=actor)
    is_taken = Baseline.objects.filter(roadmap=roadmap, name=name).exists()
    if is_taken or not (state.items or state.milestones):
        return False
    baseline = Baseline(roadmap=roadmap, name=name, reason=BaselineReason.QUARTER_START, taken_at=quarter.begins_at)
    with transaction.atomic():
        lock_permitted(roadmap, "change", actor=actor)
        store_baseline(baseline, state, actor=actor)
    return True


def _moment(roadmap: Roadmap, as_of: date | None, *, actor: Actor) -> datetime:
    if as_of is None:
        return timezone.now()
    if as_of > timezone.now().date():
        raise InvalidInputError("A baseline shows what was: choose today or a day before.", pointer="as_of")
    return point_of(roadmap, as_of.isoformat() if as_of else NOW, actor=actor, pointer="as_of").moment
