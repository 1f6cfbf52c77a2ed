"""Computing readouts: gather the inputs, hand them to calc, keep the outcome."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError
from experiments.calc.readout import (
    ENGINE_VERSION,
    Aggregate,
    ArmPlan,
    ExperimentPlan,
    MetricPlan,
    ReadoutResult,
    Role,
    compute_readout,
)
from experiments.enums import ExperimentStatus, MetricDirection, MetricKind
from experiments.models import Experiment, ExperimentMetric, Readout, Variant, VariantResult
from experiments.selectors import READOUT_TASK, waiting_readout_job
from tenancy.actor import Actor
from tenancy.models import Job
from tenancy.scope import named_action
from tenancy.services.jobs import enqueue


def request_readout(experiment: Experiment, *, actor: Actor) -> Job:
    """Enqueue a readout, or return the job that waits already. The caller must hold the experiment's row lock.

    The job takes the same lock before it reads: one that waits has not read yet and will see what the
    caller wrote.
    """
    waiting = waiting_readout_job(experiment)
    if waiting is not None:
        return waiting
    title = f"Readout of {experiment.name}"[:200]
    return enqueue(READOUT_TASK, actor=actor, title=title, experiment_id=str(experiment.pk))


@transaction.atomic
def recompute_readout(experiment: Experiment, *, actor: Actor) -> Job:
    """Ask for a readout now; the same inputs give the same readout, so asking twice is harmless."""
    actor.require("readout.create")
    locked = Experiment.objects.for_update().get(pk=experiment.pk)
    if locked.status == ExperimentStatus.DRAFT:
        raise DomainError("A draft has no figures to read.")
    return request_readout(locked, actor=actor)


@transaction.atomic
def create_readout(experiment: Experiment, *, actor: Actor) -> Readout:
    """Compute and keep a readout; with unchanged inputs the readout that exists is returned instead."""
    actor.require("readout.create")
    locked = Experiment.objects.for_update().get(pk=experiment.pk)
    if locked.status == ExperimentStatus.DRAFT:
        raise DomainError("A draft has no figures to read.")
    plan, aggregates, data_as_of = _inputs(locked)
    digest = _digest(plan, aggregates, data_as_of)
    existing: Readout | None = Readout.objects.filter(experiment=locked, inputs_digest=digest).first()
    if existing is not None:
        return existing
    readout = _readout(compute_readout(plan, aggregates), experiment=locked, digest=digest, data_as_of=data_as_of)
    named_action("readout.computed")
    readout.save(force_insert=True)
    return readout


def _readout(result: ReadoutResult, *, experiment: Experiment, digest: str, data_as_of: datetime | None) -> Readout:
    mismatch = result.sample_ratio.is_mismatch if result.sample_ratio.p_value is not None else None
    return Readout(
        experiment=experiment,
        computed_at=timezone.now(),
        data_as_of=data_as_of,
        inputs_digest=digest,
        engine_version=ENGINE_VERSION,
        recommendation=result.recommendation.value,
        reasons=list(result.reasons),
        has_sample_ratio_mismatch=mismatch,
        results=asdict(result),
    )


def _inputs(
    experiment: Experiment,
) -> tuple[ExperimentPlan, dict[tuple[str, str], Aggregate], datetime | None]:
    variants = list(Variant.objects.filter(experiment=experiment))
    planned = list(ExperimentMetric.objects.filter(experiment=experiment).select_related("metric"))
    plan = ExperimentPlan(
        arms=tuple(ArmPlan(v.key, v.name, v.is_control, float(v.allocation)) for v in variants),
        metrics=tuple(_metric_plan(entry) for entry in planned),
        alpha=float(experiment.significance_level),
        planned_units=experiment.planned_units,
        is_stopped=experiment.status in (ExperimentStatus.STOPPED, ExperimentStatus.DECIDED),
    )
    latest = VariantResult.objects.filter(variant__experiment=experiment).counting().select_related("variant", "metric")
    aggregates = {}
    times = []
    for row in latest:
        figures = Aggregate(row.units, row.conversions, row.sum, row.sum_of_squares)
        aggregates[row.variant.key, row.metric.key] = figures
        times.append(row.as_of)
    return plan, aggregates, max(times, default=None)


def _metric_plan(entry: ExperimentMetric) -> MetricPlan:
    metric, margin = entry.metric, entry.non_inferiority_margin
    return MetricPlan(
        key=metric.key,
        name=metric.name,
        role=cast(Role, entry.role),
        is_proportion=metric.kind == MetricKind.PROPORTION,
        higher_is_better=metric.direction == MetricDirection.UP,
        unit=metric.unit,
        margin=None if margin is None else float(margin),
    )


def _digest(plan: ExperimentPlan, aggregates: dict[tuple[str, str], Aggregate], data_as_of: datetime | None) -> str:
    rows = sorted([*key, asdict(aggregate)] for key, aggregate in aggregates.items())
    inputs: dict[str, Any] = {
        "engine": ENGINE_VERSION,
        "plan": asdict(plan),
        "aggregates": rows,
        "data_as_of": data_as_of.isoformat() if data_as_of else None,
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
