"""An option computed month by month: by hand, for many trials at once, and where a month has no value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calc.expressions import ExpressionError, parse
from portfolio.calc.adoption import AdoptionShape
from portfolio.calc.case_model import Adoption
from portfolio.calc.case_program import CompiledOption
from portfolio.calc.drivers import Driver
from tests.factories.portfolio_option import benefit, cost, make_option


def inference_option(**fields):
    return make_option(
        cost("Inference", formula="actions * tokens * (1 - cached) * price"),
        benefit("Time saved", formula="actions * minutes * hourly"),
        drivers=[
            Driver("eligible", 900, 1000, 1500, "users"),
            Driver("ceiling", 40, 50, 60, "percent"),
            Driver("each", 10, 20, 30, "actions/user/month"),
            Driver("tokens", 1500, 2000, 4000, "tokens/action"),
            Driver("cached", 0, 25, 50, "percent"),
            Driver("price", 3, 4, 8, "EUR/1000000 tokens"),
            Driver("minutes", 0.1, 0.3, 0.5, "minutes/action"),
            Driver("hourly", 30, 40, 60, "EUR/hour"),
        ],
        formulas={"actions": "users * each", "users": "eligible * adoption"},
        adoption=Adoption(AdoptionShape.LINEAR, start_month=2, ceiling="ceiling", months_to_reach=2),
        months=4,
        **fields,
    )


def test_months_follow_from_drivers_units_and_adoption():
    compiled = CompiledOption(inference_option())

    amounts = compiled.monthly_amounts()

    # 1,000 users, half of them at the end, 20 actions each: 5,000 actions in month 2, 10,000 from month 3 on.
    assert compiled.monthly_values("actions").tolist() == pytest.approx([0, 5000, 10000, 10000])
    # 2,000 tokens, three quarters of them paid at EUR 4 a million: EUR 0.006 an action; 0.3 minutes at 40 are 0.2.
    assert amounts[0].tolist() == pytest.approx([0, 30, 60, 60])
    assert amounts[1].tolist() == pytest.approx([0, 1000, 2000, 2000])


def test_the_net_present_value_is_that_of_the_months():
    compiled = CompiledOption(inference_option())
    growth = 1.1 ** (1 / 12)

    expected = 970 / growth + 1940 / growth**2 + 1940 / growth**3

    assert compiled.net_present_values() == pytest.approx(expected)


def test_many_trials_at_once_equal_one_after_the_other():
    compiled = CompiledOption(inference_option())
    rng = np.random.Generator(np.random.PCG64(5))
    values = {driver.name: driver.sample(20, rng) for driver in compiled.uncertain_drivers}

    together = compiled.net_present_values(values)

    one_by_one = [
        compiled.net_present_values({name: float(drawn[trial]) for name, drawn in values.items()})
        for trial in range(20)
    ]
    assert together.tolist() == pytest.approx(one_by_one, rel=1e-12)


def test_amounts_and_formulas_fill_only_their_months():
    option = make_option(
        cost("Build", amounts=[100, 50]), benefit("Sales", formula="10 * month", first_month=3, last_month=4), months=5
    )

    compiled = CompiledOption(option)

    assert compiled.monthly_amounts().tolist() == [[100, 50, 0, 0, 0], [0, 0, 30, 40, 0]]
    assert compiled.net_present_values() == pytest.approx(
        float((np.array([-100, -50, 30, 40, 0]) * compiled.discount_factors).sum())
    )


def test_retained_users_shrink_by_the_churn():
    option = make_option(
        benefit("Sales", formula="1000 * retained"), drivers=[Driver("churn", 5, 10, 20, "percent")], months=3
    )

    assert CompiledOption(option).monthly_amounts()[0].tolist() == pytest.approx([1000, 900, 810])


def test_a_line_is_not_evaluated_outside_its_months():
    option = make_option(benefit("Sales", formula="100 / (month - 1)", first_month=2), months=3)

    compiled = CompiledOption(option)

    assert compiled.monthly_amounts()[0].tolist() == [0, 100, 50]
    assert compiled.net_present_values() == pytest.approx(
        100 * compiled.discount_factors[1] + 50 * compiled.discount_factors[2]
    )


def test_an_impossible_month_is_named():
    compiled = CompiledOption(make_option(benefit("Sales", formula="100 / (month - 3)")))

    with pytest.raises(ExpressionError) as caught:
        compiled.monthly_amounts()

    assert caught.value.message == (
        "Sales: Character 5: division by zero, because (month - 3) is 0 or too small, in month 3."
    )
    assert (caught.value.code, caught.value.position, caught.value.name) == ("division_by_zero", 4, "Sales")


def test_an_impossible_month_of_one_trial_is_found_among_many():
    option = make_option(benefit("Sales", formula="100 / (month - late)"), drivers=[Driver("late", -2, -1, 3, "")])

    with pytest.raises(ExpressionError) as caught:
        CompiledOption(option).net_present_values({"late": np.array([-1.5, 3.0])})

    assert caught.value.message.endswith("in month 3.")


def test_if_guards_months_without_users():
    option = make_option(
        benefit("Saved", formula="if(users > 0, 100 / users, 0)"),
        formulas={"users": "max(0, month - 2) * 10"},
        months=4,
    )

    assert CompiledOption(option).monthly_amounts()[0].tolist() == [0, 0, 10, 5]


FORMULAS = st.sampled_from(
    [
        "a * b * month",
        "a / b / month",
        "-(a * month) / (b * adoption + 1)",
        "f * month / a",
        "(f + 1) * adoption * (a / f)",
        "max(a, b * month) * adoption / b",
        "a ^ 2 / f * -adoption",
        "if(month > a, f, adoption) / (f / b)",
    ]
)


@given(FORMULAS, FORMULAS.filter(lambda text: "f" not in text.replace("if", "")), st.integers(0, 2**32))
def test_taking_products_apart_changes_no_value(line, formula, seed):
    option = make_option(
        benefit("B", formula=line),
        drivers=[Driver("a", 1, 2, 9), Driver("b", 1, 3, 8)],
        formulas={"f": formula},
        adoption=Adoption(months_to_reach=6),
        months=6,
    )
    compiled = CompiledOption(option)
    drawn = np.random.Generator(np.random.PCG64(seed)).uniform(1, 9, (2, 5))
    names = {"a": drawn[0], "b": drawn[1], "month": compiled.months}
    names["adoption"] = compiled.monthly_values("adoption").reshape(-1, 1)

    names["f"] = parse(formula).evaluate(names)
    expected = compiled.discount_factors @ np.broadcast_to(parse(line).evaluate(names), (6, 5))

    assert compiled.net_present_values({"a": drawn[0], "b": drawn[1]}).tolist() == pytest.approx(
        expected.tolist(), rel=1e-9
    )
