"""What a case holds and how it moves: formulas, people, anchored lines, and money per month."""

from datetime import date
from decimal import Decimal

import pytest

from core.errors import InvalidInputError
from portfolio.enums import CaseStatus, Measure
from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashLine, CashPeriod, Valuation
from portfolio.selectors.case_money import money_of_case, money_of_initiative
from portfolio.services.actuals import record_actuals, record_forecast
from portfolio.services.business_cases import change_business_case, create_business_case
from portfolio.services.case_drivers import change_driver, create_driver
from portfolio.services.case_lines import change_line, create_line
from portfolio.services.case_options import change_option, create_option
from portfolio.services.initiatives import change_initiative
from portfolio.services.staffing import change_staffing_line, create_staffing_line, delete_staffing_line
from portfolio.services.valuations import value_business_case
from tests.factories.portfolio import InitiativeFactory

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))


@pytest.fixture
def initiative(scope):
    return InitiativeFactory(start_on=date(2026, 2, 10), end_on=date(2026, 6, 30))


@pytest.fixture
def case(scope, initiative):
    return create_business_case(initiative=initiative, actor=scope, start_month=JANUARY, horizon_months=4, trials=200)


@pytest.fixture
def option(case):
    return CaseOption.objects.get(case=case)


def plan_of(line):
    return dict(CashPeriod.objects.planned().filter(line=line).values_list("month", "amount"))


def test_formula_is_computed_for_the_months_of_the_line_and_follows_its_drivers(scope, case, option):
    driver = create_driver(case, actor=scope, key="price", unit="EUR", low=1, likely=2, high=3)
    line = create_line(
        option,
        category="vendor",
        name="Licence",
        formula="price * month",
        offset_months=1,
        duration_months=2,
        actor=scope,
    )
    first = plan_of(line)

    change_driver(driver, actor=scope, likely=Decimal("2.5"))

    assert first == {FEBRUARY: Decimal(4), MARCH: Decimal(6)}
    assert plan_of(line) == {FEBRUARY: Decimal(5), MARCH: Decimal("7.50")}


def test_adoption_curve_of_an_option_drives_its_formulas(scope, case, option):
    create_driver(case, actor=scope, key="users", unit="users", low=100, likely=100, high=100)
    create_driver(case, actor=scope, key="fee", unit="EUR/user", low=10, likely=10, high=10)
    change_option(option, actor=scope, adoption_shape="linear", adoption_ceiling="0.8", adoption_months="4")

    line = create_line(option, category="revenue", name="Fees", formula="users * adoption * fee", actor=scope)

    assert list(plan_of(line).values()) == [Decimal(200), Decimal(400), Decimal(600), Decimal(800)]


def test_an_option_without_a_curve_leaves_out_drivers_that_need_one_unless_a_line_names_them(scope, case, option):
    create_driver(case, actor=scope, key="users", unit="users", low=100, likely=100, high=100)
    change_option(option, actor=scope, adoption_shape="linear")
    create_driver(case, actor=scope, key="active", formula="users * adoption")
    create_line(option, category="revenue", name="Fees", formula="active / users * 12", actor=scope)
    change_business_case(case, actor=scope, users_key="active")

    nothing = create_option(case, actor=scope, kind="do_nothing", name="Do nothing")
    with pytest.raises(InvalidInputError, match="adoption is not known here"):
        create_line(nothing, category="revenue", name="Fees", formula="active", actor=scope)


def test_a_driver_of_an_option_takes_the_place_of_the_cases(scope, case, option):
    other = create_option(case, actor=scope, kind="buy", name="Buy")
    create_driver(case, actor=scope, key="price", unit="EUR", low=1, likely=1, high=1)
    create_driver(case, actor=scope, option=other, key="price", unit="EUR", low=9, likely=9, high=9)

    lines = [create_line(each, category="vendor", name="Fee", formula="price", actor=scope) for each in (option, other)]

    assert [plan_of(line)[JANUARY] for line in lines] == [Decimal(1), Decimal(9)]


def test_people_cost_their_months_times_their_rate(scope, case, option):
    staffing = create_staffing_line(
        option, role="Data engineer", monthly_rate=Decimal(9000), person_months={JANUARY: Decimal("0.5")}, actor=scope
    )
    line = staffing.line
    before = plan_of(line)

    change_staffing_line(staffing, actor=scope, monthly_rate=Decimal(10000), person_months={FEBRUARY: Decimal(2)})
    after = plan_of(line)
    change_business_case(case, actor=scope, start_month=FEBRUARY)
    moved = plan_of(line)
    delete_staffing_line(staffing, actor=scope)

    assert (line.category, before) == ("engineering", {JANUARY: Decimal(4500)})
    assert (after, moved) == ({FEBRUARY: Decimal(20000)}, {MARCH: Decimal(20000)})
    assert not CashLine.objects.exists()


def test_anchored_lines_move_with_the_initiatives_dates(scope, initiative, case, option):
    fixed = create_line(
        option, category="training", name="Run", anchor="start", amounts={FEBRUARY: Decimal(70)}, actor=scope
    )
    formula = create_line(
        option, category="support", name="Desk", anchor="start", offset_months=1, formula="10", actor=scope
    )
    still = create_line(option, category="vendor", name="Fee", amounts={JANUARY: Decimal(5)}, actor=scope)

    change_initiative(initiative, actor=scope, start_on=date(2026, 3, 2))
    first = (plan_of(fixed), sorted(plan_of(formula)), plan_of(still))
    change_initiative(initiative, actor=scope, start_on=date(2026, 5, 1))

    assert first == ({MARCH: Decimal(70)}, [APRIL], {JANUARY: Decimal(5)})
    case.refresh_from_db()
    assert (plan_of(fixed), case.horizon_months) == ({date(2026, 5, 1): Decimal(70)}, 5)


