"""Single lines of an option: added, changed, removed; all lines at once are written by cash_lines."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from core.errors import InvalidInputError
from portfolio.enums import ActualSource
from portfolio.models import BusinessCase, CaseOption, CashLine, CashPeriod
from portfolio.services.access import lock_permitted
from portfolio.services.cash_lines import LineInput, replace_lines, require_consistent
from portfolio.services.kpi_rollups import request_rollup
from portfolio.services.usage_touching import request_unit_costs
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, save_checked

# Where actual amounts come from is no part of the plan: it may be said of a decided case too.
FEED = frozenset({"actual_source", "kpi", "value_per_unit"})

Amounts = Mapping[date, Decimal]


@transaction.atomic
def create_line(
    option: CaseOption, *, category: str, name: str, actor: Actor, amounts: Amounts | None = None, **settings: Any
) -> CashLine:
    """Add a cost or a benefit to the option; with a formula its amounts are computed."""
    actor.require("cash_line.create")
    kept = _as_inputs(option)
    new = LineInput(category=category, name=name, amounts=amounts or {}, settings=settings)
    _replace(option, [*kept, new], len(kept), actor)
    line: CashLine = CashLine.objects.get(option=option, position=len(kept))
    return line


@transaction.atomic
def change_line(line: CashLine, *, actor: Actor, amounts: Amounts | None = None, **changes: Any) -> CashLine:
    """Change what is named; with `amounts` the whole plan of the line.

    Where only its feed is named the case keeps its version, and a decided case takes the change too.
    """
    actor.require("cash_line.change")
    if changes and amounts is None and FEED.issuperset(changes):
        return _change_feed(line, changes, actor)
    inputs = _as_inputs(line.option)
    index = next((index for index, each in enumerate(inputs) if each.id == line.pk), None)
    if index is None:
        raise InvalidInputError("There is no such line in this business case.", pointer="id")
    old = inputs[index]
    inputs[index] = LineInput(
        id=line.pk,
        category=changes.pop("category", old.category),
        name=changes.pop("name", old.name),
        amounts=old.amounts if amounts is None else amounts,
        settings=changes,
    )
    _replace(line.option, inputs, index, actor)
    changed: CashLine = CashLine.objects.get(pk=line.pk)
    return changed


@transaction.atomic
def delete_line(line: CashLine, *, actor: Actor) -> None:
    """Remove a cost or a benefit with all its amounts."""
    actor.require("cash_line.delete")
    inputs = [each for each in _as_inputs(line.option) if each.id != line.pk]
    replace_lines(line.case, option=line.option, lines=inputs, actor=actor)


def _change_feed(line: CashLine, changes: Mapping[str, Any], actor: Actor) -> CashLine:
    lock_permitted(line.case, "change", actor=actor)
    locked: CashLine = CashLine.objects.for_update().get(pk=line.pk)
    changed = assign(locked, changes, editable=FEED)
    if changed:
        require_consistent(locked)
        named_action("cash_line.feed_changed")
        save_checked(locked, update_fields=changed)
        _request_amounts(locked, actor)
    return locked


def _request_amounts(line: CashLine, actor: Actor) -> None:
    """Have the amounts of a line that is now fed brought in; people enter their own."""
    if line.actual_source == ActualSource.USAGE:
        request_unit_costs(actor=actor)
    elif line.actual_source == ActualSource.KPI:
        request_rollup(actor=actor)


def _replace(option: CaseOption, inputs: list[LineInput], index: int, actor: Actor) -> None:
    """Write all lines; a refusal of this one points at its own field."""
    prefix = f"lines/{index}/"
    try:
        replace_lines(option.case, option=option, lines=inputs, actor=actor)
    except InvalidInputError as refusal:
        if refusal.pointer and refusal.pointer.startswith(prefix):
            refusal.pointer = refusal.pointer.removeprefix(prefix)
        raise


def _as_inputs(option: CaseOption) -> list[LineInput]:
    """The option's lines as they are; read under the case's lock, so that nothing written meanwhile is lost."""
    BusinessCase.objects.for_update().get(pk=option.case_id)
    lines = list(CashLine.objects.filter(option=option).order_by("position", "pk"))
    amounts: dict[Any, dict[date, Decimal]] = {line.pk: {} for line in lines}
    rows = CashPeriod.objects.planned().filter(line__in=lines).values_list("line_id", "month", "amount")
    for line_id, month, amount in rows:
        amounts[line_id][month] = amount
    return [LineInput(id=line.pk, category=line.category, name=line.name, amounts=amounts[line.pk]) for line in lines]
