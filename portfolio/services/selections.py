"""Selections: create, change, delete, and read their candidates again."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from collaboration.enums import FieldType
from collaboration.models import CustomField
from core.errors import InvalidInputError, NotPermittedError
from portfolio import hooks
from portfolio.enums import InitiativeLevel, Stage
from portfolio.models import (
    Initiative,
    Portfolio,
    SelectionCandidate,
    SelectionDemand,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionRun,
)
from portfolio.models.selection import QUARTER_STARTS
from portfolio.models.selection_enums import SelectionStatus, SelectionValue
from portfolio.services.access import PORTFOLIO_VIEW_ONLY, lock_permitted
from portfolio.services.selection_inputs import MONTHS_PER_QUARTER, ReadDemand, read_demands, read_values
from portfolio.validators import add_months, months_between
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

MAX_CANDIDATES = 5000
LAST_QUARTER = date(9990, 1, 1)
_FILTERS = frozenset({"portfolio", "theme", "stages", "levels"})
_VALUE = frozenset({"value_source", "scoring_round", "value_field"})
_WINDOW = frozenset({"first_quarter", "quarter_count"})
CHANGEABLE = frozenset({"name", "purpose", "relative_gap", "time_limit_seconds"}) | _FILTERS | _VALUE | _WINDOW
EDITABLE = CHANGEABLE | {"currency"}
DEFAULT_STAGES = (Stage.IDEA, Stage.DISCOVERY, Stage.VALIDATED)
_BATCH = 1000


@transaction.atomic
def create_selection(*, actor: Actor, **fields: Any) -> SelectionRun:
    """A selection with its candidates, what they are worth and take, and the prerequisites others know of.

    Without filters it looks at initiatives nobody builds yet; the first quarter defaults to the next one, the
    currency to the organization's.
    """
    actor.require("selection_run.create")
    now = timezone.now()
    run = SelectionRun(
        currency=actor.organization.currency, setup_changed_at=now, first_quarter=next_quarter(now.date())
    )
    if "stages" not in fields and "levels" not in fields:
        fields = {**fields, "stages": list(DEFAULT_STAGES), "levels": [InitiativeLevel.INITIATIVE]}
    assign(run, _normalized(fields), editable=EDITABLE)
    _require_sound(run, actor)
    named_action("selection_run.created")
    save_checked(run)
    _read_candidates(run, actor=actor)
    return run


@transaction.atomic
def change_selection(
    run: SelectionRun, /, *, actor: Actor, expected_version: int | None = None, **changes: Any
) -> SelectionRun:
    """Change what is asked. Entered amounts keep their quarters when the window moves; entered values go with
    their source, because a score is no money.
    """
    actor.require("selection_run.change")
    locked = lock_permitted(run, "change", actor=actor, expected_version=expected_version)
    before = locked.first_quarter
    changed = set(assign(locked, _normalized(changes), editable=CHANGEABLE))
    if not changed:
        return locked
    _require_sound(locked, actor)
    named_action("selection_run.changed")
    save_checked(locked, update_fields=sorted(changed))
    if changed & _WINDOW:
        _move_amounts(locked, before)
    if changed & _VALUE:
        SelectionCandidate.objects.filter(run=locked, is_value_entered=True).update(is_value_entered=False)
    if changed & (_FILTERS | _VALUE | _WINDOW):
        _read_candidates(locked, actor=actor)
    if changed - {"name", "purpose"}:
        mark_changed(locked)
    return locked


@transaction.atomic
def delete_selection(run: SelectionRun, *, actor: Actor) -> None:
    """Delete the selection with its results."""
    actor.require("selection_run.delete")
    locked = lock_permitted(run, "change", actor=actor)
    named_action("selection_run.deleted")
    delete_checked(locked)


@transaction.atomic
def refresh_candidates(run: SelectionRun, *, actor: Actor, expected_version: int | None = None) -> SelectionRun:
    """Read candidates, values and demands again; what people entered stays, who no longer fits leaves."""
    actor.require("selection_run.change")
    locked = lock_permitted(run, "change", actor=actor, expected_version=expected_version)
    named_action("selection_run.read_again")
    _read_candidates(locked, actor=actor)
    mark_changed(locked)
    return locked


def mark_changed(run: SelectionRun) -> None:
    """Note on the locked run that its result, or the search under way, is about something else now."""
    run.setup_changed_at = timezone.now()
    if run.status == SelectionStatus.SOLVED:
        run.status = SelectionStatus.CHANGED
    run.save(update_fields=["setup_changed_at", "status", "updated_at"])
    run.refresh_from_db(fields=["version"])


def next_quarter(today: date) -> date:
    """The first day of the quarter after the day's."""
    return add_months(quarter_of(today), MONTHS_PER_QUARTER)


