"""Launches as ways through gates, for whoever asks how many were in time."""

from governance.enums import LaunchStatus
from governance.models import Launch
from roadmap.hooks import GatePassage
from tenancy.actor import Actor


def gate_passages(*, actor: Actor) -> list[GatePassage]:
    """Every launch with a planned day that the actor may see, cancelled ones left out; one query."""
    launches = Launch.objects.permitted(actor).filter(planned_on__isnull=False).exclude(status=LaunchStatus.CANCELLED)
    rows = launches.order_by("planned_on", "id")
    return [
        GatePassage(
            initiative=row.initiative_id,
            stage=row.target_stage,
            title=row.title,
            due_on=row.planned_on,
            passed_on=row.launched_at.date() if row.launched_at else None,
            source="Launch",
        )
        for row in rows.only("initiative_id", "target_stage", "title", "planned_on", "launched_at")
    ]
