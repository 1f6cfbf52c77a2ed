"""Words of experiments and the transitions a status allows."""

from django.db.models import TextChoices


class MetricKind(TextChoices):
    """How a metric is measured per unit, which decides the test."""

    PROPORTION = "proportion", "Proportion (share of units that convert)"
    MEAN = "mean", "Mean (a number per unit)"


class MetricDirection(TextChoices):
    """Which way a metric should move."""

    UP = "up", "Higher is better"
    DOWN = "down", "Lower is better"


class MetricRole(TextChoices):
    """What a metric is for in one experiment."""

    PRIMARY = "primary", "Primary"
    SECONDARY = "secondary", "Secondary"
    GUARDRAIL = "guardrail", "Guardrail"


class ExperimentStatus(TextChoices):
    """Where an experiment stands."""

    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    STOPPED = "stopped", "Stopped"
    DECIDED = "decided", "Decided"


# One way only: the plan is fixed at the start, and a decision is not taken back but followed by another experiment.
ALLOWED_TRANSITIONS: dict[str, frozenset[str]] = {
    ExperimentStatus.DRAFT: frozenset({ExperimentStatus.RUNNING}),
    ExperimentStatus.RUNNING: frozenset({ExperimentStatus.STOPPED}),
    ExperimentStatus.STOPPED: frozenset({ExperimentStatus.DECIDED}),
    ExperimentStatus.DECIDED: frozenset(),
}


class ExperimentDecision(TextChoices):
    """What people made of an experiment."""

    SHIP = "ship", "Ship the treatment"
    ITERATE = "iterate", "Iterate and test again"
    STOP = "stop", "Keep the control"


class Recommendation(TextChoices):
    """What the figures alone suggest; the values are those of `experiments.calc.readout.Recommendation`."""

    SHIP = "ship", "Ship"
    STOP = "stop", "Stop"
    CONTINUE = "continue", "Keep running"
    INCONCLUSIVE = "inconclusive", "Inconclusive"
