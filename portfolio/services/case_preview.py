"""What a business case would be worth with edits that are not saved: computed on the server, nothing is written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from core.errors import InvalidInputError
from portfolio.enums import BENEFIT_CATEGORIES, BenefitKind, CashSide, SpendKind
from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashLine
from portfolio.selectors.case_content import CaseContent, content_of
from portfolio.services.business_cases import EDITABLE as CASE_FIELDS
from portfolio.services.case_drivers import EDITABLE as DRIVER_FIELDS
from portfolio.services.case_options import EDITABLE as OPTION_FIELDS
from portfolio.services.case_plans import CaseProblemError, plans_of
from portfolio.services.cash_lines import MAX_LINES, SETTINGS
from portfolio.services.valuations import figures_of_results, results_of
from portfolio.validators import checked_amount, first_of_month, require_calendar
from tenancy.actor import Actor

# Enough for a stable picture while one types; a valuation takes the case's own number.
PREVIEW_TRIALS = 1000
_REFERENCES = ("organization", "case", "option", "kpi", "owner", "based_on", "initiative", "submitted_by", "decided_by")


@dataclass(frozen=True)
class CaseEdits:
    """Unsaved edits: each a mapping of fields; with `id` of a stored record it changes that, without it is new.

    A line may have `amounts` (month to amount), which are then all it plans; a new line needs
    `option`, `category` and `name`. `removed` are ids of lines, drivers and options.
    """

    case: Mapping[str, Any] = field(default_factory=dict)
    options: Sequence[Mapping[str, Any]] = ()
    drivers: Sequence[Mapping[str, Any]] = ()
    lines: Sequence[Mapping[str, Any]] = ()
    removed: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class PreviewProblem:
    """What keeps an option from being computed, at the field a person would correct."""

    message: str
    code: str
    pointer: str | None
    position: int | None = None


@dataclass(frozen=True)
class OptionPreview:
    """Figures of one option as a valuation would hold them, with the reasons of those without an answer.

    `plans` are the amounts of its lines by line and month, computed ones included. `figures` is
    empty while `problems` stand in the way.
    """

    option: CaseOption
    figures: dict[str, Any]
    reasons: dict[str, str]
    plans: dict[UUID, dict[date, Decimal]]
    problems: tuple[PreviewProblem, ...] = ()


def preview_case(case: BusinessCase, edits: CaseEdits, *, actor: Actor) -> list[OptionPreview]:
    """Value every option with the edits and 1,000 trials; problems of formulas are part of the answer."""
    actor.require("business_case.view")
    content = content_of(BusinessCase.objects.permitted(actor).get(pk=case.pk))
    _apply(content, edits)
    return [_preview(content, option) for option in content.options]


def _preview(content: CaseContent, option: CaseOption) -> OptionPreview:
    lines = content.lines_of(option)
    try:
        plans = {line.pk: dict(content.fixed_amounts(line)) for line in lines if not line.formula}
        plans |= plans_of(content, option)
        if not content.is_known(option):
            return OptionPreview(option, {}, {"npv": "There is no amount yet."}, plans)
        results = results_of(content, option, trials=PREVIEW_TRIALS)
    except InvalidInputError as error:
        position = error.position if isinstance(error, CaseProblemError) else None
        texts = error.reasons or (error.message,)
        problems = tuple(PreviewProblem(text, error.code, error.pointer, position) for text in texts)
        return OptionPreview(option, {}, {}, {}, problems)
    reasons = {name: reason.message for name, reason in results.reasons.items()}
    figures = figures_of_results(results)
    figures["total_costs"] = _total(plans, lines, CashSide.COST)
    figures["total_benefits"] = _total(plans, lines, CashSide.BENEFIT)
    return OptionPreview(option, figures, reasons, plans)


def _total(plans: Mapping[UUID, Mapping[date, Decimal]], lines: Sequence[CashLine], side: CashSide) -> Decimal:
    chosen = (plans.get(line.pk, {}) for line in lines if line.side == side)
    return sum((amount for months in chosen for amount in months.values()), Decimal(0))


def _apply(content: CaseContent, edits: CaseEdits) -> None:
    """Change the rows in memory; refuses, at its field, what could not be saved either."""
    _set(content.case, edits.case, CASE_FIELDS, "case")
    require_calendar(content.case.start_month, content.case.horizon_months)
    content.options = [option for option in content.options if option.pk not in edits.removed]
    content.drivers = [driver for driver in content.drivers if driver.pk not in edits.removed]
    content.lines = [line for line in content.lines if line.pk not in edits.removed]
    for index, fields in enumerate(edits.options):
        option = _stored(content.options, fields, f"options/{index}") or _new_option(content)
        _set(option, fields, OPTION_FIELDS, f"options/{index}")
    for index, fields in enumerate(edits.drivers):
        driver = _stored(content.drivers, fields, f"drivers/{index}") or _new_driver(content)
        _set(driver, {"name": fields.get("key", driver.key), **fields}, DRIVER_FIELDS, f"drivers/{index}")
    if len(content.lines) + len(edits.lines) > MAX_LINES * max(len(content.options), 1):
        raise InvalidInputError(f"An option has at most {MAX_LINES} lines.", pointer="lines")
    for index, fields in enumerate(edits.lines):
        _apply_line(content, fields, f"lines/{index}")


def _stored(rows: Sequence[Any], fields: Mapping[str, Any], pointer: str) -> Any:
    """The row an edit is about; None for a new one."""
    wanted = fields.get("id")
    if wanted is None:
        return None
    found = next((row for row in rows if row.pk == wanted), None)
    if found is None:
        raise InvalidInputError("There is no such record in this business case.", pointer=f"{pointer}/id")
    return found


def _new_option(content: CaseContent) -> CaseOption:
    option = CaseOption(case=content.case, position=len(content.options))
    content.options.append(option)
    return option


def _new_driver(content: CaseContent) -> CaseDriver:
    driver = CaseDriver(case=content.case, position=len(content.drivers))
    content.drivers.append(driver)
    return driver


def _apply_line(content: CaseContent, fields: Mapping[str, Any], pointer: str) -> None:
    line = _stored(content.lines, fields, pointer)
    if line is None:
        option = next((each for each in content.options if each.pk == fields.get("option")), None)
        if option is None:
            raise InvalidInputError("There is no such option in this business case.", pointer=f"{pointer}/option")
        line = CashLine(case=content.case, option=option, position=len(content.lines_of(option)))
        content.lines.append(line)
    category = fields.get("category", line.category)
    if category != line.category:
        is_benefit = category in BENEFIT_CATEGORIES
        line.side = CashSide.BENEFIT if is_benefit else CashSide.COST
        line.benefit_kind, line.spend_kind = (BenefitKind.HARD, "") if is_benefit else ("", SpendKind.OPEX)
    _set(line, fields, SETTINGS | {"category", "name"}, pointer)
    if "amounts" in fields:
        content.planned[line.pk] = {
            first_of_month(day): checked_amount(amount, f"{pointer}/amounts/{day:%Y-%m}")
            for day, amount in fields["amounts"].items()
        }


def _set(row: Any, fields: Mapping[str, Any], allowed: Collection[str], pointer: str) -> None:
    named = {name: value for name, value in fields.items() if name in allowed}
    for name, value in named.items():
        setattr(row, name, value)
    if not named:
        return
    try:
        row.clean_fields(exclude=[name for name in _REFERENCES if name in {each.name for each in row._meta.fields}])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInputError(messages[0], pointer=f"{pointer}/{name}") from error
