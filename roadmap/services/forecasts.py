"""Forecasts of a roadmap's dates: asked for, then computed by a job."""

import secrets
from datetime import date
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from core.calc.errors import CalculationError
from core.errors import InvalidInputError, NotPermittedError
from roadmap.calc.critical_path import CyclicGraphError
from roadmap.calc.date_forecast import (
    ENGINE_VERSION,
    LEAST_TRIALS,
    MOST_ENDS,
    MOST_TRIALS,
    QUANTILES,
    DateForecast,
    chance_by,
    forecast_dates,
)
from roadmap.calc.working_days import LAST_DAY
from roadmap.models import ForecastDate, Roadmap, RoadmapItem, ScheduleForecast
from roadmap.selectors.forecasts import ForecastPlan, forecast_plan
from tenancy.actor import Actor
from tenancy.models import Job, Membership
from tenancy.scope import named_action
from tenancy.services.jobs import enqueue, report_progress

TASK = "roadmap.forecast_dates"
DEFAULT_TRIALS = 10_000
# A roadmap keeps its newest forecasts; older ones say nothing that its baselines do not.
KEPT = 50
_SEED_BITS = 62
_P50, _P80, _P95 = (QUANTILES.index(share) for share in (0.5, 0.8, 0.95))


@transaction.atomic
def request_forecast(roadmap: Roadmap, *, actor: Actor, trials: int = DEFAULT_TRIALS, seed: int | None = None) -> Job:
    """Start a forecast; the answer is the job to follow.

    `seed` None draws one; the same seed over the same plan on the same day gives the same dates. Raises
    InvalidInputError for trials out of range or too many for the number of items.
    """
    actor.require("schedule_forecast.create")
    if not Roadmap.objects.permitted(actor).filter(pk=roadmap.pk).exists():
        raise NotPermittedError("This roadmap is not open to you.")
    _require_range(trials, seed)
    count = RoadmapItem.objects.filter(roadmap=roadmap).count()
    if count * trials > MOST_ENDS:
        raise InvalidInputError(f"{count:,} items allow {MOST_ENDS // count:,} trials at most.", pointer="trials")
    drawn = secrets.randbits(_SEED_BITS) if seed is None else seed
    title = f"Forecast of {roadmap.name}"[:200]
    return enqueue(TASK, actor=actor, title=title, roadmap=str(roadmap.pk), trials=trials, seed=drawn)


@transaction.atomic
def make_forecast(
    roadmap: Roadmap, *, trials: int, seed: int, actor: Actor, as_of: date | None = None, job_id: UUID | None = None
) -> ScheduleForecast:
    """Simulate the plan as it is on a day (None: today), and keep what comes of it."""
    actor.require("schedule_forecast.create")
    _require_range(trials, seed)
    day = as_of or timezone.localdate()
    plan = forecast_plan(roadmap, as_of=day)
    report_progress(job_id, current=1, total=3, message="Simulating")
    found = _simulated(plan, trials=trials, seed=seed)
    report_progress(job_id, current=2, total=3, message="Storing the dates")
    forecast = ScheduleForecast(
        roadmap=roadmap,
        as_of=day,
        trials=trials,
        seed=seed,
        engine_version=ENGINE_VERSION,
        end_quantiles=[_day(day) for day in found.target_quantiles[-1]] if plan.own else [],
        item_count=len(plan.own),
        uncertain_count=plan.uncertain,
        undated=plan.undated,
        requested_by=Membership.objects.filter(user_id=actor.user_id).first(),
    )
    forecast.full_clean(exclude=["organization"])
    named_action("schedule_forecast.created")
    forecast.save()
    ForecastDate.objects.bulk_create(_dates(forecast, plan, found), batch_size=1000)
    _forget_old(roadmap)
    return forecast


def _simulated(plan: ForecastPlan, *, trials: int, seed: int) -> DateForecast:
    """The dates by trials; the end of the plan is the last target."""
    targets = [gates for _, _, gates in plan.milestones] + ([tuple(plan.own)] if plan.own else [])
    try:
        return forecast_dates(plan.items, plan.links, targets, trials=trials, rng=np.random.default_rng(seed))
    except CalculationError as error:
        raise InvalidInputError(str(error), pointer=error.pointer) from error
    except CyclicGraphError as error:
        raise InvalidInputError("Items of this plan wait for each other in a circle.") from error


def _require_range(trials: int, seed: int | None) -> None:
    if not LEAST_TRIALS <= trials <= MOST_TRIALS:
        text = f"The number of trials must lie between {LEAST_TRIALS:,} and {MOST_TRIALS:,}."
        raise InvalidInputError(text, pointer="trials")
    if seed is not None and not 0 <= seed < 2**63:
        raise InvalidInputError("A seed is a whole number from 0 to 2^63 - 1.", pointer="seed")


def _dates(forecast: ScheduleForecast, plan: ForecastPlan, found: DateForecast) -> list[ForecastDate]:
    quantiles = found.quantiles
    rows = [
        _row(
            forecast,
            quantiles[index],
            plan.planned_ends[index],
            chance_by(found.ends[index], plan.planned_ends[index].toordinal()),
            item_id=plan.keys[index],
            criticality=round(float(found.criticality[index]), 4),
        )
        for index in plan.own
    ]
    count = len(plan.milestones)
    reached = zip(plan.milestones, found.target_quantiles[:count], found.target_ends[:count], strict=True)
    return rows + [
        _row(forecast, days, due_on, chance_by(ends, due_on.toordinal()), milestone_id=milestone)
        for (milestone, due_on, _), days, ends in reached
    ]


def _row(
    forecast: ScheduleForecast, days: list[int], planned_on: date, chance: float, **subject: object
) -> ForecastDate:
    ends = [_day(day) for day in days]
    return ForecastDate(
        forecast=forecast,
        planned_on=planned_on,
        p50=ends[_P50],
        p80=ends[_P80],
        p95=ends[_P95],
        chance=round(chance, 4),
        quantiles=ends,
        **subject,
    )


def _day(ordinal: int) -> date:
    if not 1 <= ordinal <= LAST_DAY:
        raise InvalidInputError("The longest durations lead beyond the calendar, which ends with year 9999.")
    return date.fromordinal(ordinal)


def _forget_old(roadmap: Roadmap) -> None:
    kept = ScheduleForecast.objects.filter(roadmap=roadmap).order_by("-created_at", "-id").values("pk")[:KEPT]
    ScheduleForecast.objects.filter(roadmap=roadmap).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
