"""All figures of an option, each against a hand calculation, and why some have no answer."""

import json
from dataclasses import asdict, replace

import pytest

from core.calc.errors import CalculationError
from portfolio.calc.adoption import AdoptionShape
from portfolio.calc.break_even import break_even_adoption
from portfolio.calc.business_case import value_cashflow
from portfolio.calc.case_model import Adoption, Hardness, Spending
from portfolio.calc.case_program import CompiledOption
from portfolio.calc.cost_of_delay import cost_of_delay
from portfolio.calc.drivers import Driver
from portfolio.calc.option_results import SIMULATED, value_option
from portfolio.calc.sensitivity import tornado
from tests.factories.portfolio_option import benefit, cost, make_option

SERVICE = make_option(
    cost("Build", amounts=[1000, 500], spending=Spending.CAPEX),
    cost("Run", formula="2 * fee * users", spending=Spending.OPEX, is_cost_to_serve=True, first_month=3),
    benefit("Sales", formula="users * price", hardness=Hardness.HARD),
    benefit("Comfort", formula="users * comfort", hardness=Hardness.SOFT),
    drivers=[
        Driver("eligible", 80, 100, 110, "users"),
        Driver("fee", 1, 1, 2, "EUR/user/month"),
        Driver("price", 8, 10, 20, "EUR/user/month"),
        Driver("comfort", 1, 1, 1, "EUR/user/month"),
        Driver("each", 50, 50, 50, "actions/user/month"),
    ],
    formulas={"users": "eligible * adoption", "actions": "users * each"},
    adoption=Adoption(AdoptionShape.LINEAR, 1, 0.5, 1),
    active_users="users",
    actions="actions",
    annual_discount_rate=0.0,
)


def test_every_figure_of_an_option_by_hand():
    result = value_option(SERVICE, seed=1, trials=500)

    # Fifty users from month 1 on: sales 500 and comfort 50 a month, running costs 100 from month 3 on.
    assert result.valuation.npv == pytest.approx(12 * 550 - 1500 - 10 * 100)
    assert result.npv_hard_only == pytest.approx(12 * 500 - 1500 - 10 * 100)
    assert result.total_cost_of_ownership == pytest.approx(2500)
    assert (result.capex, result.opex) == (1500, pytest.approx(1000))
    assert (result.hard_benefits, result.soft_benefits) == (pytest.approx(6000), pytest.approx(600))
    # 1,000 over 600 user months and 30,000 actions.
    assert result.cost_per_user == pytest.approx(1000 / 600)
    assert result.cost_per_thousand_actions == pytest.approx(1000 * 1000 / 30_000)
    # A hundredth of the 100 eligible users nets 12 * 11 - 10 * 2 = 112.
    assert result.break_even_adoption.value == pytest.approx(1500 / 112 / 100)
    # One month later loses the last month of both: 550 of benefits, 100 of running costs.
    assert result.cost_of_delay == pytest.approx(450)
    assert result.simulation.trials == 500
    assert result.reasons == {}


def test_fixed_amounts_are_valued_like_a_plain_cash_flow():
    costs, benefits = [900, 10, 10], [0, 500, 600]
    option = make_option(cost(amounts=costs), benefit(amounts=benefits), months=3)

    result = value_option(option, seed=1)

    assert result.valuation == value_cashflow(costs, benefits, annual_discount_rate=0.1, periods_per_year=12)
    assert result.line_amounts == ((900, 10, 10), (0, 500, 600))
    assert result.simulation is None
    assert {name: reason.code for name, reason in result.reasons.items()} == {
        "break_even_adoption": "no_adoption",
        "cost_per_user": "not_counted",
        "cost_per_thousand_actions": "not_counted",
        **dict.fromkeys(SIMULATED, "no_uncertainty"),
    }


def test_a_case_given_year_by_year_is_valued_by_the_year():
    costs, benefits = [100_000, 40_000, 40_000], [0, 120_000, 130_000]
    option = make_option(cost(amounts=costs), benefit(amounts=benefits), months=3, periods_per_year=1)

    result = value_option(option, seed=1)

    assert result.valuation == value_cashflow(costs, benefits, annual_discount_rate=0.1, periods_per_year=1)
    assert CompiledOption(option).net_present_values() == pytest.approx(result.valuation.npv)
    # 80,000 grow for a year and 90,000 come in then, out of 100,000 two years before.
    assert result.mirr == pytest.approx(((80_000 * 1.1 + 90_000) / 100_000) ** 0.5 - 1)


def test_modified_rate_of_return_compounds_to_a_year():
    option = make_option(cost(amounts=[100]), benefit(amounts=[0] * 12 + [121]), months=13)

    assert value_option(option, seed=1).mirr == pytest.approx(0.21)


