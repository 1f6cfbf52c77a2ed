"""The actions of experiments and who holds them."""

from tenancy.enums import Role
from tenancy.permissions import EDITORS, EVERYONE, PLANNERS, declare_actions

DECIDERS = PLANNERS - {Role.SERVICE_ACCOUNT}

declare_actions(
    "experiments",
    reads={
        "metric.view": EVERYONE,
        "experiment.view": EVERYONE,
        "variant.view": EVERYONE,
        "experiment_metric.view": EVERYONE,
        "variant_result.view": EVERYONE,
        "readout.view": EVERYONE,
    },
    writes={
        "metric.create": EDITORS,
        "metric.change": EDITORS,
        "metric.delete": PLANNERS,
        "experiment.create": EDITORS,
        "experiment.change": EDITORS,
        "experiment.delete": PLANNERS,
        "experiment.start": PLANNERS,
        "experiment.stop": PLANNERS,
        "experiment.decide": DECIDERS,
        "variant_result.create": EDITORS,
        "readout.create": EDITORS,
    },
)
