"""Governance's actions and who holds them.

Deciding needs the action and, besides, the standing an approval's plan asks for: a right to edit
never implies a right to approve.
"""

from tenancy.enums import Role
from tenancy.permissions import EDITORS, EVERYONE, MANAGERS, PLANNERS, declare_actions

DECIDERS = MANAGERS | {Role.DIRECTOR, Role.REVIEWER}

declare_actions(
    "governance",
    reads={
        "stage_gate.view": EVERYONE,
        "gate_criterion.view": EVERYONE,
        "launch.view": EVERYONE,
        "checklist_answer.view": EVERYONE,
        "gate_run.view": EVERYONE,
        "approval_request.view": EVERYONE,
        "decision.view": EVERYONE,
    },
    writes={
        # Nobody deletes or rewrites what was decided on; these names exist so that pages can ask.
        **dict.fromkeys(
            (
                "stage_gate.delete",
                "launch.delete",
                "approval_request.create",
                "approval_request.change",
                "approval_request.delete",
                "decision.create",
                "decision.change",
                "decision.delete",
            ),
            (),
        ),
        "stage_gate.create": MANAGERS,
        "stage_gate.change": MANAGERS,
        "gate_criterion.create": MANAGERS,
        "gate_criterion.change": MANAGERS,
        "gate_criterion.delete": MANAGERS,
        "launch.create": EDITORS,
        "launch.change": EDITORS,
        "launch.cancel": PLANNERS,
        "launch.evaluate": EDITORS | DECIDERS,
        "launch.request_approval": PLANNERS,
        "checklist_answer.change": EDITORS | DECIDERS,
        "approval_request.decide": DECIDERS,
        "approval_request.veto": DECIDERS,
        "approval_request.withdraw": PLANNERS,
    },
)
