"""Writing metrics."""

from typing import Any

from django.db import transaction

from core.errors import DomainError
from experiments.models import ExperimentMetric, Metric
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import delete_checked, save_checked

FIELDS = ("key", "name", "description", "kind", "direction", "unit")
# What a running experiment relies on.
FROZEN_IN_USE = ("kind", "direction", "unit")
TAKEN = {"experiments_metric_key": ("key", "Another metric has this key.")}


@transaction.atomic
def create_metric(*, actor: Actor, **fields: Any) -> Metric:
    """Define a metric; raises InvalidInputError for a key that is taken."""
    actor.require("metric.create")
    metric = Metric(**{name: fields[name] for name in FIELDS if name in fields})
    named_action("metric.created")
    return save_checked(metric, taken=TAKEN)


@transaction.atomic
def change_metric(metric: Metric, *, actor: Actor, **changes: Any) -> Metric:
    """Change a metric; what it measures stays as it is once an experiment that started uses it."""
    actor.require("metric.change")
    locked: Metric = Metric.objects.permitted(actor, "change").for_update().get(pk=metric.pk)
    changed = {name: changes[name] for name in FIELDS if name in changes and changes[name] != getattr(locked, name)}
    frozen = [name for name in FROZEN_IN_USE if name in changed]
    if frozen and ExperimentMetric.objects.filter(metric=locked).exclude(experiment__started_on=None).exists():
        raise DomainError(
            "An experiment that has started uses this metric, so what it measures cannot change. Define a new metric.",
            pointer=frozen[0],
        )
    for name, value in changed.items():
        setattr(locked, name, value)
    named_action("metric.changed")
    return save_checked(locked, taken=TAKEN)


@transaction.atomic
def delete_metric(metric: Metric, *, actor: Actor) -> None:
    """Delete a metric no experiment uses; raises StillReferencedError otherwise."""
    actor.require("metric.delete")
    locked: Metric = Metric.objects.permitted(actor, "delete").for_update().get(pk=metric.pk)
    named_action("metric.deleted")
    delete_checked(locked)
