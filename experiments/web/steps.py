"""The steps of an experiment that are more than an edit: its plan, start, stop and decision."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import URLPattern, path

from core.errors import DomainError
from core.web.crud import TenantCRUDView
from experiments.enums import ExperimentStatus
from experiments.models import Experiment
from experiments.selectors import plan_of
from experiments.services.experiments import decide_experiment, start_experiment, stop_experiment
from experiments.services.plans import set_metrics, set_variants
from experiments.web.forms import DecisionForm, MetricsForm, StartForm, StopForm, VariantsForm


class StepScreen(TenantCRUDView):
    """A form on an experiment that ends in one service; page without JavaScript, dialog with it."""

    model = Experiment
    icon = "flask"
    step: ClassVar[str] = ""
    takes: ClassVar[ExperimentStatus] = ExperimentStatus.DRAFT
    heading: ClassVar[str] = ""
    lead: ClassVar[str] = ""
    button: ClassVar[str] = ""
    tone: ClassVar[str] = "primary"
    done: ClassVar[str] = ""
    fields_template: ClassVar[str] = "experiments/_step_fields.html"

    @classmethod
    def route(cls) -> URLPattern:
        """The step's address, experiments/<id>/start/ and the like."""
        return path(f"experiments/<uuid:pk>/{cls.step}/", cls.as_view(operation="edit"), name=f"experiment_{cls.step}")

    def require(self, verb: str, obj: Any = None) -> None:
        """Refuse a step that the experiment's status does not lead to before anything is typed."""
        super().require(verb, obj)
        if verb == "change" and obj.status != self.takes:
            raise DomainError(f"The experiment is {obj.get_status_display().lower()}; this step is not open.")

    def render_form(self, form: Any, obj: Any = None, status: int = 200) -> HttpResponse:
        context = {"form": form, "object": obj, "version": obj.version, "cancel_url": self.url("detail", obj)}
        response: HttpResponse = self.render("experiments/step.html", "experiments/_step.html", context, status=status)
        return response

    def _save(self, form: Any, obj: Any, perform: Any, done: str) -> HttpResponse:
        response: HttpResponse = super()._save(form, obj, perform, self.done)
        return response


class StartScreen(StepScreen):
    step, form_class, actions = "start", StartForm, {"change": "experiment.start"}
    heading, button, done = "Start the experiment", "Start", "started"
    lead = "From now on hypothesis, variants and metrics are fixed, so that nobody can fit them to the figures."

    def perform_update(self, form: Any) -> Experiment:
        return start_experiment(self.object, actor=self.actor, **form.cleaned_data)


class StopScreen(StepScreen):
    step, form_class, actions = "stop", StopForm, {"change": "experiment.stop"}
    takes = ExperimentStatus.RUNNING
    heading, button, tone, done = "Stop the experiment", "Stop", "danger", "stopped"
    lead = "It cannot be started again. Late figures are still taken until it is decided."

    def perform_update(self, form: Any) -> Experiment:
        return stop_experiment(self.object, actor=self.actor, **form.cleaned_data)


class DecideScreen(StepScreen):
    step, form_class, actions = "decide", DecisionForm, {"change": "experiment.decide"}
    takes = ExperimentStatus.STOPPED
    heading, button, done = "Record the decision", "Record decision", "decided"
    lead = "You may decide against the readout; say why. A decision is final."

    def perform_update(self, form: Any) -> Experiment:
        return decide_experiment(self.object, actor=self.actor, **form.cleaned_data)


class VariantsScreen(StepScreen):
    step, form_class = "variants", VariantsForm
    heading, button, done = "Variants", "Save variants", "saved"
    lead = "One control and at least one treatment. Allocations are fractions of all units and add up to 1."
    fields_template = "experiments/_rows.html"

    def form_initial(self, obj: Any) -> dict[str, Any]:
        names = ("key", "name", "allocation", "is_control", "description")
        rows = [{name: getattr(variant, name) for name in names} for variant in plan_of(obj).variants]
        return {"rows": [{**row, "allocation": row["allocation"].normalize()} for row in rows]}

    def perform_update(self, form: Any) -> Experiment:
        return set_variants(self.object, variants=form.cleaned_data["rows"], actor=self.actor)


class MetricsScreen(StepScreen):
    step, form_class = "metrics", MetricsForm
    heading, button, done = "Metrics", "Save metrics", "saved"
    lead = (
        "One primary metric decides. Guardrails must not get worse by more than their margin,"
        " a fraction of control's value: 0.02 accepts 2% worse."
    )
    fields_template = "experiments/_rows.html"

    def form_initial(self, obj: Any) -> dict[str, Any]:
        return {"rows": [_metric_row(entry) for entry in plan_of(obj).metrics]}

    def perform_update(self, form: Any) -> Experiment:
        return set_metrics(self.object, metrics=form.cleaned_data["rows"], actor=self.actor)


def _metric_row(entry: Any) -> dict[str, Any]:
    margin = entry.non_inferiority_margin
    return {
        "metric": entry.metric_id,
        "role": entry.role,
        "non_inferiority_margin": None if margin is None else margin.normalize(),
    }


STEPS = (StartScreen, StopScreen, DecideScreen, VariantsScreen, MetricsScreen)
