"""The sheet of an option as services see it: saved at once or not at all, computed without being saved."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.errors import InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashLine, CashPeriod, StaffingLine, StaffingPeriod
from portfolio.selectors.case_content import content_of
from portfolio.services.business_cases import CaseNotOpenError
from portfolio.services.case_plans import CaseProblemError
from portfolio.services.case_sheet_preview import preview_sheet
from portfolio.services.case_sheets import DriverInput, PeopleInput, Sheet, save_measures, save_sheet
from portfolio.services.cash_lines import LineInput
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, CashLineFactory, recommended_option

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def driver(key="users", likely="100", **values) -> DriverInput:
    fields = {"key": key, "name": key, "unit": "", "formula": "", "option": None}
    return DriverInput({**fields, "low": Decimal(likely), "likely": Decimal(likely), "high": Decimal(likely), **values})


def sheet(**parts) -> Sheet:
    sales = LineInput(category="revenue", name="Sales", settings={"formula": "users * 2", "duration_months": 3})
    return Sheet(**{"lines": [sales], "drivers": [driver()], **parts})


@pytest.fixture
def option(scope) -> CaseOption:
    return recommended_option(BusinessCaseFactory())


def save(option, wanted, actor):
    return save_sheet(option, wanted, actor=actor, expected_version=BusinessCase.objects.get(pk=option.case_id).version)


def test_drivers_people_lines_and_settings_are_saved_with_one_valuation(option, scope):
    people = PeopleInput("Engineer", Decimal(100), {JANUARY: Decimal("1.5")}, "capex")
    wanted = sheet(people=[people], settings={"adoption_shape": "linear", "adoption_ceiling": "0.5"})

    save(option, wanted, scope)

    lines = {line.name: line for line in CashLine.objects.all()}
    amounts = {
        name: list(CashPeriod.objects.filter(line=line).values_list("amount", flat=True))
        for name, line in lines.items()
    }
    assert amounts == {"Sales": [200, 200, 200], "Engineer": [150]}
    assert lines["Engineer"].spend_kind == "capex"
    option.refresh_from_db()
    assert (option.adoption_shape, option.adoption_ceiling) == ("linear", "0.5")
    assert Job.objects.count() == 1


def test_driver_and_formula_that_names_it_are_renamed_together(option, scope):
    save(option, sheet(), scope)
    line, stored = CashLine.objects.get(), CaseDriver.objects.get()
    lines = [LineInput(category="revenue", name="Sales", id=line.pk, settings={"formula": "seats * 2"})]

    save(option, sheet(lines=lines, drivers=[replace(driver("seats"), id=stored.pk)]), scope)

    assert CaseDriver.objects.get().key == "seats"
    assert CashLine.objects.get().formula == "seats * 2"


def test_what_is_not_listed_goes(option, scope):
    people = PeopleInput("Engineer", Decimal(100), {JANUARY: Decimal(1)}, "opex")
    save(option, sheet(people=[people]), scope)

    save(option, Sheet(lines=[LineInput(category="vendor", name="Us", amounts={JANUARY: Decimal(1)})]), scope)

    assert [line.name for line in CashLine.objects.all()] == ["Us"]
    assert (CaseDriver.objects.count(), StaffingLine.objects.count(), StaffingPeriod.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"drivers": [driver(low=Decimal(200))]}, "drivers/0/likely"),
        ({"drivers": [driver(), driver("Not a key")]}, "drivers/1/key"),
        ({"drivers": [driver(), driver()]}, "drivers/1/key"),
        ({"drivers": []}, "lines/0/formula"),
        ({"drivers": [driver(unit="users/")]}, "drivers/users/unit"),
        ({"people": [PeopleInput("", Decimal(1), {}, "opex")]}, "people/0/role"),
        ({"people": [PeopleInput("A", Decimal(1), {JANUARY: Decimal(-1)}, "opex")]}, "people/0/person_months/2026-01"),
        ({"forecast": {0: {date(2031, 1, 1): Decimal(1)}}}, "lines/0/forecast/2031-01"),
        ({"actual": {0: {JANUARY: Decimal(-1)}}}, "lines/0/actual/2026-01"),
        ({"settings": {"adoption_start_month": 0}}, "settings/adoption_start_month"),
    ],
)
def test_refusal_points_at_its_place_and_nothing_is_saved(option, scope, parts, pointer):
    with pytest.raises(InvalidInputError) as refusal:
        save(option, sheet(**parts), scope)

    assert refusal.value.pointer == pointer
    assert (CashLine.objects.count(), CaseDriver.objects.count()) == (0, 0)


def test_every_problem_of_the_formulas_has_its_place(option, scope):
    lines = [LineInput(category="revenue", name=name, settings={"formula": "nobody"}) for name in ("A", "B")]

    with pytest.raises(CaseProblemError) as refusal:
        save(option, sheet(lines=lines), scope)

    assert [pointer for pointer, _ in refusal.value.places] == ["lines/0/formula", "lines/1/formula"]
    assert refusal.value.message == "A: Character 1: nobody is not known here."


def test_stale_version_and_decided_case_are_refused(option, scope):
    with pytest.raises(StaleVersionError):
        save_sheet(option, sheet(), actor=scope, expected_version=99)
    BusinessCase.objects.filter(pk=option.case_id).update(status="submitted")

    with pytest.raises(CaseNotOpenError):
        save(option, sheet(), scope)


def test_viewer_may_not_save(option, viewer):
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        save(option, sheet(), viewer)


def test_decided_case_still_takes_forecast_and_actual(option, scope):
    line = CashLineFactory(case=option.case)
    BusinessCase.objects.filter(pk=option.case_id).update(status="approved")
    wanted = Sheet(
        lines=[LineInput(category=line.category, name=line.name, id=line.pk)],
        forecast={0: {FEBRUARY: Decimal(5)}},
        actual={0: {JANUARY: Decimal(7)}},
    )

    save_measures(option, wanted, actor=scope)

    assert set(CashPeriod.objects.values_list("measure", "amount")) == {("forecast", 5), ("actual", 7)}


def test_preview_computes_and_writes_nothing(option, scope, django_assert_num_queries):
    content = content_of(option.case)
    people = PeopleInput("Engineer", Decimal(100), {JANUARY: Decimal(2)}, "opex")
    uncertain = driver(low=Decimal(50), high=Decimal(200))

    with django_assert_num_queries(0):
        found = preview_sheet(content, option, sheet(people=[people], drivers=[uncertain]), actor=scope, trials=1000)

    assert list(found.line_amounts[0][:4]) == [200, 200, 200, 0]
    assert found.people_amounts[0][0] == 200
    assert found.results.simulation.trials == 1000
    assert (content.lines, content.drivers, CashLine.objects.count()) == ([], [], 0)


def test_preview_says_what_cannot_be_computed_and_what_saving_would_refuse(option, scope):
    content = content_of(option.case)
    unknown = [LineInput(category="revenue", name="Sales", settings={"formula": "users * prise"})]
    negative = [LineInput(category="revenue", name="Sales", settings={"formula": "0 - users"})]

    missing = preview_sheet(content, option, sheet(lines=unknown), actor=scope)
    below = preview_sheet(content, option, sheet(lines=negative), actor=scope)
    empty = preview_sheet(content, option, Sheet(lines=[]), actor=scope)

    assert list(missing.problems) == [("lines/0/formula", "Sales: Character 9: prise is not known here.")]
    assert list(below.problems) == [("lines/0/formula", "Sales: the formula gives a negative amount in month 1.")]
    assert (empty.results, empty.problems) == (None, ())