def test_a_case_without_any_money_answers_with_reasons():
    result = value_option(make_option(cost(amounts=[0])), seed=1, trials=0)

    assert result.valuation.npv == 0
    assert {name: reason.code for name, reason in result.reasons.items()} == {
        "irr": "no_cash_flow",
        "mirr": "no_sign_change",
        "roi": "no_costs",
        "profitability_index": "no_costs",
        "payback_months": "no_costs",
        "discounted_payback_months": "no_costs",
        "break_even_adoption": "no_adoption",
        "cost_per_user": "not_counted",
        "cost_per_thousand_actions": "not_counted",
        **dict.fromkeys(SIMULATED, "not_asked_for"),
    }


def test_an_option_without_lines_is_worth_nothing():
    assert value_option(make_option(), seed=1).valuation.npv == 0


def test_nobody_served_is_a_reason():
    result = value_option(replace(SERVICE, adoption=Adoption(ceiling=0.0)), seed=1, trials=0)

    assert result.cost_per_user is None
    assert result.reasons["cost_per_user"].message == "There are no active users over the horizon."


def test_a_formula_impossible_in_some_trials_leaves_the_other_figures():
    option = make_option(benefit(formula="100 * sqrt(share)"), drivers=[Driver("share", -1, 1, 2)])

    result = value_option(option, seed=1)

    assert result.valuation.npv > 0
    assert result.simulation is None
    assert result.reasons["npv_p50"].code == "not_a_number"
    assert result.tornado[0].npv_at_low is None
    assert "sqrt needs" in result.tornado[0].reason


def test_results_can_be_stored_as_json():
    result = value_option(SERVICE, seed=1, trials=100)

    stored = json.loads(json.dumps(asdict(result), allow_nan=False))

    assert stored["simulation"]["p50"] == result.simulation.p50
    assert stored["engine_version"] == "case-engine-1"


def test_amounts_too_large_to_compute_with_are_refused():
    with pytest.raises(CalculationError):
        value_option(make_option(cost(amounts=[1e308, 1e308])), seed=1)


def test_the_widest_swing_comes_first():
    swings = tornado(CompiledOption(SERVICE))

    assert [(swing.driver, swing.npv_at_low, swing.npv_at_high) for swing in swings] == [
        ("price", pytest.approx(4100 - 1200), pytest.approx(4100 + 6000)),
        ("eligible", pytest.approx(80 * 56 - 1500), pytest.approx(110 * 56 - 1500)),
        ("fee", pytest.approx(4100), pytest.approx(3100)),
    ]
    assert swings[0].size == pytest.approx(7200)


@pytest.mark.parametrize(
    ("formula", "code", "ceiling"),
    [
        ("250 * adoption", "found", 0.4),
        ("100 + 0 * adoption", "always_zero", None),
        ("101 + adoption", "always_positive", None),
        ("99 * adoption", "always_negative", None),
        ("100 * adoption", "found", 1.0),
        ("100 + adoption", "found", 0.0),
        ("sqrt(0 - 1 - adoption)", "no_value", None),
    ],
)
def test_break_even_is_the_ceiling_that_pays_for_the_costs_or_a_reason(formula, code, ceiling):
    adoption = Adoption(AdoptionShape.LINEAR, 1, 1.0, 1)
    option = make_option(cost(amounts=[100]), benefit(formula=formula), adoption=adoption, months=1)

    found = break_even_adoption(CompiledOption(option))

    assert (found.code, found.value) == (code, None if ceiling is None else pytest.approx(ceiling))
    assert bool(found.reason) == (ceiling is None)


def test_break_even_skips_values_at_which_a_formula_is_impossible():
    option = make_option(
        cost(amounts=[100]),
        benefit(formula="1000 * adoption - 1 / adoption"),
        adoption=Adoption(AdoptionShape.LINEAR, 1, 1.0, 1),
        months=1,
    )

    found = break_even_adoption(CompiledOption(option))

    # 1000 x - 1 / x = 100.
    assert found.value == pytest.approx((100 + (100**2 + 4000) ** 0.5) / 2000)


def test_a_later_start_moves_only_what_can_move():
    option = make_option(
        cost("Contract", amounts=[10, 10, 10], moves_with_start=False),
        benefit("Sales", amounts=[0, 100, 100]),
        months=3,
        annual_discount_rate=0.0,
    )
    compiled = CompiledOption(option)

    assert cost_of_delay(compiled) == pytest.approx(100)
    assert cost_of_delay(compiled, delay_months=2) == pytest.approx(200)
    assert cost_of_delay(compiled, delay_months=0) == 0
    with pytest.raises(CalculationError, match="between 0 and 3"):
        cost_of_delay(compiled, delay_months=4)


def test_a_start_later_by_discounting_alone_costs_a_month_of_interest():
    option = make_option(benefit(amounts=[0, 100]), months=3)

    npv = 100 / 1.1 ** (1 / 12)

    assert cost_of_delay(CompiledOption(option)) == pytest.approx(npv - 100 / 1.1 ** (2 / 12))
