"""Writing the plan of a draft: its variants and metrics, each list as a whole."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from core.errors import DomainError, InvalidInputError, NotPermittedError
from experiments.enums import ExperimentStatus, MetricRole
from experiments.models import Experiment, ExperimentMetric, Variant
from tenancy.actor import Actor
from tenancy.scope import named_action

MAX_VARIANTS = 20
MAX_METRICS = 50
# What a new experiment begins with unless its arms are given.
TWO_ARMS: tuple[dict[str, Any], ...] = (
    {"key": "control", "name": "Control", "is_control": True, "allocation": Decimal("0.5")},
    {"key": "treatment", "name": "Treatment", "is_control": False, "allocation": Decimal("0.5")},
)


def locked_draft(experiment: Experiment, *, actor: Actor) -> Experiment:
    """The row locked for a change of its plan; raises DomainError once it has started."""
    locked: Experiment | None = (
        Experiment.objects.permitted(actor, "change").for_update().filter(pk=experiment.pk).first()
    )
    if locked is None:
        raise NotPermittedError("You may see this experiment but not change it.")
    if locked.status != ExperimentStatus.DRAFT:
        raise DomainError("The plan of an experiment is fixed once it has started.")
    return locked


@transaction.atomic
def set_variants(experiment: Experiment, *, variants: Sequence[Mapping[str, Any]], actor: Actor) -> Experiment:
    """Replace the variants of a draft; rows are matched by key, so that an unchanged one keeps its id."""
    actor.require("experiment.change")
    locked = locked_draft(experiment, actor=actor)
    named_action("experiment.plan_changed")
    replace_variants(locked, variants)
    locked.save(update_fields=["updated_at"])
    return locked


@transaction.atomic
def set_metrics(experiment: Experiment, *, metrics: Sequence[Mapping[str, Any]], actor: Actor) -> Experiment:
    """Replace the planned metrics of a draft."""
    actor.require("experiment.change")
    locked = locked_draft(experiment, actor=actor)
    named_action("experiment.plan_changed")
    replace_metrics(locked, metrics)
    locked.save(update_fields=["updated_at"])
    return locked


def replace_variants(experiment: Experiment, variants: Sequence[Mapping[str, Any]]) -> None:
    """Write the variants of a locked draft; raises InvalidInputError or ValidationError at `variants`."""
    keys = [str(row["key"]).upper() for row in variants]
    if len(variants) > MAX_VARIANTS:
        raise InvalidInputError(f"An experiment has at most {MAX_VARIANTS} variants.", pointer="variants")
    if len(set(keys)) != len(keys):
        raise InvalidInputError("Two variants have the same key.", pointer="variants")
    if sum(bool(row.get("is_control")) for row in variants) > 1:
        raise InvalidInputError("An experiment has exactly one control.", pointer="variants")
    existing = {variant.key.upper(): variant for variant in Variant.objects.filter(experiment=experiment)}
    for key, variant in existing.items():
        if key not in keys:
            variant.delete()
    kept = [existing[key] for key in keys if key in existing and existing[key].is_control]
    Variant.objects.filter(pk__in=[variant.pk for variant in kept]).update(is_control=False)
    for position, (key, row) in enumerate(zip(keys, variants, strict=True)):
        variant = existing.get(key) or Variant(experiment=experiment)
        defaults = {"name": row["key"], "description": "", "is_control": False}
        _write(variant, {**defaults, **row, "position": position}, pointer="variants")


def replace_metrics(experiment: Experiment, metrics: Sequence[Mapping[str, Any]]) -> None:
    """Write the planned metrics of a locked draft; raises InvalidInputError or ValidationError at `metrics`."""
    chosen = [row["metric"].pk for row in metrics]
    if len(metrics) > MAX_METRICS:
        raise InvalidInputError(f"An experiment has at most {MAX_METRICS} metrics.", pointer="metrics")
    if len(set(chosen)) != len(chosen):
        raise InvalidInputError("A metric is listed twice.", pointer="metrics")
    if sum(row.get("role") == MetricRole.PRIMARY for row in metrics) > 1:
        raise InvalidInputError("An experiment has exactly one primary metric.", pointer="metrics")
    # Replaced rather than matched: nothing refers to these rows, and roles may swap freely.
    ExperimentMetric.objects.filter(experiment=experiment).delete()
    for position, row in enumerate(metrics):
        defaults = {"role": MetricRole.SECONDARY, "non_inferiority_margin": None}
        _write(ExperimentMetric(experiment=experiment), {**defaults, **row, "position": position}, pointer="metrics")


def _write(record: Variant | ExperimentMetric, values: Mapping[str, Any], *, pointer: str) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    try:
        record.full_clean(exclude=["organization", "experiment"])
    except ValidationError as error:
        raise ValidationError({pointer: _sentences(error, str(values.get("key") or values.get("metric")))}) from error
    record.save()


def _sentences(error: ValidationError, label: str) -> list[str]:
    return [
        f"{label}: {text}" if name == NON_FIELD_ERRORS else f"{label}, {name.replace('_', ' ')}: {text}"
        for name, texts in error.message_dict.items()
        for text in texts
    ]
