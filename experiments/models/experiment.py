"""Experiments and their plan: variants and metrics."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from experiments.enums import ExperimentDecision, ExperimentStatus, MetricRole
from experiments.models.metric import KEY, Metric
from experiments.querysets import ExperimentQuerySet, OfExperimentQuerySet
from portfolio.models import Initiative
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Experiment(TenantOwned):
    """A controlled comparison of variants that tests a hypothesis about an initiative.

    The plan (hypothesis, variants, metrics, level, planned units) is fixed once the experiment runs.
    `planned_units` is the number of units per variant settled before the start; without it a verdict
    on the primary metric waits until the experiment is stopped. Days are UTC.
    """

    initiative = TenantForeignKey(Initiative, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60, validators=[KEY], help_text="Short name used by programs: chat-rerank.")
    name = models.CharField(max_length=200)
    hypothesis = models.TextField(
        blank=True, help_text="Because …, we expect that … for …, which we will see in …. Needed before the start."
    )
    status = models.CharField(max_length=8, choices=ExperimentStatus, default=ExperimentStatus.DRAFT, editable=False)
    significance_level = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.05"),
        help_text="Chance of calling a difference where there is none, as a fraction: 0.05 is 5%.",
    )
    planned_units = models.PositiveBigIntegerField(
        "planned units per variant",
        null=True,
        blank=True,
        help_text="Units each variant must reach before the primary metric is judged while the experiment runs.",
    )
    started_on = models.DateField(null=True, editable=False)
    ended_on = models.DateField(null=True, editable=False)
    decision = models.CharField(max_length=8, choices=ExperimentDecision, blank=True, editable=False)
    rationale = models.TextField(blank=True, editable=False)

    objects = TenantManager.from_queryset(ExperimentQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", Upper("key"), name="experiments_experiment_key"),
            models.CheckConstraint(
                condition=Q(significance_level__gt=0, significance_level__lt=Decimal("0.5")),
                name="experiments_experiment_level",
                violation_error_message="The significance level must lie above 0 and below 0.5.",
            ),
            models.CheckConstraint(
                condition=Q(planned_units=None) | Q(planned_units__gt=0),
                name="experiments_experiment_planned_units",
                violation_error_message="Plan at least one unit per variant, or leave it open.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="experiments_experiment_dates",
                violation_error_message="The end must not lie before the start.",
            ),
            models.CheckConstraint(
                condition=Q(status=ExperimentStatus.DRAFT) | Q(started_on__isnull=False),
                name="experiments_experiment_started",
                violation_error_message="An experiment that left draft has a start.",
            ),
            models.CheckConstraint(
                condition=Q(status=ExperimentStatus.DECIDED) & ~Q(decision="") & ~Q(rationale="")
                | ~Q(status=ExperimentStatus.DECIDED) & Q(decision="", rationale=""),
                name="experiments_experiment_decided",
                violation_error_message="A decided experiment, and only that, has a decision and its rationale.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "name", "id"], name="experiments_exp_by_name"),
            models.Index(fields=["organization", "-updated_at", "id"], name="experiments_exp_updated"),
            models.Index(fields=["organization", "-started_on", "id"], name="experiments_exp_started"),
            models.Index(fields=["organization", "status", "-updated_at"], name="experiments_exp_by_status"),
        ]
        ordering = ["-updated_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.status == ExperimentStatus.DRAFT

    @property
    def is_running(self) -> bool:
        return self.status == ExperimentStatus.RUNNING

    @property
    def is_stopped(self) -> bool:
        return self.status == ExperimentStatus.STOPPED


class Variant(TenantOwned):
    """One arm of an experiment: the control or a treatment, with the fraction of units it is given."""

    experiment = TenantForeignKey(Experiment, on_delete=models.CASCADE, related_name="variants")
    key = models.CharField(max_length=60, validators=[KEY])
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    is_control = models.BooleanField(default=False)
    allocation = models.DecimalField(
        max_digits=7, decimal_places=6, help_text="Fraction of the units: 0.5 is half of them."
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(OfExperimentQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "experiment", Upper("key"), name="experiments_variant_key"),
            models.UniqueConstraint(
                fields=["organization", "experiment"],
                condition=Q(is_control=True),
                name="experiments_variant_one_control",
                violation_error_message="An experiment has exactly one control.",
            ),
            models.CheckConstraint(
                condition=Q(allocation__gte=0, allocation__lte=1),
                name="experiments_variant_allocation",
                violation_error_message="The allocation is a fraction between 0 and 1.",
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class ExperimentMetric(TenantOwned):
    """A metric's place in one experiment.

    A guardrail has a margin: how much worse than control, as a fraction of control's value, is still
    accepted. Other roles have none.
    """

    experiment = TenantForeignKey(Experiment, on_delete=models.CASCADE, related_name="planned_metrics")
    metric = TenantForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=MetricRole, default=MetricRole.SECONDARY)
    non_inferiority_margin = models.DecimalField(
        max_digits=6,
        decimal_places=5,
        null=True,
        blank=True,
        help_text="Of a guardrail: how much worse than control is accepted, as a fraction: 0.02 is 2%.",
    )
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(OfExperimentQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "experiment", "metric", name="experiments_expmetric_metric"),
            models.UniqueConstraint(
                fields=["organization", "experiment"],
                condition=Q(role=MetricRole.PRIMARY),
                name="experiments_expmetric_one_primary",
                violation_error_message="An experiment has exactly one primary metric.",
            ),
            models.CheckConstraint(
                condition=Q(
                    role=MetricRole.GUARDRAIL, non_inferiority_margin__isnull=False, non_inferiority_margin__gte=0
                )
                | ~Q(role=MetricRole.GUARDRAIL) & Q(non_inferiority_margin=None),
                name="experiments_expmetric_margin",
                violation_error_message="A guardrail, and only a guardrail, has a margin of zero or more.",
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.metric} ({self.get_role_display()})"
