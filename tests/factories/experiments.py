"""Factories of experiments; they need an open scope."""

from datetime import date
from decimal import Decimal

import factory
from django.utils import timezone

from experiments.enums import ExperimentStatus, MetricKind, MetricRole
from experiments.models import Experiment, ExperimentMetric, Metric, Variant, VariantResult


class MetricFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Metric

    key = factory.Sequence(lambda n: f"metric-{n}")
    name = factory.Sequence(lambda n: f"Metric {n}")


class ExperimentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Experiment

    key = factory.Sequence(lambda n: f"EXP-{n}")
    name = factory.Sequence(lambda n: f"Experiment {n}")
    hypothesis = "Because people search twice, a reranker will raise the click rate."


class VariantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Variant

    experiment = factory.SubFactory(ExperimentFactory)
    key = factory.Sequence(lambda n: f"variant-{n}")
    name = factory.Sequence(lambda n: f"Variant {n}")
    allocation = Decimal("0.5")


class ExperimentMetricFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ExperimentMetric

    experiment = factory.SubFactory(ExperimentFactory)
    metric = factory.SubFactory(MetricFactory)


class VariantResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = VariantResult

    variant = factory.SubFactory(VariantFactory)
    metric = factory.SubFactory(MetricFactory)
    units = 1000
    conversions = 100
    as_of = factory.LazyFunction(timezone.now)
    source_id = factory.Sequence(lambda n: f"delivery-{n}")


def planned_experiment(**fields) -> Experiment:
    """A draft that may start: two arms, a primary share and a guardrail mean with a margin of 5%."""
    experiment = ExperimentFactory(**fields)
    VariantFactory(experiment=experiment, key="control", name="Control", is_control=True, position=0)
    VariantFactory(experiment=experiment, key="treatment", name="Treatment", position=1)
    clicks = MetricFactory(name="Click rate")
    latency = MetricFactory(name="Latency", kind=MetricKind.MEAN, direction="down", unit="ms")
    ExperimentMetricFactory(experiment=experiment, metric=clicks, role=MetricRole.PRIMARY, position=0)
    ExperimentMetricFactory(
        experiment=experiment,
        metric=latency,
        role=MetricRole.GUARDRAIL,
        non_inferiority_margin=Decimal("0.05"),
        position=1,
    )
    return experiment


def running_experiment(**fields) -> Experiment:
    """A planned experiment that has run since the first day of 2026."""
    started_on = date(2026, 1, 1)
    return planned_experiment(status=ExperimentStatus.RUNNING, started_on=started_on, **fields)


def arm_of(experiment: Experiment, key: str) -> Variant:
    return Variant.objects.get(experiment=experiment, key=key)


def metric_of(experiment: Experiment, role: str) -> Metric:
    return ExperimentMetric.objects.select_related("metric").get(experiment=experiment, role=role).metric
