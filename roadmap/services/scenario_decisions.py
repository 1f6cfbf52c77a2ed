"""Decisions on scenarios: approved into the live plan, whole or in part, or refused."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from roadmap.calc.scenarios import DEMAND_PARTS, EFFECTIVE, INCLUDED, SHOWN, Demand, demand_with, overlay, writes
from roadmap.enums import (
    BaselineReason,
    ItemStatus,
    PlanChangeKind,
    PlanNoteKind,
    PlanNoteStatus,
    ScenarioStatus,
)
from roadmap.models import Baseline, PlanNote, Roadmap, Scenario, ScenarioChange
from roadmap.models.scenario import LONGEST_REASON
from roadmap.selectors.judged_changes import JudgedChange, proposal_of, shown_values
from roadmap.selectors.people import membership_of
from roadmap.selectors.scenario_demands import PlannedDemand
from roadmap.selectors.scenarios import PlannedItem, ScenarioPlan, plan_with
from roadmap.services.access import lock_permitted
from roadmap.services.baselines import take_baseline
from roadmap.services.plan_changes import apply_changes_to_plan
from roadmap.services.planned_changes import PlannedChange
from roadmap.services.planned_demands import DemandChange
from roadmap.services.scenarios import conflict_reasons, not_submitted, require_reason, require_short
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import save_checked

_LONGEST_NAME = 200
_LONGEST_TITLE = 300
_DECIDED = ["status", "decided_by", "decided_at", "decision_note"]


class OwnScenarioError(NotPermittedError):
    """Whoever made, changed or submitted a scenario does not decide on it."""

    code = "own_scenario"


class UnresolvedConflictsError(DomainError):
    """The live plan moved meanwhile, and nobody has said what shall hold; `reasons` names each."""

    code = "unresolved_conflicts"


class NothingToApproveError(DomainError):
    """The live plan says all of it already, or nothing was picked."""

    code = "nothing_to_approve"


@transaction.atomic
def approve_scenario(
    scenario: Scenario,
    *,
    actor: Actor,
    note: str = "",
    picked: Collection[UUID] | None = None,
    reason_code: str = "",
) -> Scenario:
    """Make the scenario, or the changes with the ids `picked`, the live plan, and keep a baseline of that.

    One transaction: all of it or nothing. Refused for whoever worked on it, while a conflict is unresolved, and when
    another decision came first. `reason_code` says why promises change, where committed items move. Items that
    leave the plan become unscheduled and planned, with a note that says which scenario decided so.
    """
    locked = _locked(scenario, actor)
    note = require_short(note.strip(), longest=LONGEST_REASON, pointer="note")
    plan = plan_with(locked, actor=actor)
    _require_all_seen(locked, plan)
    chosen = _chosen(plan, picked)
    _require_resolved(chosen)
    keys = {each.change.pk for each in chosen}
    changes, leaving = _to_apply(plan, keys)
    demands = _demands_to_apply(plan, keys)
    if not changes and not demands:
        raise NothingToApproveError("Nothing of it is left to apply: the live plan says so already.")
    named_action("scenario.approved", reason=note)
    _mark_applied(plan, chosen)
    locked.plan_change = apply_changes_to_plan(
        locked.roadmap,
        changes,
        kind=PlanChangeKind.SCENARIO,
        summary=f"Scenario “{locked.name}”",
        actor=actor,
        reason_code=reason_code,
        demands=demands,
    )
    locked.baseline = _baseline(locked, note, actor)
    named_action("scenario.approved", reason=note)
    _keep_notes(locked, leaving, note)
    return _decide(locked, ScenarioStatus.APPROVED, note, actor, also=["plan_change", "baseline"])


@transaction.atomic
def refuse_scenario(scenario: Scenario, *, reason: str, actor: Actor) -> Scenario:
    """Decide against the scenario, and say why; a copy of it can be worked on."""
    locked = _locked(scenario, actor)
    reason = require_reason(reason, longest=LONGEST_REASON)
    named_action("scenario.refused", reason=reason)
    return _decide(locked, ScenarioStatus.REFUSED, reason, actor)


def _locked(scenario: Scenario, actor: Actor) -> Scenario:
    """The submitted scenario, locked: of two decisions at once the second waits here and finds it decided."""
    locked = lock_permitted(scenario, "decide", actor=actor)
    if locked.status != ScenarioStatus.SUBMITTED:
        raise not_submitted(locked)
    member = membership_of(actor)
    if member is not None and not Scenario.objects.filter(pk=locked.pk).not_by(member).exists():
        raise OwnScenarioError("You worked on this scenario; somebody else decides on it.")
    return locked


def _require_all_seen(scenario: Scenario, plan: ScenarioPlan) -> None:
    if ScenarioChange.objects.filter(scenario=scenario).count() > len(plan.changes):
        raise NotPermittedError("It changes items of a portfolio you may not see; somebody who sees them decides.")


def _chosen(plan: ScenarioPlan, picked: Collection[UUID] | None) -> list[JudgedChange]:
    if picked is None:
        return plan.changes
    unknown = set(picked) - {each.change.pk for each in plan.changes}
    if unknown:
        raise InvalidInputError("There is no such change in this scenario.", pointer="picked")
    return [each for each in plan.changes if each.change.pk in set(picked)]


def _require_resolved(chosen: Sequence[JudgedChange]) -> None:
    reasons = conflict_reasons([each for each in chosen if each.is_open])
    if reasons:
        raise UnresolvedConflictsError(reasons[0], reasons=reasons)


def _to_apply(plan: ScenarioPlan, picked: Collection[UUID]) -> tuple[list[PlannedChange], list[PlannedItem]]:
    """What to write, and the items that leave the plan."""
    changes: list[PlannedChange] = []
    leaving: list[PlannedItem] = []
    for planned in plan.items:
        taken = [each for each in planned.changes.values() if each.change.pk in picked and each.effect in SHOWN]
        if not any(each.effect in EFFECTIVE for each in taken):
            continue
        wanted = overlay(planned.live, [proposal_of(each.change) for each in taken])
        written = writes(planned.live, wanted, planned=ItemStatus.PLANNED)
        changes += [PlannedChange(planned.item.pk, field, old, new) for field, (old, new) in written.items()]
        if planned.live[INCLUDED] and not wanted[INCLUDED]:
            leaving.append(planned)
    return changes, leaving


def _demands_to_apply(plan: ScenarioPlan, picked: Collection[UUID]) -> list[DemandChange]:
    """What to write of the demands of the items."""
    found: list[DemandChange] = []
    for planned in plan.items:
        for demand in planned.demands:
            taken = [each for each in demand.changes.values() if each.change.pk in picked]
            wanted = demand_with(demand.live, shown_values(taken))
            if wanted != demand.live:
                found.append(_demand_change(planned, demand, wanted))
    return found


def _demand_change(planned: PlannedItem, demand: PlannedDemand, wanted: Demand | None) -> DemandChange:
    old, new = demand.live, wanted
    if old is not None and new is not None:
        parts = [part for part in DEMAND_PARTS.values() if any(new[name] != old[name] for name in part)]
        old, new = ({name: each[name] for part in parts for name in part} for each in (old, new))
    return DemandChange(planned.item.pk, demand.key, demand.resource, old, new)


def _mark_applied(plan: ScenarioPlan, chosen: Sequence[JudgedChange]) -> None:
    applied = {each.change.pk for each in chosen if each.effect in EFFECTIVE}
    rows = [each.change for each in plan.changes]
    for row in rows:
        row.is_applied = row.pk in applied
        row.updated_at = timezone.now()
    ScenarioChange.objects.bulk_update(rows, ["is_applied", "updated_at"], batch_size=500)


def _baseline(scenario: Scenario, note: str, actor: Actor) -> Baseline:
    name = _free_name(scenario.roadmap, f"{scenario.name}, approved {timezone.localdate():%Y-%m-%d}")
    return take_baseline(scenario.roadmap, name=name, reason=BaselineReason.APPROVAL, note=note, actor=actor)


def _free_name(roadmap: Roadmap, wanted: str) -> str:
    """The name, shortened and numbered where it has to be."""
    taken = set(Baseline.objects.filter(roadmap=roadmap).values_list("name", flat=True))
    name, number = wanted[-_LONGEST_NAME:], 1
    while name in taken:
        number += 1
        name = f"{wanted[-_LONGEST_NAME + 6 :]} ({number})"
    return name


def _keep_notes(scenario: Scenario, leaving: Sequence[PlannedItem], note: str) -> None:
    """Pin the decision to the roadmap, and to every item that left the plan."""
    today = timezone.localdate()

    def pinned(title: str, body: str, planned: PlannedItem | None = None) -> PlanNote:
        return PlanNote(
            roadmap=scenario.roadmap,
            item=planned.item if planned else None,
            kind=PlanNoteKind.DECISION,
            status=PlanNoteStatus.CLOSED,
            title=title[:_LONGEST_TITLE],
            body=body,
            on=today,
        )

    rows = [pinned(f"Scenario “{scenario.name}” approved", note)]
    rows += [
        pinned(f"Left out of the plan by scenario “{scenario.name}”", _reason_for(planned), planned)
        for planned in leaving
    ]
    PlanNote.objects.bulk_create(rows, batch_size=500)


def _reason_for(planned: PlannedItem) -> str:
    was = f"It was planned from {planned.live['start_on']} to {planned.live['end_on']}."
    return f"{planned.changes[INCLUDED].change.reason} {was}".strip()


def _decide(
    scenario: Scenario, status: ScenarioStatus, note: str, actor: Actor, *, also: Sequence[str] = ()
) -> Scenario:
    scenario.status, scenario.decision_note = status, note
    scenario.decided_by, scenario.decided_at = membership_of(actor), timezone.now()
    return save_checked(scenario, update_fields=[*_DECIDED, *also])
