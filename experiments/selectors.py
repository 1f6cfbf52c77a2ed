"""Reads of experiments that span tables or shape a screen."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from experiments.models import Experiment, ExperimentMetric, Readout, Variant
from experiments.validators import missing_for_start
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.enums import JobStatus
from tenancy.models import Job

READOUT_TASK = "experiments.compute_readout"
# Bounds the look at the job table; an older waiting job is then joined by a second one, which does no harm.
WAITING_AT_MOST = timedelta(hours=1)


@dataclass(frozen=True)
class Plan:
    """The plan of an experiment and what it lacks before it may start."""

    variants: tuple[Variant, ...]
    metrics: tuple[ExperimentMetric, ...]
    missing: tuple[str, ...]


def plan_of(experiment: Experiment) -> Plan:
    """Variants and metrics in order; two queries."""
    variants = tuple(Variant.objects.filter(experiment=experiment))
    metrics = tuple(ExperimentMetric.objects.filter(experiment=experiment).select_related("metric"))
    controls = sum(variant.is_control for variant in variants)
    missing = missing_for_start(
        hypothesis=experiment.hypothesis,
        controls=controls,
        treatments=len(variants) - controls,
        allocations=[variant.allocation for variant in variants],
        roles=[entry.role for entry in metrics],
    )
    return Plan(variants, metrics, tuple(missing))


def latest_readout(experiment: Experiment) -> Readout | None:
    """The newest readout, or None before the first."""
    return Readout.objects.filter(experiment=experiment).order_by("-computed_at", "-id").first()


def waiting_readout_job(experiment: Experiment) -> Job | None:
    """The job that will compute the experiment's next readout, or None."""
    return Job.objects.filter(
        name=READOUT_TASK,
        status=JobStatus.WAITING,
        created_at__gte=timezone.now() - WAITING_AT_MOST,
        arguments__experiment_id=str(experiment.pk),
    ).first()


def with_latest_readout(experiments: QuerySet[Experiment]) -> QuerySet[Experiment]:
    """Experiments with `recommendation` and `read_at` of their newest readout; None before the first."""
    newest = Readout.objects.filter(experiment=OuterRef("pk")).order_by("-computed_at", "-id")
    return experiments.annotate(
        recommendation=Subquery(newest.values("recommendation")[:1]),
        read_at=Subquery(newest.values("computed_at")[:1]),
    )


def evidence_for(initiative: Initiative, *, actor: Actor) -> Any:
    """The initiative's experiments the actor may see, newest first, each with its latest readout."""
    found = Experiment.objects.permitted(actor).filter(initiative=initiative)
    return with_latest_readout(found).order_by("-created_at", "-id")
