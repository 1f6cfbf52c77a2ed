"""Everything wrong with an option is found at once and named where a person would correct it."""

import math

import pytest

from portfolio.calc.case_checks import parse_option
from portfolio.calc.case_model import Adoption, CaseModelError
from portfolio.calc.drivers import Driver
from tests.factories.portfolio_option import benefit, cost, make_option

USERS = Driver("users", 1, 2, 3, "users")
PRICE = Driver("price", 1, 2, 3, "EUR/user/month")


def problems_of(option):
    with pytest.raises(CaseModelError) as caught:
        parse_option(option)
    assert caught.value.reasons == tuple(problem.message for problem in caught.value.problems)
    return [
        (problem.part, problem.name, problem.field, problem.code, problem.message) for problem in caught.value.problems
    ]


def test_an_option_that_is_right_is_read():
    option = make_option(cost("Run", formula="paid"), drivers=[USERS, PRICE], formulas={"paid": "users * price"})

    parsed = parse_option(option)

    assert parsed.order == ("paid",)
    assert str(parsed.units["paid"]) == "EUR/month"


@pytest.mark.parametrize(
    "formula",
    ["100", "5000 * month", "unstated_factor", "fee", "fee_per_month", "fee_per_year * 1", "unstated_factor * fee"],
)
def test_money_and_money_per_month_are_amounts(formula):
    drivers = [
        Driver("fee", 1, 2, 3, "EUR"),
        Driver("fee_per_month", 1, 2, 3, "EUR/month"),
        Driver("fee_per_year", 1, 2, 3, "EUR/year"),
        Driver("unstated_factor", 1, 2, 3),
    ]

    assert parse_option(make_option(cost(formula=formula), drivers=drivers)).lines[0] is not None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            cost("Run", formula="users * 2"),
            ("line", "Run", "formula", "unit_mismatch", "Run: the result is in user, but must be money in EUR."),
        ),
        (
            cost("Run", formula="users + price"),
            (
                "line",
                "Run",
                "formula",
                "unit_mismatch",
                "Run: Character 7: user and EUR/month/user do not go together in +.",
            ),
        ),
        (
            cost("Run", formula="user * price"),
            (
                "line",
                "Run",
                "formula",
                "unknown_name",
                "Run: Character 1: user is not known here; did you mean users?",
            ),
        ),
        (
            cost("Run", formula="adoption * 5"),
            ("line", "Run", "formula", "unknown_name", "Run: Character 1: adoption is not known here."),
        ),
        (
            cost("Run", formula="1 +"),
            (
                "line",
                "Run",
                "formula",
                "syntax",
                "Run: Character 4: the formula ends where a number, a name or ( is expected.",
            ),
        ),
        (cost("Run"), ("line", "Run", "formula", "ambiguous", "Run: a line has either amounts or a formula.")),
        (
            cost("Run", amounts=[1] * 13),
            (
                "line",
                "Run",
                "amounts",
                "length_mismatch",
                "Run has 13 amounts, but the horizon has 12 months.",
            ),
        ),
        (
            cost("Run", amounts=[math.nan]),
            ("line", "Run", "amounts", "not_finite", "Run: amounts must be a finite number."),
        ),
        (
            cost("Run", formula="1", first_month=5, last_month=4),
            (
                "line",
                "Run",
                "first_month",
                "out_of_range",
                "Run: the months must lie between 1 and 12, the first not after the last.",
            ),
        ),
    ],
)
def test_a_wrong_line_is_explained(line, expected):
    assert problems_of(make_option(line, drivers=[USERS, PRICE])) == [expected]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"formulas": {"a": "b", "b": "a"}},
            ("formula", "a", "formula", "cycle", "a: a is computed from itself: a → b → a."),
        ),
        (
            {"formulas": {"users": "1"}},
            (
                "formula",
                "users",
                "name",
                "duplicate_name",
                "users is taken; every driver and formula needs a name of its own.",
            ),
        ),
        (
            {"formulas": {"month": "1"}},
            (
                "formula",
                "month",
                "name",
                "duplicate_name",
                "month is taken; every driver and formula needs a name of its own.",
            ),
        ),
        (
            {"formulas": {"per user": "1"}},
            (
                "formula",
                "per user",
                "name",
                "bad_name",
                "'per user' cannot be used in formulas: use letters, digits and _, a letter first, at most 60.",
            ),
        ),
        (
            {"drivers": [USERS, Driver("fee", 1, 2, 3, "EUR/")]},
            (
                "driver",
                "fee",
                "unit",
                "unit_syntax",
                "fee: 'EUR/' is not a unit: something is missing at the end.",
            ),
        ),
        (
            {"drivers": [USERS, Driver("churn", 1, 2, 101, "percent")]},
            ("driver", "churn", "high", "out_of_range", "churn must lie between 0 and 100%."),
        ),
        (
            {"adoption": Adoption(ceiling="share")},
            (
                "adoption",
                "adoption",
                "ceiling",
                "unknown_name",
                "The ceiling of the adoption curve is 'share', which is no driver.",
            ),
        ),
        (
            {"adoption": Adoption(ceiling=1.2)},
            (
                "adoption",
                "adoption",
                "ceiling",
                "out_of_range",
                "The ceiling of the adoption curve must lie between 0 and 1.",
            ),
        ),
        (
            {"adoption": Adoption(months_to_reach=math.nan)},
            (
                "adoption",
                "adoption",
                "months_to_reach",
                "out_of_range",
                "The months to reach of the adoption curve must lie between 1 and 600.",
            ),
        ),
        (
            {"adoption": Adoption(start_month=0)},
            (
                "adoption",
                "adoption",
                "start_month",
                "out_of_range",
                "Adoption must start between month 1 and 600.",
            ),
        ),
        (
            {"months": 0},
            ("option", "Build", "months", "out_of_range", "The horizon must lie between 1 and 600 months."),
        ),
        (
            {"currency": "euro"},
            (
                "option",
                "Build",
                "currency",
                "unknown_currency",
                "The currency is three capital letters, for example EUR.",
            ),
        ),
        (
            {"annual_discount_rate": -1.0},
            (
                "option",
                "Build",
                "discount_rate",
                "rate_out_of_range",
                "Build: discount_rate must be greater than -1.",
            ),
        ),
        (
            {"actions": "clicks"},
            ("option", "Build", "actions", "unknown_name", "'clicks' is neither a driver nor a formula."),
        ),
    ],
)
def test_a_wrong_option_is_explained(fields, expected):
    option = make_option(**{"drivers": [USERS], **fields})

    assert problems_of(option) == [expected]


