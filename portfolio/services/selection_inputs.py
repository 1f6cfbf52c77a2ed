"""What candidates are worth and take, read from business cases, scoring rounds and custom fields; writes nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from portfolio.enums import CaseStatus, CashSide
from portfolio.models import BusinessCase, CashPeriod, Initiative, ScoreResult, SelectionRun, StaffingPeriod, Valuation
from portfolio.models.selection_enums import SelectionValue
from portfolio.selectors.exchange_rates import RateMissingError, RateTable, rate_table
from portfolio.validators import add_months
from tenancy.actor import Actor

_CENT = Decimal("0.01")
_PLACES = Decimal("0.0001")
_LARGEST = Decimal(10) ** 15
MONTHS_PER_QUARTER = 3


@dataclass(frozen=True)
class ReadValue:
    """What a candidate is worth, and where that comes from; None with the reason why it is not known."""

    value: Decimal | None
    note: str


@dataclass(frozen=True)
class ReadDemand:
    """What a candidate takes of a resource (team None: of the budget) per quarter; None where not known."""

    team_id: UUID | None
    amounts: list[Decimal | None]
    note: str


@dataclass(frozen=True)
class _Plan:
    """The business case that counts for an initiative."""

    currency: str
    first_month: date
    last_month: date
    label: str


def quarters_of(run: SelectionRun) -> list[date]:
    """The first days of the run's quarters."""
    return [add_months(run.first_quarter, MONTHS_PER_QUARTER * index) for index in range(run.quarter_count)]


def read_values(run: SelectionRun, initiatives: Sequence[Initiative], *, actor: Actor) -> dict[UUID, ReadValue]:
    """The value of each initiative by the run's source."""
    source = SelectionValue(run.value_source)
    if source is SelectionValue.SCORE:
        return _scores(run, initiatives)
    if source is SelectionValue.CUSTOM_FIELD:
        return {each.pk: _of_field(each.custom_fields.get(run.value_field)) for each in initiatives}
    if source is SelectionValue.OWN:
        return {each.pk: ReadValue(None, "Nobody has entered a value.") for each in initiatives}
    return _net_present_values(run, initiatives, actor)


def read_demands(run: SelectionRun, initiatives: Sequence[Initiative], *, actor: Actor) -> dict[UUID, list[ReadDemand]]:
    """What each initiative takes: always a row for the budget, and one for its owning team if it has one."""
    plans = _plans(initiatives)
    rates = rate_table(actor, {run.currency} | {plan.currency for plan in plans.values()})
    costs = _by_month(_costs(run, initiatives), "line__case__initiative_id", "amount")
    with_costs = _with_any(_costs(None, initiatives), "line__case__initiative_id")
    people = _by_month(_person_months(run, initiatives), f"{_STAFFED}__initiative_id", "person_months")
    with_people = _with_any(_person_months(None, initiatives), f"{_STAFFED}__initiative_id")
    found: dict[UUID, list[ReadDemand]] = {}
    for each in initiatives:
        plan = plans.get(each.pk)
        in_run = _converter(plan, run, rates)
        rows = [_demand(run, None, plan, costs.get(each.pk, {}), each.pk in with_costs, in_run, "costs")]
        if each.owning_team_id is not None:
            counted = people.get(each.pk, {})
            rows.append(
                _demand(
                    run, each.owning_team_id, plan, counted, each.pk in with_people, lambda amount: amount, "people"
                )
            )
        found[each.pk] = rows
    return found


_STAFFED = "staffing_line__line__case"


def _plans(initiatives: Iterable[Initiative]) -> dict[UUID, _Plan]:
    cases = BusinessCase.objects.current().filter(initiative__in=[each.pk for each in initiatives])
    return {
        case.initiative_id: _Plan(
            currency=case.currency,
            first_month=case.start_month,
            last_month=add_months(case.start_month, case.horizon_months - 1),
            label=_case_label(case.status, case.revision),
        )
        for case in cases
    }


def _case_label(status: str, revision: int) -> str:
    return f"{CaseStatus(status).label} business case, revision {revision}"


def _costs(run: SelectionRun | None, initiatives: Iterable[Initiative]) -> Any:
    rows = CashPeriod.objects.planned().filter(
        line__side=CashSide.COST,
        line__option__is_recommended=True,
        line__case__is_current=True,
        line__case__initiative__in=[each.pk for each in initiatives],
    )
    return _in_window(rows, run)


def _person_months(run: SelectionRun | None, initiatives: Iterable[Initiative]) -> Any:
    rows = StaffingPeriod.objects.filter(
        staffing_line__line__option__is_recommended=True,
        staffing_line__line__case__is_current=True,
        staffing_line__line__case__initiative__in=[each.pk for each in initiatives],
    )
    return _in_window(rows, run)


def _in_window(rows: Any, run: SelectionRun | None) -> Any:
    if run is None:
        return rows
    end = add_months(run.first_quarter, MONTHS_PER_QUARTER * run.quarter_count)
    return rows.filter(month__gte=run.first_quarter, month__lt=end)