def test_dates_before_the_plan_are_refused_with_the_line_to_correct(scope, initiative, case, option):
    create_line(option, category="training", name="Run", anchor="start", amounts={FEBRUARY: Decimal(70)}, actor=scope)

    with pytest.raises(InvalidInputError, match="would begin in 2025-11, before its plan"):
        change_initiative(initiative, actor=scope, start_on=date(2025, 11, 3))


def test_a_line_cannot_hang_on_a_date_the_initiative_lacks(scope):
    case = create_business_case(initiative=InitiativeFactory(), actor=scope, start_month=JANUARY)

    with pytest.raises(InvalidInputError, match="the initiative has no end date") as refusal:
        create_line(CaseOption.objects.get(case=case), category="vendor", name="Fee", anchor="end", actor=scope)

    assert refusal.value.pointer == "anchor"


def test_dates_move_the_forecast_of_an_approved_case_and_not_its_plan(scope, initiative, case, option):
    line = create_line(
        option, category="training", name="Run", anchor="start", amounts={FEBRUARY: Decimal(70)}, actor=scope
    )
    BusinessCase.objects.filter(pk=case.pk).update(status=CaseStatus.APPROVED)

    change_initiative(initiative, actor=scope, start_on=date(2026, 4, 1))
    moved = dict(CashPeriod.objects.forecast().filter(line=line).values_list("month", "amount"))
    change_initiative(initiative, actor=scope, start_on=date(2026, 2, 1))

    assert plan_of(line) == {FEBRUARY: Decimal(70)}
    assert moved == {FEBRUARY: Decimal(0), APRIL: Decimal(70)}
    assert not CashPeriod.objects.forecast().filter(line=line).exists()


def test_a_shorter_plan_must_not_cut_people_off(scope, case, option):
    create_staffing_line(
        option, role="Data engineer", monthly_rate=Decimal(1), person_months={APRIL: Decimal(1)}, actor=scope
    )

    with pytest.raises(InvalidInputError, match="1 amounts lie after the new horizon"):
        change_business_case(case, actor=scope, horizon_months=3)


def test_every_option_is_valued_once_for_the_same_inputs_and_doing_nothing_is_worth_nothing(scope, case, option):
    create_option(case, actor=scope, kind="do_nothing", name="Do nothing")
    create_option(case, actor=scope, kind="buy", name="Buy")
    create_line(option, category="vendor", name="Fee", amounts={JANUARY: Decimal(5)}, actor=scope)

    first = value_business_case(case.pk, actor=scope)
    again = value_business_case(case.pk, actor=scope)

    valued = {row.option.name: row for row in Valuation.objects.select_related("option")}
    assert (first.pk, set(valued)) == (again.pk, {"Build", "Do nothing"})
    nothing = valued["Do nothing"]
    assert (nothing.npv, nothing.irr_reason) == (Decimal(0), "no_cash_flow")
    assert nothing.explanation["reason_texts"]["irr"] == "There is no cash flow."
    assert nothing.explanation["reason_texts"]["npv_p50"].startswith("No driver has a range")


def test_same_seed_same_spread(scope, case, option):
    create_driver(case, actor=scope, key="price", unit="EUR", low=1, likely=2, high=9)
    create_line(option, category="vendor", name="Fee", formula="price", actor=scope)
    first = value_business_case(case.pk, actor=scope)

    change_business_case(case, actor=scope, simulation_seed=2)
    other = value_business_case(case.pk, actor=scope)
    change_business_case(case, actor=scope, simulation_seed=1)
    back = value_business_case(case.pk, actor=scope)

    assert (first.seed, first.trials, other.seed) == (1, 200, 2)
    assert first.npv_p50 != other.npv_p50
    assert back.pk == first.pk


def test_plan_forecast_and_actual_per_month_and_in_total(scope, initiative, case, option):
    cost = create_line(
        option, category="vendor", name="Fee", amounts={JANUARY: Decimal(100), FEBRUARY: Decimal(100)}, actor=scope
    )
    record_forecast(cost, {FEBRUARY: Decimal(150)}, actor=scope)
    record_actuals(cost, {JANUARY: Decimal(130)}, source="manual", actor=scope)

    table = money_of_case(case)
    before = money_of_initiative(initiative, actor=scope)
    BusinessCase.objects.filter(pk=case.pk).update(status=CaseStatus.APPROVED)
    after = money_of_initiative(initiative, actor=scope)

    assert (table.costs.plan, table.costs.forecast, table.costs.actual) == (200, 250, 130)
    assert (table.costs.variance, table.costs.variance_share) == (30, Decimal("0.3"))
    assert (table.benefits.actual, table.benefits.variance) == (None, None)
    assert [each.costs.actual for each in table.months] == [130, None, None, None]
    assert (before.currency, after.budget) == (None, Decimal(200))


def test_a_line_changes_side_with_its_category_and_keeps_no_wrong_kind(scope, case, option):
    line = create_line(option, category="vendor", name="Fee", spend_kind="capex", actor=scope)

    changed = change_line(line, actor=scope, category="revenue")

    assert (changed.side, changed.spend_kind, changed.benefit_kind) == ("benefit", "", "hard")
    with pytest.raises(InvalidInputError) as refusal:
        change_line(line, actor=scope, spend_kind="opex")
    assert refusal.value.pointer == "spend_kind"


def test_what_has_no_amount_has_no_value(scope, case):
    CaseDriver.objects.create(case=case, key="price", name="Price")

    assert value_business_case(case.pk, actor=scope) is None
    assert not CashPeriod.objects.filter(measure=Measure.PLAN).exists()
