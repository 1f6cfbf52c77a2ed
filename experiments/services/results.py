"""Recording aggregates that measuring systems send."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError
from experiments.enums import ExperimentStatus
from experiments.models import Experiment, ExperimentMetric, Metric, Variant, VariantResult
from experiments.services.readouts import request_readout
from experiments.validators import check_aggregate, check_period
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import save_checked

TAKEN = {"experiments_result_source": ("source_id", "Another result was just recorded under this source_id.")}


class SourceIdReusedError(DomainError):
    """A delivery came again under the same name with other figures."""

    code = "source_id_reused"


@transaction.atomic
def record_result(
    *,
    actor: Actor,
    variant: Variant,
    metric: Metric,
    units: int,
    as_of: datetime,
    source_id: str,
    conversions: int | None = None,
    sum: float | None = None,
    sum_of_squares: float | None = None,
) -> VariantResult:
    """Record a cumulative aggregate and ask for a new readout.

    The same `source_id` with the same figures is recorded once and returned again; with others it
    raises SourceIdReusedError. Accepted while the experiment runs and, for late data, until it is decided.
    """
    actor.require("variant_result.create")
    experiment = _locked_experiment(variant, actor=actor)
    figures: dict[str, Any] = {
        "variant_id": variant.pk,
        "metric_id": metric.pk,
        "units": units,
        "conversions": conversions,
        "sum": None if sum is None else float(sum),
        "sum_of_squares": None if sum_of_squares is None else float(sum_of_squares),
        "as_of": as_of,
    }
    known = VariantResult.objects.filter(source_id=source_id).first()
    if known is not None:
        return _same_delivery(known, figures)
    _require_open(experiment)
    _require_planned(experiment, metric)
    check_aggregate(kind=metric.kind, units=units, conversions=conversions, total=sum, sum_of_squares=sum_of_squares)
    check_period(as_of, started_on=experiment.started_on, now=timezone.now())
    result = VariantResult(source_id=source_id, **figures)
    named_action("variant_result.recorded")
    save_checked(result, taken=TAKEN)
    request_readout(experiment, actor=actor)
    return result


def _locked_experiment(variant: Variant, *, actor: Actor) -> Experiment:
    visible: Experiment | None = (
        Experiment.objects.permitted(actor).for_update().filter(pk=variant.experiment_id).first()
    )
    if visible is None:
        raise InvalidInputError("There is no such variant.", pointer="variant")
    return visible


def _same_delivery(known: VariantResult, figures: dict[str, Any]) -> VariantResult:
    if any(getattr(known, name) != value for name, value in figures.items()):
        raise SourceIdReusedError(
            "An aggregate with this source_id and other figures is recorded already.", pointer="source_id"
        )
    return known


def _require_open(experiment: Experiment) -> None:
    if experiment.status not in (ExperimentStatus.RUNNING, ExperimentStatus.STOPPED):
        raise DomainError(f"The experiment is {experiment.get_status_display().lower()} and takes no results.")


def _require_planned(experiment: Experiment, metric: Metric) -> None:
    if not ExperimentMetric.objects.filter(experiment=experiment, metric=metric).exists():
        raise InvalidInputError("The experiment does not measure this metric.", pointer="metric")
