"""Background work of experiments."""

from typing import Any
from uuid import UUID

from experiments.models import Experiment
from experiments.services.readouts import create_readout
from tenancy.actor import Actor
from tenancy.tasks import tenant_task


@tenant_task("experiments.compute_readout", queue="interactive")
def compute_readout(actor: Actor, *, experiment_id: str, job_id: UUID | None = None) -> dict[str, Any]:
    """Compute the readout of one experiment; unchanged inputs keep the readout there is."""
    readout = create_readout(Experiment.objects.get(pk=experiment_id), actor=actor)
    return {"readout_id": str(readout.pk), "recommendation": readout.recommendation}
