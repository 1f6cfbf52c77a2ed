"""The lines of a business case, written as a whole: what is not listed goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from core.errors import InvalidInputError
from portfolio.enums import (
    BENEFIT_CATEGORIES,
    ActualSource,
    BenefitKind,
    CashCategory,
    CashSide,
    LineAnchor,
    SpendKind,
)
from portfolio.models import BusinessCase, CaseOption, CashLine, CashPeriod
from portfolio.services.business_cases import by_month_of_plan, open_case, record_inputs
from portfolio.validators import checked_amount
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign

MAX_LINES = 200
# What a line is beside its name and category.
SETTINGS = frozenset(
    {
        "formula",
        "anchor",
        "offset_months",
        "duration_months",
        "spend_kind",
        "benefit_kind",
        "actual_source",
        "kpi",
        "value_per_unit",
    }
)
_WRITTEN = SETTINGS | {"side", "category", "name", "position"}


@dataclass(frozen=True)
class LineInput:
    """One line as it shall be; `id` names an existing line of the case, None makes a new one.

    The category decides the side. `amounts` holds positive amounts by month (any day of it stands
    for the month); a month left out plans no payment. `settings` are the line's other fields; those
    not named stay as they are, or at their defaults for a new line. Amounts of a line with a formula
    or people are computed and need not be given.
    """

    category: str
    name: str
    amounts: Mapping[date, Decimal] = field(default_factory=dict)
    id: UUID | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def side(self) -> str:
        return CashSide.BENEFIT if self.category in BENEFIT_CATEGORIES else CashSide.COST


@transaction.atomic
def replace_lines(
    case: BusinessCase,
    *,
    lines: Sequence[LineInput],
    actor: Actor,
    option: CaseOption | None = None,
    expected_version: int | None = None,
) -> BusinessCase:
    """Make these the lines of one option (None: the recommended one) and have the case valued.

    Only what differs is written. `pointer` of a refusal reads like lines/2/amounts/2026-03. With
    `expected_version` a case that somebody else changed meanwhile is refused.
    """
    actor.require("cash_line.change")
    locked = open_case(case, actor, expected_version=expected_version)
    wanted = _checked(locked, lines)
    offered = _option(locked, option)
    existing = {line.pk: line for line in CashLine.objects.filter(case=locked, option=offered)}
    _require_own_ids(wanted, existing)
    named_action("business_case.lines_replaced")
    rows = _write_lines(offered, wanted, existing)
    _write_amounts(offered, rows, wanted)
    kept = {row.pk for row in rows}
    CashLine.objects.filter(pk__in=[pk for pk in existing if pk not in kept]).delete()
    # Always: the case's version stands for everything in it, names of lines included.
    record_inputs(locked, actor=actor)
    return locked


def _option(case: BusinessCase, option: CaseOption | None) -> CaseOption:
    options = CaseOption.objects.filter(case=case)
    found = options.filter(is_recommended=True) if option is None else options.filter(pk=option.pk)
    row = found.first()
    if row is None:
        raise InvalidInputError("There is no such option in this business case.", pointer="option")
    return row


def _checked(case: BusinessCase, lines: Sequence[LineInput]) -> list[LineInput]:
    if len(lines) > MAX_LINES:
        raise InvalidInputError(f"A business case has at most {MAX_LINES} lines.", pointer="lines")
    return [_checked_line(case, line, f"lines/{index}") for index, line in enumerate(lines)]


def _checked_line(case: BusinessCase, line: LineInput, pointer: str) -> LineInput:
    if line.category not in CashCategory.values:
        raise InvalidInputError("There is no such category.", pointer=f"{pointer}/category")
    name = line.name.strip()
    if not name or len(name) > 200:
        raise InvalidInputError("Give the line a name of at most 200 characters.", pointer=f"{pointer}/name")
    amounts = by_month_of_plan(case, line.amounts, pointer=f"{pointer}/amounts", checked=checked_amount)
    return LineInput(category=line.category, name=name, amounts=amounts, id=line.id, settings=line.settings)


def _require_own_ids(wanted: Sequence[LineInput], existing: Mapping[UUID, CashLine]) -> None:
    seen: set[UUID] = set()
    for index, line in enumerate(wanted):
        if line.id is None:
            continue
        if line.id not in existing:
            raise InvalidInputError("There is no such line in this business case.", pointer=f"lines/{index}/id")
        if line.id in seen:
            raise InvalidInputError("This line is listed twice.", pointer=f"lines/{index}/id")
        seen.add(line.id)


def _write_lines(option: CaseOption, wanted: Sequence[LineInput], existing: Mapping[UUID, CashLine]) -> list[CashLine]:
    rows, created, changed = [], [], []
    for position, line in enumerate(wanted):
        row = existing.get(line.id) if line.id else None
        values = {"side": line.side, "category": line.category, "name": line.name, "position": position}
        if row is None or row.side != line.side:
            is_cost = line.side == CashSide.COST
            values["spend_kind"] = SpendKind.OPEX if is_cost else ""
            values["benefit_kind"] = "" if is_cost else BenefitKind.HARD
        if row is None:
            row = CashLine(case_id=option.case_id, option=option)
            assign(row, {**values, **line.settings}, editable=_WRITTEN)
            created.append(row)
        elif assign(row, {**values, **line.settings}, editable=_WRITTEN):
            changed.append(row)
        if row in created or row in changed:
            require_consistent(row, f"lines/{position}/")
        rows.append(row)
    CashLine.objects.bulk_create(created)
    CashLine.objects.bulk_update(changed, sorted(_WRITTEN))
    return rows


def require_consistent(line: CashLine, prefix: str = "") -> None:
    """Refuse fields of a line that are wrong or contradict each other; `prefix` goes before the field's name."""
    try:
        line.clean_fields(exclude=["organization", "case", "option", "kpi", "based_on"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInputError(messages[0], pointer=f"{prefix}{name}") from error
    wrong_kind = "benefit_kind" if line.side == CashSide.COST else "spend_kind"
    if getattr(line, wrong_kind):
        message = "Costs are capital or operating expenditure, benefits are hard or soft."
        raise InvalidInputError(message, pointer=f"{prefix}{wrong_kind}")
    if line.anchor == LineAnchor.NONE and line.offset_months < 0:
        raise InvalidInputError("The line would begin before the plan.", pointer=f"{prefix}offset_months")
    _require_fitting_feed(line, prefix)


def _require_fitting_feed(line: CashLine, prefix: str) -> None:
    """Costs are metered by usage, benefits measured by a KPI; people may enter both."""
    if line.actual_source == ActualSource.USAGE and line.side != CashSide.COST:
        raise InvalidInputError("Only costs are fed by AI usage.", pointer=f"{prefix}actual_source")
    if line.actual_source != ActualSource.KPI:
        return
    if line.side != CashSide.BENEFIT:
        raise InvalidInputError("Only benefits are fed by a KPI.", pointer=f"{prefix}actual_source")
    if line.kpi_id is None or line.value_per_unit is None:
        missing = "kpi" if line.kpi_id is None else "value_per_unit"
        message = "A benefit fed by a KPI needs the KPI and the value of one unit."
        raise InvalidInputError(message, pointer=f"{prefix}{missing}")
    if line.value_per_unit <= 0:
        raise InvalidInputError("One unit must be worth more than nothing.", pointer=f"{prefix}value_per_unit")


def _write_amounts(option: CaseOption, rows: Sequence[CashLine], wanted: Sequence[LineInput]) -> None:
    """Write the amounts that differ."""
    planned = CashPeriod.objects.planned().filter(line__option=option)
    stored = {(period.line_id, period.month): period for period in planned}
    created, changed, kept = [], [], set()
    for row, line in zip(rows, wanted, strict=True):
        for month, amount in line.amounts.items():
            period = stored.get((row.pk, month))
            kept.add((row.pk, month))
            if period is None:
                created.append(CashPeriod(line=row, month=month, amount=amount))
            elif period.amount != amount:
                period.amount = amount
                changed.append(period)
    gone = [period.pk for key, period in stored.items() if key not in kept]
    CashPeriod.objects.filter(pk__in=gone).delete()
    CashPeriod.objects.bulk_update(changed, ["amount"])
    CashPeriod.objects.bulk_create(created)
