"""Governance's entries in the navigation, the palette, search and other pages."""

from core.web.choosers import register_chooser
from core.web.navigation import register_item, register_section
from core.web.palette import register_command, register_search
from core.web.tones import register_tones
from governance.enums import ApprovalStatus, LaunchStatus, Outcome, Verdict
from governance.web.panels import approvals_waiting, launches_panel, search_governance, stage_blockers
from portfolio.hooks import initiative_blockers, initiative_panels, waiting_for_me

_ITEMS = (
    ("Waiting for me", "inbox", "inbox", "approval_request.view"),
    ("Launches", "launch_list", "rocket", "launch.view"),
    ("Approvals", "approval_request_list", "file-certificate", "approval_request.view"),
    ("Decisions", "decision_list", "gavel", "decision.view"),
    ("Stage gates", "stage_gate_list", "traffic-lights", "stage_gate.view"),
)


_TONES: dict[str, str] = {
    LaunchStatus.DRAFT: "neutral",
    LaunchStatus.READY: "info",
    LaunchStatus.LAUNCHED: "success",
    LaunchStatus.CANCELLED: "neutral",
    ApprovalStatus.PENDING: "info",
    ApprovalStatus.APPROVED: "success",
    ApprovalStatus.VETOED: "danger",
    ApprovalStatus.REFUSED: "danger",
    ApprovalStatus.STALE: "warning",
    ApprovalStatus.WITHDRAWN: "neutral",
    ApprovalStatus.EXPIRED: "warning",
    ApprovalStatus.CONSUMED: "success",
    Outcome.PASS: "success",
    Outcome.FAIL: "danger",
    Outcome.UNKNOWN: "warning",
    Verdict.APPROVE: "success",
    Verdict.REFUSE: "danger",
    Verdict.VETO: "danger",
    Verdict.LIFT_VETO: "info",
}


def register() -> None:
    """Called once when the app is ready."""
    register_section("governance", "Governance", icon="gavel", order=50)
    for number, (label, name, icon, action) in enumerate(_ITEMS, start=1):
        register_item("governance", label, f"governance:{name}", icon=icon, action=action, order=10 * number)
    register_command(
        "Approvals waiting for me",
        "governance:inbox",
        action="approval_request.decide",
        keywords=["inbox", "decide", "approve", "review"],
        icon="inbox",
    )
    register_command(
        "New launch", "governance:launch_create", action="launch.create", keywords=["add", "release"], icon="plus"
    )
    register_command(
        "New stage gate", "governance:stage_gate_create", action="stage_gate.create", keywords=["add"], icon="plus"
    )
    register_search(search_governance)
    register_chooser(
        "governance.Launch",
        ordering=["title", "pk"],
        related=["initiative"],
        note=lambda row: f"{row.initiative.key} into {row.get_target_stage_display()} · {row.get_status_display()}",
    )
    register_tones(_TONES)
    initiative_blockers.register(stage_blockers)
    initiative_panels.register(launches_panel)
    waiting_for_me.register(approvals_waiting)
