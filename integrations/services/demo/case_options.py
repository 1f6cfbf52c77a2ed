"""What the demo's business cases compare, the assumptions behind them, who decided, and what was booked since."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.services.demo.cases import adoption_of, amounts_of, driver_values
from integrations.services.demo.content import first_day_of_month, read
from integrations.services.demo.people import Cast
from portfolio.models import BusinessCase, CaseOption, CashLine, CashPeriod, Initiative
from portfolio.services.actuals import record_actuals, record_forecast
from portfolio.services.business_cases import change_business_case
from portfolio.services.case_drivers import create_driver
from portfolio.services.case_lifecycle import approve_case, submit_case
from portfolio.services.case_lines import create_line, delete_line
from portfolio.services.case_options import change_option, create_option
from portfolio.services.staffing import create_staffing_line
from tenancy.actor import Actor


def create_case_options(cast: Cast, initiatives: Mapping[str, Initiative]) -> None:
    """Drivers, formulas and people of the build options, and what else could be done."""
    for row in read("case_options")["case"]:
        case = BusinessCase.objects.get(initiative=initiatives[row["initiative"]])
        with cast.acting(row["by"]) as actor:
            build = CaseOption.objects.get(case=case)
            for line in CashLine.objects.filter(option=build, name__in=row.get("replaces", [])):
                delete_line(line, actor=actor)
            _fill(build, row, cast, actor, is_shared=True)
            for option_row in row.get("option", []):
                words = {name: option_row[name] for name in ("kind", "name", "description")}
                _fill(create_option(case, actor=actor, **words), option_row, cast, actor)
            if "users_key" in row:
                change_business_case(case, actor=actor, users_key=row["users_key"], actions_key=row["actions_key"])


def decide_cases(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Submissions, approvals, and what was booked and is expected on what was approved; needs the valuations."""
    content = read("case_options")
    for row in content["case"]:
        if "submitted_by" in row:
            _submit(cast, row["submitted_by"], BusinessCase.objects.get(initiative=initiatives[row["initiative"]]))
    for row in content["decided"]:
        case = BusinessCase.objects.get(initiative=initiatives[row["initiative"]])
        _submit(cast, row["submitted_by"], case)
        with cast.acting(row["approved_by"]) as actor:
            approve_case(case, actor=actor, note=row["note"])
        with cast.acting("finance") as actor:
            _book(case, row["booked"], today, actor)
            _expect(case, row.get("expected", {}), today, actor)
    for row in content["booked"]:
        with cast.acting(row["by"]) as actor:
            _book(BusinessCase.objects.get(initiative=initiatives[row["initiative"]]), row["booked"], today, actor)


def _submit(cast: Cast, handle: str, case: BusinessCase) -> None:
    with cast.acting(handle) as actor:
        submit_case(case, actor=actor)


def _fill(option: CaseOption, row: dict[str, Any], cast: Cast, actor: Actor, *, is_shared: bool = False) -> None:
    """Adoption, drivers, lines and people of one option; shared drivers hold for the whole case."""
    if "adoption" in row:
        change_option(option, actor=actor, **adoption_of(row))
    for driver in row.get("drivers", []):
        scope = None if is_shared else option
        create_driver(option.case, actor=actor, option=scope, **driver_values(driver, cast))
    for line in row.get("lines", []):
        amounts = amounts_of(option.case.start_month, line["segments"]) if "segments" in line else None
        formula = line.get("formula", "")
        create_line(option, category=line["category"], name=line["name"], amounts=amounts, formula=formula, actor=actor)
    for people in row.get("people", []):
        create_staffing_line(
            option,
            role=people["role"],
            monthly_rate=Decimal(people["rate"]),
            person_months=dict(_person_months(option.case.start_month, people["segments"])),
            actor=actor,
        )


def _person_months(start: date, segments: list[list[Any]]) -> Iterator[tuple[date, Decimal]]:
    for first, last, count in segments:
        for month in range(first, last + 1):
            yield first_day_of_month(start, month), Decimal(str(count))


def _book(case: BusinessCase, shares: Mapping[str, float], today: date, actor: Actor) -> None:
    """Actual amounts of every month that is over, in the categories named; a bill is never exactly the plan."""
    for line in CashLine.objects.filter(case=case, option__is_recommended=True, category__in=shares):
        planned = CashPeriod.objects.planned().filter(line=line, month__lt=first_day_of_month(today, 0))
        booked = {
            month: _share_of(amount, shares[line.category] + _wobble(month))
            for month, amount in planned.values_list("month", "amount")
        }
        record_actuals(line, booked, source="manual:ledger export", actor=actor)


def _expect(case: BusinessCase, shares: Mapping[str, float], today: date, actor: Actor) -> None:
    for line in CashLine.objects.filter(case=case, option__is_recommended=True, category__in=shares):
        planned = CashPeriod.objects.planned().filter(line=line, month__gte=first_day_of_month(today, 0))
        amounts = {
            month: _share_of(amount, shares[line.category]) for month, amount in planned.values_list("month", "amount")
        }
        record_forecast(line, amounts, source="quarterly review", actor=actor)


def _wobble(month: date) -> float:
    """A few per cent up or down, the same for the same month."""
    return ((month.month * 7 + month.year) % 5 - 2) / 100


def _share_of(amount: Decimal, share: float) -> Decimal:
    return (amount * Decimal(str(round(share, 2)))).quantize(Decimal(10))
