"""Everything experiments store."""

from experiments.models.experiment import Experiment, ExperimentMetric, Variant
from experiments.models.metric import Metric
from experiments.models.result import Readout, VariantResult

__all__ = ["Experiment", "ExperimentMetric", "Metric", "Readout", "Variant", "VariantResult"]