def _by_month(rows: Any, initiative: str, amount: str) -> dict[UUID, dict[date, Decimal]]:
    found: dict[UUID, dict[date, Decimal]] = defaultdict(dict)
    summed = rows.order_by().values(initiative, "month").annotate(total=Sum(amount))
    for key, month, total in summed.values_list(initiative, "month", "total"):
        found[key][month] = total
    return found


def _with_any(rows: Any, initiative: str) -> set[UUID]:
    return set(rows.order_by().values_list(initiative, flat=True).distinct())


def _converter(plan: _Plan | None, run: SelectionRun, rates: RateTable) -> Callable[[Decimal], Decimal]:
    today = timezone.now().date()

    def convert(amount: Decimal) -> Decimal:
        return amount if plan is None else rates.convert(amount, plan.currency, run.currency, today)

    return convert


def _demand(
    run: SelectionRun,
    team_id: UUID | None,
    plan: _Plan | None,
    by_month: Mapping[date, Decimal],
    has_any: bool,
    convert: Callable[[Decimal], Decimal],
    what: str,
) -> ReadDemand:
    """Within its horizon a plan knows its quarters, also those it leaves empty; after it nothing is known."""
    unknown: list[Decimal | None] = [None] * run.quarter_count
    if plan is None:
        return ReadDemand(team_id, unknown, "It has no business case.")
    if not has_any:
        plural = "cost" if what == "costs" else "staffing"
        return ReadDemand(team_id, unknown, f"The business case plans no {plural}.")
    try:
        amounts = [_in_quarter(quarter, plan, by_month, convert) for quarter in quarters_of(run)]
    except RateMissingError as error:
        return ReadDemand(team_id, unknown, error.message)
    is_cut = None in amounts
    note = f"{plan.label}; it ends in {plan.last_month:%B %Y}." if is_cut else f"{plan.label}."
    return ReadDemand(team_id, amounts, note)


def _in_quarter(
    quarter: date, plan: _Plan, by_month: Mapping[date, Decimal], convert: Callable[[Decimal], Decimal]
) -> Decimal | None:
    if quarter > plan.last_month:
        return None
    months = [add_months(quarter, index) for index in range(MONTHS_PER_QUARTER)]
    return convert(sum((by_month.get(month, Decimal(0)) for month in months), Decimal(0))).quantize(_CENT)


def _net_present_values(run: SelectionRun, initiatives: Sequence[Initiative], actor: Actor) -> dict[UUID, ReadValue]:
    keys = [each.pk for each in initiatives]
    valuations = Valuation.objects.recommended().of_present_inputs().filter(case__is_current=True)
    columns = ("case__initiative_id", "npv", "npv_p50", "currency", "case__status", "case__revision")
    rows = list(valuations.filter(case__initiative__in=keys).values_list(*columns))
    rates = rate_table(actor, {run.currency, *(row[3] for row in rows)})
    with_case = set(BusinessCase.objects.current().filter(initiative__in=keys).values_list("initiative_id", flat=True))
    missing = {key: ReadValue(None, "Its business case is not valued.") for key in with_case}
    known = {row[0]: _net_present_value(run, row, rates) for row in rows}
    none = ReadValue(None, "It has no business case.")
    return {key: known.get(key) or missing.get(key) or none for key in keys}


def _net_present_value(run: SelectionRun, row: tuple[Any, ...], rates: RateTable) -> ReadValue:
    _, npv, npv_p50, currency, status, revision = row
    amount = npv_p50 if run.value_source == SelectionValue.NPV_P50 else npv
    if amount is None:
        return ReadValue(None, "Its business case was not simulated.")
    try:
        converted = rates.convert(amount, currency, run.currency, timezone.now().date())
    except RateMissingError as error:
        return ReadValue(None, error.message)
    return ReadValue(converted.quantize(_CENT), f"{_case_label(status, revision)}.")


def _scores(run: SelectionRun, initiatives: Sequence[Initiative]) -> dict[UUID, ReadValue]:
    results = ScoreResult.objects.filter(
        item__round=run.scoring_round_id, item__initiative__in=[each.pk for each in initiatives]
    )
    found = {
        key: ReadValue(
            None if score is None else Decimal(repr(score)).quantize(_PLACES), reason or "Score of the round."
        )
        for key, score, reason in results.values_list("item__initiative_id", "score", "reason")
    }
    none = ReadValue(None, "The scoring round has no result for it.")
    return {each.pk: found.get(each.pk, none) for each in initiatives}


def _of_field(held: Any) -> ReadValue:
    """Numbers of custom fields are JSON numbers or decimal texts."""
    if held is None or isinstance(held, bool):
        return ReadValue(None, "The custom field is empty.")
    try:
        value = Decimal(str(held))
    except InvalidOperation:
        return ReadValue(None, "The custom field holds no number.")
    if not value.is_finite() or abs(value) >= _LARGEST:
        return ReadValue(None, "The custom field holds no usable number.")
    return ReadValue(value.quantize(_PLACES), "Custom field.")
