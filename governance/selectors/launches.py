"""What a launch consists of, and what is still missing before it can be approved."""

from typing import Any

from governance.calc.digest import content_digest
from governance.models import MATERIAL_FIELDS, ChecklistAnswer, Launch

REQUIRED_TEXTS = {
    "scope": "The scope is not described.",
    "rollout_plan": "There is no rollout plan.",
    "risk_summary": "The risks are not summarized.",
    "rollback_plan": "There is no rollback plan.",
    "planned_on": "There is no planned date.",
}


def subject_content(launch: Launch) -> dict[str, Any]:
    """Everything an approver decides on: the material fields and every answer of the checklist."""
    answers = ChecklistAnswer.objects.filter(launch=launch.pk).values_list("criterion_id", "is_done", "note")
    return {
        "initiative": launch.initiative_id,
        "target_stage": launch.target_stage,
        **{field: getattr(launch, field) for field in MATERIAL_FIELDS},
        "checklist": {str(criterion): [is_done, note] for criterion, is_done, note in answers},
    }


def subject_digest(launch: Launch) -> str:
    """The digest of the launch's content as it stands in the database and on the instance."""
    return content_digest(subject_content(launch))


def missing_texts(launch: Launch) -> list[str]:
    """One sentence for each part of the plan that is not filled in."""
    return [sentence for field, sentence in REQUIRED_TEXTS.items() if not getattr(launch, field)]


def open_launch(initiative_id: Any, stage: str, *, lock: bool = False) -> Launch | None:
    """The open launch of an initiative for a stage, locked for this transaction if asked; None without one."""
    launches = Launch.objects.for_update() if lock else Launch.objects.all()
    return launches.open().filter(initiative=initiative_id, target_stage=stage).first()
