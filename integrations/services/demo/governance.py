"""The demo's gates and launches, taken through the same services as anybody's."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from governance.enums import CriterionKind
from governance.models import ApprovalRequest, GateCriterion, Launch
from governance.services import approvals, launches
from governance.services.gates import ensure_default_gates, evaluate_launch
from governance.services.launches import Answer
from integrations.services.demo.content import read
from integrations.services.demo.people import Cast
from portfolio.models import Initiative
from portfolio.services.initiatives import change_stage
from tenancy.actor import Actor

_PLAN = ("title", "scope", "rollout_plan", "risk_summary", "rollback_plan")


def create_launches(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Launches in every state: out, pending, refused, vetoed, approved, drafted, cancelled."""
    with cast.acting("owner") as actor:
        ensure_default_gates(actor)
    for row in read("launches")["launch"]:
        with cast.acting(row["by"]) as actor:
            launch = launches.create_launch(
                initiative=initiatives[row["initiative"]],
                target_stage=row["stage"],
                planned_on=today + timedelta(days=row["planned"]),
                actor=actor,
                **{name: row[name] for name in _PLAN if name in row},
            )
        _confirm(launch, row, cast)
        for step in row["steps"]:
            with cast.acting(step["by"]) as actor:
                _STEPS[step["do"]](launch, step.get("reason", ""), actor)


def _confirm(launch: Launch, row: Mapping[str, Any], cast: Cast) -> None:
    criteria = GateCriterion.objects.filter(
        gate__to_stage=launch.target_stage, gate__is_active=True, kind=CriterionKind.CHECKLIST
    )
    named = {entry["item"]: entry for entry in row.get("confirmed", ())}
    for criterion in criteria:
        entry = named.pop(criterion.title, None) or {"by": row.get("all_by"), "note": ""}
        if entry["by"]:
            with cast.acting(entry["by"]) as actor:
                answer = Answer(criterion, is_done=True, note=entry["note"])
                launches.answer_checklist(launch, actor=actor, answers=[answer])
    if named:
        raise LookupError(f"The gate's checklist has no item named {', '.join(named)}.")


def _request_of(launch: Launch) -> ApprovalRequest:
    request: ApprovalRequest = ApprovalRequest.objects.live().get(launch=launch)
    return request


_STEPS: dict[str, Callable[[Launch, str, Actor], object]] = {
    "request": lambda launch, reason, actor: approvals.request_approval(launch, actor=actor),
    "approve": lambda launch, reason, actor: approvals.approve(_request_of(launch), actor=actor, reason=reason),
    "refuse": lambda launch, reason, actor: approvals.refuse(_request_of(launch), actor=actor, reason=reason),
    "veto": lambda launch, reason, actor: approvals.veto(_request_of(launch), actor=actor, reason=reason),
    "launch": lambda launch, reason, actor: change_stage(
        launch.initiative, to=launch.target_stage, actor=actor, reason=reason
    ),
    "evaluate": lambda launch, reason, actor: evaluate_launch(launch, actor=actor),
    "cancel": lambda launch, reason, actor: launches.cancel_launch(launch, actor=actor, reason=reason),
}
