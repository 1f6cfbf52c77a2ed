"""Pages of experiments."""

from django.urls import path

from experiments.web.pages import compute, readout_fragment
from experiments.web.screens import ExperimentScreen, MetricScreen
from experiments.web.steps import STEPS

app_name = "experiments"
urlpatterns = [
    *MetricScreen.get_urls("metrics"),
    *ExperimentScreen.get_urls("experiments"),
    *[step.route() for step in STEPS],
    path("experiments/<uuid:pk>/compute/", compute, name="experiment_compute"),
    path("experiments/<uuid:pk>/readout/", readout_fragment, name="experiment_readout"),
]
