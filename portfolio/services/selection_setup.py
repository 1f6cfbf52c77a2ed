"""The setup of a selection: limits, what candidates are worth and take, and the rules between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from core.errors import InvalidInputError
from portfolio.models import (
    SelectionCandidate,
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionRun,
)
from portfolio.models.selection_enums import SelectionRule
from portfolio.services.access import lock_permitted
from portfolio.services.selections import mark_changed
from tenancy.actor import Actor
from tenancy.models import Team
from tenancy.scope import named_action
from tenancy.services.saving import save_checked

_LARGEST = Decimal(10) ** 15
_LARGEST_VALUE = Decimal(10) ** 18
MAX_RULES = 10_000
LONGEST_NAME = 80
_BATCH = 1000
Amounts = Sequence[Decimal | None]


@dataclass(frozen=True)
class AmountsInput:
    """Amounts per quarter of the budget (team None) or of a team, in order; None where not known or not limited."""

    team: Team | None
    amounts: Amounts


@transaction.atomic
def set_limits(run: SelectionRun, limits: Iterable[AmountsInput], *, actor: Actor) -> SelectionRun:
    """Make these the limits; a resource that is not among them is not limited."""
    actor.require("selection_run.change")
    locked = lock_permitted(run, "change", actor=actor)
    rows = list(limits)
    _require_amounts(rows, locked, pointer="limits")
    named_action("selection_run.limits_set")
    SelectionLimit.objects.filter(run=locked).delete()
    for row in rows:
        if any(amount is not None for amount in row.amounts):
            save_checked(SelectionLimit(run=locked, team=row.team, amounts=list(row.amounts)))
    mark_changed(locked)
    return locked


@transaction.atomic
def set_rules(run: SelectionRun, rules: Mapping[UUID, str], *, actor: Actor) -> int:
    """Decide beforehand on candidates, by the id of the initiative; returns how many changed."""
    actor.require("selection_run.change")
    locked = lock_permitted(run, "change", actor=actor)
    candidates = _candidates(locked, rules, pointer="rules")
    unknown = sorted(set(rules.values()) - set(SelectionRule.values))
    if unknown:
        raise InvalidInputError(f"There is no rule {unknown[0]!r}.", pointer="rules")
    changed = [candidates[key] for key, rule in rules.items() if candidates[key].rule != rule]
    for candidate in changed:
        candidate.rule = rules[candidate.initiative_id]
    if changed:
        named_action("selection_run.rules_set")
        SelectionCandidate.objects.bulk_update(changed, ["rule"], batch_size=_BATCH)
        mark_changed(locked)
    return len(changed)


@transaction.atomic
def change_candidate(
    candidate: SelectionCandidate,
    *,
    actor: Actor,
    rule: str | None = None,
    value: Decimal | None = None,
    is_value_entered: bool | None = None,
    demands: Sequence[AmountsInput] | None = None,
) -> SelectionCandidate:
    """Change what is said of a candidate; what is not named stays.

    With `is_value_entered` True `value` counts (None: not known); False gives the value back to its source, which
    the next reading fills in. `demands` replace all of the candidate's amounts.
    """
    actor.require("selection_run.change")
    locked = lock_permitted(candidate.run, "change", actor=actor)
    found: SelectionCandidate = SelectionCandidate.objects.for_update().get(pk=candidate.pk, run=locked)
    named_action("selection_candidate.changed")
    if rule is not None:
        found.rule = rule
    if is_value_entered is not None:
        _enter_value(found, value, is_entered=is_value_entered)
    save_checked(found)
    if demands is not None:
        _enter_demands(locked, found, demands)
    mark_changed(locked)
    found.refresh_from_db()
    return found


@transaction.atomic
def set_prerequisites(run: SelectionRun, pairs: Iterable[tuple[UUID, UUID]], *, actor: Actor) -> SelectionRun:
    """Make these the prerequisites, as (initiative, what it needs); those found elsewhere stay marked as such."""
    actor.require("selection_run.change")
    locked = lock_permitted(run, "change", actor=actor)
    wanted = list(dict.fromkeys(pairs))
    candidates = _candidates(locked, (key for pair in wanted for key in pair), pointer="prerequisites")
    if any(dependent == needed for dependent, needed in wanted):
        raise InvalidInputError("A candidate cannot need itself.", pointer="prerequisites")
    named_action("selection_run.prerequisites_set")
    known = {
        (row.dependent.initiative_id, row.needed.initiative_id): row
        for row in SelectionPrerequisite.objects.filter(run=locked).select_related("dependent", "needed")
    }
    gone = [row.pk for pair, row in known.items() if pair not in set(wanted)]
    SelectionPrerequisite.objects.filter(pk__in=gone).delete()
    fresh = [
        SelectionPrerequisite(run=locked, dependent=candidates[dependent], needed=candidates[needed])
        for dependent, needed in wanted
        if (dependent, needed) not in known
    ]
    SelectionPrerequisite.objects.bulk_create(fresh, batch_size=_BATCH)
    mark_changed(locked)
    return locked


@transaction.atomic
def set_exclusions(run: SelectionRun, groups: Mapping[str, Sequence[UUID]], *, actor: Actor) -> SelectionRun:
    """Make these the groups of which at most one candidate is chosen, by name."""
    actor.require("selection_run.change")
    locked = lock_permitted(run, "change", actor=actor)
    candidates = _candidates(locked, (key for members in groups.values() for key in members), pointer="exclusions")
    for name, members in groups.items():
        if not name.strip() or len(name) > LONGEST_NAME:
            raise InvalidInputError("A group has a name of at most 80 characters.", pointer="exclusions")
        if len(set(members)) < 2:
            raise InvalidInputError(f"“{name}” needs at least two candidates.", pointer="exclusions")
    named_action("selection_run.exclusions_set")
    SelectionExclusion.objects.filter(run=locked).delete()
    SelectionExclusion.objects.bulk_create(
        [
            SelectionExclusion(run=locked, name=name.strip(), candidate=candidates[key])
            for name, members in groups.items()
            for key in dict.fromkeys(members)
        ],
        batch_size=_BATCH,
    )
    mark_changed(locked)
    return locked


def _candidates(run: SelectionRun, keys: Iterable[UUID], *, pointer: str) -> dict[UUID, SelectionCandidate]:
    """The run's candidates by the id of their initiative; refuses an initiative that is none."""
    wanted = set(keys)
    if len(wanted) > MAX_RULES:
        raise InvalidInputError(f"At most {MAX_RULES:,} candidates at once.", pointer=pointer)
    found = {row.initiative_id: row for row in SelectionCandidate.objects.filter(run=run, initiative__in=wanted)}
    if len(found) < len(wanted):
        raise InvalidInputError("An initiative named here is not a candidate of this selection.", pointer=pointer)
    return found


