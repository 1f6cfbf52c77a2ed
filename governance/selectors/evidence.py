"""Live evidence: the newest figures of an initiative as the gate's criteria read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Max, Min, Q, When
from django.db.models.functions import Lower

from experiments.enums import ExperimentDecision, ExperimentStatus, Recommendation
from experiments.models import Experiment, Readout
from portfolio.models import Initiative, Kpi, KpiObservation
from portfolio.selectors.kpi_observed import value_at
from tenancy.actor import Actor


@dataclass(frozen=True)
class Measurement:
    """What was read. `value` is compared with a threshold; a source that judges by itself sets `is_positive`.

    `is_missing` says that there is nothing to judge, and `note` why; `measured_at` is when the newest
    figure is of, None when there is none.
    """

    note: str
    measured_at: datetime | None = None
    value: Decimal | None = None
    is_positive: bool | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_missing(self) -> bool:
        return self.value is None and self.is_positive is None

    @property
    def shown_value(self) -> str | None:
        """The value without trailing zeros, None when there is none."""
        return None if self.value is None else f"{self.value.normalize():f}"


def measure_kpi(name: str, initiative: Initiative, *, at: datetime) -> Measurement:
    """The initiative's KPI of this name or key over its newest period with data, up to `at`.

    The figure is made from the observations as the rollup makes it, so that it never waits for the
    rollup job. Missing when there is no such KPI, several of them, or none with an observation.
    """
    kpis = list(Kpi.objects.filter(Q(name__iexact=name) | Q(key__iexact=name), initiative=initiative.pk)[:2])
    if len(kpis) != 1:
        return Measurement(note=f"the initiative has {'several KPIs' if kpis else 'no KPI'} named “{name}”.")
    kpi = kpis[0]
    observations = KpiObservation.objects.filter(kpi=kpi.pk, observed_at__lte=at)
    newest = observations.order_by("-observed_at", "-id").first()
    if newest is None:
        return Measurement(note=f"the KPI “{kpi.name}” has no observation yet.")
    evidence = {
        "kpi": str(kpi.pk),
        "key": kpi.key,
        "unit": kpi.unit,
        "period": str(kpi.rollup_period),
        "aggregation": kpi.aggregation,
        "newest_observation": str(newest.pk),
    }
    value = value_at(kpi, newest, at=at)
    if value is None:
        return Measurement(note=f"the KPI “{kpi.name}” has no value: its denominators are missing.")
    return Measurement(note="", measured_at=newest.observed_at, value=value, evidence=evidence)


def kpi_units(names: Iterable[str], actor: Actor) -> dict[str, str]:
    """Unit by name in lower case, of every name or key whose KPIs (those the actor may see) all have the same one."""
    wanted = {name.lower() for name in names}
    if not wanted:
        return {}
    called = Kpi.objects.permitted(actor).annotate(lower_key=Lower("key"), lower_name=Lower("name"))
    called = called.filter(Q(lower_key__in=wanted) | Q(lower_name__in=wanted)).annotate(
        called=Case(When(lower_key__in=wanted, then="lower_key"), default="lower_name")
    )
    units = called.order_by().values("called").annotate(first=Min("unit"), last=Max("unit"))
    return {row["called"]: row["first"] for row in units if row["first"] == row["last"]}


def measure_experiment(initiative: Initiative, *, at: datetime) -> Measurement:
    """What the newest readout of the initiative's most recently started experiment says.

    Positive when the readout recommends to ship: the primary metric is significantly better and every
    guardrail holds. Missing while the readout asks to keep running. A decision to keep the control is
    negative whatever the figures say.
    """
    experiments = Experiment.objects.filter(initiative=initiative.pk).exclude(status=ExperimentStatus.DRAFT)
    experiment = experiments.order_by("-started_on", "-id").first()
    if experiment is None:
        return Measurement(note="the initiative has no experiment that was started.")
    readout = (
        Readout.objects.filter(experiment=experiment.pk, computed_at__lte=at).order_by("-computed_at", "-id").first()
    )
    if readout is None or readout.data_as_of is None:
        return Measurement(note=f"the experiment “{experiment.name}” has no readout with data.")
    is_positive, note = _judged(experiment, readout)
    return Measurement(
        note=note,
        measured_at=readout.data_as_of,
        is_positive=is_positive,
        evidence={
            "experiment": str(experiment.pk),
            "key": experiment.key,
            "readout": str(readout.pk),
            "recommendation": readout.recommendation,
            "inputs_digest": readout.inputs_digest,
        },
    )


def _judged(experiment: Experiment, readout: Readout) -> tuple[bool | None, str]:
    name = f"“{experiment.name}”"
    if experiment.decision == ExperimentDecision.STOP:
        return False, f"{name} was decided in favor of the control."
    if readout.recommendation == Recommendation.SHIP and not readout.has_sample_ratio_mismatch:
        return True, f"{name}: the primary metric is significantly better and the guardrails hold."
    reasons = " ".join(str(reason) for reason in readout.reasons)
    stated = f"{name}: {readout.get_recommendation_display().lower()}. {reasons}".strip()
    return (None if readout.recommendation == Recommendation.CONTINUE else False), stated
