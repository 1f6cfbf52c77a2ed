"""Everything governance stores."""

from governance.models.approval import ApprovalRequest, Decision
from governance.models.gate import GateCriterion, StageGate
from governance.models.launch import MATERIAL_FIELDS, ChecklistAnswer, GateRun, Launch

__all__ = [
    "MATERIAL_FIELDS",
    "ApprovalRequest",
    "ChecklistAnswer",
    "Decision",
    "GateCriterion",
    "GateRun",
    "Launch",
    "StageGate",
]