def _enter_value(candidate: SelectionCandidate, value: Decimal | None, *, is_entered: bool) -> None:
    if value is not None and (not value.is_finite() or abs(value) >= _LARGEST_VALUE):
        raise InvalidInputError("A value must be a number below 10^18.", pointer="value")
    candidate.is_value_entered = is_entered
    candidate.value = value if is_entered else None
    candidate.value_note = (
        ("Entered." if value is not None else "Entered as not known.") if is_entered else "Not read yet."
    )


def _enter_demands(run: SelectionRun, candidate: SelectionCandidate, demands: Sequence[AmountsInput]) -> None:
    _require_amounts(demands, run, pointer="demands")
    before = {row.team_id: row for row in SelectionDemand.objects.filter(candidate=candidate)}
    named = {row.team.pk if row.team else None for row in demands}
    gone = [row.pk for team_id, row in before.items() if team_id not in named]
    SelectionDemand.objects.filter(pk__in=gone).delete()
    for row in demands:
        known = before.get(row.team.pk if row.team else None)
        if known is not None and list(known.amounts) == list(row.amounts):
            continue
        demand = known or SelectionDemand(candidate=candidate, team=row.team)
        demand.amounts, demand.note, demand.is_entered = list(row.amounts), "Entered.", True
        save_checked(demand)


def _require_amounts(rows: Sequence[AmountsInput], run: SelectionRun, *, pointer: str) -> None:
    teams = [row.team.pk if row.team else None for row in rows]
    if len(set(teams)) < len(teams):
        raise InvalidInputError("A resource is named twice.", pointer=pointer)
    for row in rows:
        name = row.team or "The budget"
        if len(row.amounts) != run.quarter_count:
            raise InvalidInputError(f"{name}: give {run.quarter_count} amounts, one a quarter.", pointer=pointer)
        for amount in row.amounts:
            if amount is not None and (not amount.is_finite() or not 0 <= amount < _LARGEST):
                raise InvalidInputError(f"{name}: an amount is a number from 0 to below 10^15.", pointer=pointer)
