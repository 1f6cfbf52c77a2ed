"""CRUD screens of experiments."""

from typing import Any

from core.web.crud import Column, FieldGroup, Panel, TenantCRUDView
from core.web.formatting import UNKNOWN, badge
from core.web.short_lists import short_list
from core.web.tones import tone_of
from experiments.enums import Recommendation
from experiments.filters import ExperimentFilterSet, MetricFilterSet
from experiments.models import Experiment, ExperimentMetric, Metric
from experiments.selectors import with_latest_readout
from experiments.services.experiments import change_experiment, create_experiment, delete_experiment
from experiments.services.metrics import change_metric, create_metric, delete_metric
from experiments.web.forms import ExperimentForm, MetricForm
from experiments.web.pages import experiment_context


def recommendation_badge(value: str | None, obj: Any = None, column: Any = None) -> str:
    """The recommendation of the newest readout; unknown before the first."""
    return badge(Recommendation(value).label, tone_of(value)) if value else UNKNOWN


class MetricScreen(TenantCRUDView):
    model = Metric
    icon = "target"
    intro = "What experiments measure, defined once so that two teams mean the same by the same word."
    columns = [
        Column("name", "Name", sort=True, width="l"),
        Column("key", "Key", sort=True),
        Column("kind", "Kind", accessor=lambda metric: "Proportion" if metric.is_proportion else "Mean", sort="kind"),
        "direction",
        Column("unit", "Unit"),
        Column("experiment_count", "Experiments", formatter="number", sort=True),
        Column("updated_at", "Changed", formatter="ago", sort=True, is_default=False),
    ]
    ordering = ["name"]
    search_fields = ["name", "key", "description"]
    filterset_class = MetricFilterSet
    form_class = MetricForm
    field_groups = [FieldGroup("Definition", ["key", "kind", "direction", "unit", "description"])]
    panels = [Panel("Experiments", "experiments/_metric_experiments.html", context="experiments_panel")]
    empty_title = "No metrics yet"
    empty_text = "A metric is what an experiment moves, or must not harm: a conversion rate, a latency, a cost."

    def list_queryset(self) -> Any:
        """With the number of visible experiments that use each metric."""
        return super().list_queryset().with_experiment_count(ExperimentMetric.objects.permitted(self.actor))

    def experiments_panel(self, obj: Metric) -> dict[str, Any]:
        uses = ExperimentMetric.objects.permitted(self.actor).filter(metric=obj).select_related("experiment")
        newest = uses.order_by("-experiment__updated_at", "id")
        return {"uses": short_list(newest, self.actor, "experiments:experiment_list", metric=obj.pk)}

    def perform_create(self, form: Any) -> Metric:
        return create_metric(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Metric:
        return change_metric(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Metric) -> None:
        delete_metric(obj, actor=self.actor)


class ExperimentScreen(TenantCRUDView):
    model = Experiment
    icon = "flask"
    intro = "Hypotheses put to the test, and what came of them."
    columns = [
        Column("name", "Name", sort=True, width="l"),
        "status",
        Column("recommendation", "Readout", formatter=recommendation_badge, sort=True),
        Column("initiative", "Initiative", accessor="initiative.key", sort="initiative__key"),
        Column("started_on", "Started", formatter="date", sort=True),
        Column("ended_on", "Ended", formatter="date", sort=True),
        Column("decision", "Decision", accessor="get_decision_display", sort="decision"),
        Column("key", "Key", sort=True, is_default=False),
        Column("updated_at", "Changed", formatter="ago", sort=True, is_default=False),
    ]
    list_select_related = detail_select_related = ["initiative"]
    ordering = ["-updated_at"]
    search_fields = ["name", "key", "hypothesis"]
    filterset_class = ExperimentFilterSet
    form_class = ExperimentForm
    form_intro = "Variants and metrics come next. The plan is fixed once the experiment starts."
    status_field = "status"
    list_template = "experiments/experiment_list.html"
    detail_template = "experiments/experiment_detail.html"
    empty_title = "No experiments yet"
    # For the preview beside a list; the page itself is drawn by its template.
    field_groups = [
        FieldGroup("Hypothesis", ["hypothesis"]),
        FieldGroup(
            "Plan",
            [
                Column("initiative", "Initiative", accessor="initiative"),
                "started_on",
                "ended_on",
                Column("significance_level", "Significance level", formatter="percent"),
                Column("planned_units", "Planned units per variant", formatter="number"),
            ],
            is_aside=True,
        ),
    ]
    empty_text = "Write down what you expect and why, name what would prove it, and let the figures answer."

    def list_queryset(self) -> Any:
        """With the newest readout of each experiment."""
        return with_latest_readout(super().list_queryset())

    def subtitle(self, obj: Experiment) -> str:
        return obj.key

    def may(self, verb: str, obj: Any = None) -> bool:
        """The plan is open, and the record removable, only while it is a draft."""
        is_fixed = obj is not None and verb in ("change", "delete") and not obj.is_draft
        return not is_fixed and super().may(verb, obj)

    def detail_context(self, obj: Experiment) -> dict[str, Any]:
        return experiment_context(obj, actor=self.actor)

    def perform_create(self, form: Any) -> Experiment:
        return create_experiment(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Experiment:
        return change_experiment(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Experiment) -> None:
        delete_experiment(obj, actor=self.actor)