def quarter_of(day: date) -> date:
    """The first day of the day's quarter."""
    return date(day.year, QUARTER_STARTS[(day.month - 1) // MONTHS_PER_QUARTER], 1)


def _normalized(fields: dict[str, Any]) -> dict[str, Any]:
    """Any day of a quarter stands for the quarter; a source's question goes with the source."""
    made = dict(fields)
    if isinstance(made.get("first_quarter"), date):
        made["first_quarter"] = quarter_of(made["first_quarter"])
    source = made.get("value_source")
    if source is not None and source != SelectionValue.SCORE:
        made["scoring_round"] = None
    if source is not None and source != SelectionValue.CUSTOM_FIELD:
        made["value_field"] = ""
    return made


def _require_sound(run: SelectionRun, actor: Actor) -> None:
    if run.first_quarter > LAST_QUARTER:
        raise InvalidInputError("The first quarter is too far away.", pointer="first_quarter")
    if run.value_source == SelectionValue.SCORE:
        _require_round(run)
    if run.value_source == SelectionValue.CUSTOM_FIELD:
        _require_field(run)
    if run.portfolio is not None and not Portfolio.objects.open_for_writing(actor).filter(pk=run.portfolio_id).exists():
        raise NotPermittedError(PORTFOLIO_VIEW_ONLY, pointer="portfolio")


def _require_round(run: SelectionRun) -> None:
    if run.scoring_round is None:
        raise InvalidInputError("Choose the scoring round whose scores count.", pointer="scoring_round")
    if run.scoring_round.computed_at is None:
        raise InvalidInputError("This scoring round has no results yet: close it first.", pointer="scoring_round")


def _require_field(run: SelectionRun) -> None:
    numbers = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY}
    fields = CustomField.objects.in_use().of(Initiative)
    if not fields.filter(key=run.value_field, type__in=numbers).exists():
        raise InvalidInputError("Initiatives have no number field with this key.", pointer="value_field")


def _fitting(run: SelectionRun, actor: Actor) -> list[Initiative]:
    rows = Initiative.objects.permitted(actor)
    for name, value in (("portfolio", run.portfolio_id), ("theme", run.theme_id)):
        if value is not None:
            rows = rows.filter(**{name: value})
    for name, values in (("stage__in", run.stages), ("level__in", run.levels)):
        if values:
            rows = rows.filter(**{name: values})
    found = list(rows.order_by("pk")[: MAX_CANDIDATES + 1])
    if len(found) > MAX_CANDIDATES:
        raise InvalidInputError(f"More than {MAX_CANDIDATES:,} initiatives fit; narrow them down.", pointer="stages")
    return found


def _read_candidates(run: SelectionRun, *, actor: Actor) -> None:
    initiatives = _fitting(run, actor)
    wanted = {each.pk for each in initiatives}
    SelectionCandidate.objects.filter(run=run).exclude(initiative__in=wanted).delete()
    known = {each.initiative_id: each for each in SelectionCandidate.objects.filter(run=run)}
    fresh = [SelectionCandidate(run=run, initiative=each) for each in initiatives if each.pk not in known]
    values = read_values(run, initiatives, actor=actor)
    for candidate in (*known.values(), *fresh):
        if not candidate.is_value_entered:
            read = values[candidate.initiative_id]
            candidate.value, candidate.value_note = read.value, read.note[:300]
    SelectionCandidate.objects.bulk_create(fresh, batch_size=_BATCH)
    SelectionCandidate.objects.bulk_update(known.values(), ["value", "value_note"], batch_size=_BATCH)
    candidates = {**known, **{each.initiative_id: each for each in fresh}}
    _write_demands(run, candidates, read_demands(run, initiatives, actor=actor))
    _add_prerequisites(run, candidates, actor)


def _write_demands(
    run: SelectionRun, candidates: dict[UUID, SelectionCandidate], read: dict[UUID, list[ReadDemand]]
) -> None:
    """Replace what was read before; a candidate with entered amounts of teams keeps exactly those teams."""
    SelectionDemand.objects.filter(candidate__run=run, is_entered=False).delete()
    entered = SelectionDemand.objects.filter(candidate__run=run).values_list("candidate_id", "team_id")
    kept = set(entered)
    with_teams = {candidate for candidate, team in kept if team is not None}
    rows = [
        SelectionDemand(candidate=candidates[key], team_id=each.team_id, amounts=each.amounts, note=each.note[:300])
        for key, demands in read.items()
        for each in demands
        if (candidates[key].pk, each.team_id) not in kept
        and (each.team_id is None or candidates[key].pk not in with_teams)
    ]
    SelectionDemand.objects.bulk_create(rows, batch_size=_BATCH)


def _add_prerequisites(run: SelectionRun, candidates: dict[UUID, SelectionCandidate], actor: Actor) -> None:
    """What other floors know of initiatives that wait for each other; their earlier answers are replaced."""
    SelectionPrerequisite.objects.filter(run=run).exclude(source="").delete()
    answers: Iterable[hooks.InitiativeDependency] = hooks.initiative_dependencies.collect(
        initiative_ids=set(candidates), actor=actor
    )
    rows = [
        SelectionPrerequisite(
            run=run, dependent=candidates[each.dependent_id], needed=candidates[each.needed_id], source=each.source
        )
        for each in answers
        if each.dependent_id in candidates and each.needed_id in candidates and each.dependent_id != each.needed_id
    ]
    SelectionPrerequisite.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def _move_amounts(run: SelectionRun, before: date) -> None:
    offset = months_between(before, run.first_quarter) // MONTHS_PER_QUARTER
    rows: list[Any] = [
        *SelectionDemand.objects.filter(candidate__run=run, is_entered=True),
        *SelectionLimit.objects.filter(run=run),
    ]
    for row in rows:
        row.amounts = shifted(row.amounts, offset, run.quarter_count)
        row.save(update_fields=["amounts", "updated_at"])


def shifted(amounts: Sequence[Decimal | None], offset: int, count: int) -> list[Decimal | None]:
    """The amounts of a window `count` quarters long that starts `offset` quarters later; None where new."""
    wanted = range(offset, offset + count)
    return [amounts[index] if 0 <= index < len(amounts) else None for index in wanted]
