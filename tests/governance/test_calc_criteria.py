from datetime import date
from decimal import Decimal

import pytest

from governance.calc.criteria import combined, is_fresh, meets
from governance.calc.digest import content_digest


@pytest.mark.parametrize(
    ("comparator", "below", "equal", "above"),
    [
        ("at_least", False, True, True),
        ("at_most", True, True, False),
        ("above", False, False, True),
        ("below", True, False, False),
    ],
)
def test_meets_compares_as_the_comparator_says(comparator, below, equal, above):
    answers = [meets(Decimal(value), comparator, Decimal("0.7")) for value in ("0.69", "0.70", "0.71")]

    assert answers == [below, equal, above]


def test_meets_refuses_an_unknown_comparator():
    with pytest.raises(KeyError):
        meets(Decimal(1), "like", Decimal(1))


@pytest.mark.parametrize(("day", "fresh"), [(1, True), (2, True), (31, True), (30, True)])
def test_measurement_within_the_age_limit_is_fresh(day, fresh):
    assert is_fresh(date(2026, 3, day), as_of=date(2026, 3, 31), max_age_days=30) is fresh


def test_measurement_a_day_too_old_or_of_the_future_is_not_fresh():
    assert not is_fresh(date(2026, 2, 28), as_of=date(2026, 3, 31), max_age_days=30)
    assert not is_fresh(date(2026, 4, 1), as_of=date(2026, 3, 31), max_age_days=30)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [([], "pass"), (["pass"], "pass"), (["pass", "unknown"], "unknown"), (["unknown", "fail", "pass"], "fail")],
)
def test_combined_outcome_is_the_worst_one(outcomes, expected):
    assert combined(outcomes) == expected


def test_digest_is_the_published_one_of_canonical_json():
    # SHA-256 of the two bytes {} is a published constant.
    assert content_digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_digest_ignores_the_order_of_keys_and_sees_every_value():
    assert content_digest({"a": 1, "b": [True, "x"]}) == content_digest({"b": [True, "x"], "a": 1})
    assert content_digest({"a": 1, "b": [True, "x"]}) != content_digest({"a": 1, "b": [False, "x"]})