def test_every_problem_is_found_at_once():
    option = make_option(
        cost("Run", formula="1 +"), benefit("Sales", formula="nobody"), formulas={"a": "a"}, drivers=[USERS]
    )

    found = problems_of(option)

    assert [(part, name, code) for part, name, _, code, _ in found] == [
        ("formula", "a", "cycle"),
        ("line", "Run", "syntax"),
        ("line", "Sales", "unknown_name"),
    ]


def test_a_deleted_driver_is_reported_once_where_it_was_used():
    option = make_option(cost("Run", formula="paid"), drivers=[USERS], formulas={"paid": "users * price"})

    assert problems_of(option) == [
        ("formula", "paid", "formula", "unknown_name", "paid: Character 9: price is not known here.")
    ]


def test_too_many_lines_are_refused():
    option = make_option(*[cost(f"Line {i}", amounts=[1]) for i in range(501)])

    assert problems_of(option) == [("option", "Build", "lines", "too_many", "An option has at most 500 lines.")]


def test_formulas_that_would_take_too_long_together_are_refused():
    option = make_option(*[cost(f"Line {i}", formula="+".join(["1"] * 300)) for i in range(10)])

    assert problems_of(option) == [
        (
            "option",
            "Build",
            "formulas",
            "too_long",
            "All formulas together have at most 5,000 numbers, names and operators.",
        )
    ]
