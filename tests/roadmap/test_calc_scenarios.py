"""What becomes of a change when the plan moved meanwhile, and what plans amount to."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.calc.business_case import value_cashflow
from roadmap.calc.capacity import month_number
from roadmap.calc.quarters import Quarter
from roadmap.calc.scenario_figures import (
    CaseMoney,
    Flow,
    Moves,
    cost_by_quarter,
    load_by_quarter,
    moved_value,
    span_moves,
    spans,
    weighted_chance,
)
from roadmap.calc.scenarios import Effect, Proposal, effect_of, overlay, writes
from roadmap.calc.working_days import WorkingDays

LIVE = {
    "is_included": True,
    "start_on": "2026-03-02",
    "end_on": "2026-03-27",
    "owning_team": None,
    "lane": "",
    "status": "in_progress",
    "date_precision": "day",
}
IDEA = {**LIVE, "is_included": False, "start_on": None, "end_on": None, "status": "planned"}
JANUARY = month_number(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("proposal", "live", "effect"),
    [
        (Proposal("lane", "A", "B"), "A", Effect.APPLIES),
        (Proposal("lane", "A", "B"), "B", Effect.SETTLED),
        (Proposal("lane", "A", "B"), "C", Effect.CONFLICT),
        (Proposal("lane", "A", "B", "mine", "C"), "C", Effect.KEPT),
        (Proposal("lane", "A", "B", "live", "C"), "C", Effect.DROPPED),
        (Proposal("lane", "A", "B", "mine", "C"), "D", Effect.CONFLICT),
        (Proposal("lane", "A", "B", "mine", "C"), "A", Effect.APPLIES),
        (Proposal("start_on", None, "2026-01-01"), None, Effect.APPLIES),
        (Proposal("start_on", "2026-01-01", None, "live", "2026-02-01"), "2026-02-01", Effect.DROPPED),
    ],
)
def test_three_values_decide_what_a_change_does(proposal, live, effect):
    assert effect_of(proposal, live) is effect


def test_a_change_of_what_is_gone_can_only_be_dropped():
    assert effect_of(Proposal("lane", "A", "B"), None, is_gone=True) is Effect.GONE
    assert effect_of(Proposal("lane", "A", "B", "mine"), None, is_gone=True) is Effect.GONE
    assert effect_of(Proposal("lane", "A", "B", "live"), None, is_gone=True) is Effect.DROPPED


@given(st.sampled_from("ABC"), st.sampled_from("ABC"), st.sampled_from("ABC"))
def test_no_change_is_lost_or_made_without_a_word(base, live, new):
    effect = effect_of(Proposal("lane", base, new), live)

    assert (effect is Effect.CONFLICT) == (len({base, live, new}) == 3 or (base == new != live))
    assert (effect is Effect.SETTLED) == (live == new)


def test_leaving_the_plan_unschedules_and_plans_anew():
    wanted = overlay(LIVE, [Proposal("is_included", base=True, new=False), Proposal("lane", "", "Later")])

    assert writes(LIVE, wanted, planned="planned") == {
        "lane": ("", "Later"),
        "start_on": ("2026-03-02", None),
        "end_on": ("2026-03-27", None),
        "status": ("in_progress", "planned"),
    }


def test_dates_bring_an_item_into_the_plan_unless_it_stays_out():
    dates = [Proposal("start_on", None, "2026-05-04"), Proposal("end_on", None, "2026-05-29")]

    came = overlay(IDEA, dates)
    stayed = overlay(IDEA, [*dates, Proposal("is_included", base=True, new=False)])

    assert came["is_included"] is True
    assert writes(IDEA, came, planned="planned") == {"start_on": (None, "2026-05-04"), "end_on": (None, "2026-05-29")}
    assert stayed["is_included"] is False
    assert writes(IDEA, stayed, planned="planned") == {}


def case(*flows, npv=0.0, rate=0.1, chance=None, approved=True):
    return CaseMoney(npv, chance, rate, JANUARY, flows, approved)


def flow(month, amount, *, cost=False, anchor="none"):
    return Flow(JANUARY + month, amount, cost, anchor)


def months(amounts):
    return [amounts.get(month, 0.0) for month in range(12)]


def test_moved_value_is_that_of_the_case_with_its_flows_moved():
    flows = [flow(0, 1200.0, cost=True, anchor="start"), flow(6, 5000.0, anchor="end"), flow(3, 70.0)]
    before = value_cashflow(
        [1200.0] + [0.0] * 11, [0, 0, 0, 70.0, 0, 0, 5000.0] + [0.0] * 5, annual_discount_rate=0.1, periods_per_year=12
    )
    after = value_cashflow(
        [0.0, 0.0, 1200.0] + [0.0] * 9,
        [0, 0, 0, 70.0, 0, 0, 0, 0, 0, 0, 5000.0, 0.0],
        annual_discount_rate=0.1,
        periods_per_year=12,
    )

    moved = moved_value(case(*flows, npv=before.npv), Moves(start=2, end=4))

    assert moved == pytest.approx(after.npv)
    assert moved_value(case(*flows, npv=before.npv), Moves()) == before.npv
    assert moved_value(case(*flows, npv=None), Moves(3, 3)) is None


def test_costs_fall_into_the_quarters_they_move_to():
    costs = [flow(2, 10.0, cost=True, anchor="start"), flow(2, 5.0, cost=True), flow(2, 99.0)]

    assert cost_by_quarter(case(*costs), Moves(start=1)) == {Quarter(2026, 2): 10.0, Quarter(2026, 1): 5.0}
    assert cost_by_quarter(case(*costs), Moves(start=10, end=10))[Quarter(2027, 1)] == 10.0


def test_load_is_items_at_once_on_an_average_working_day():
    week = WorkingDays()
    whole, half = (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 1, 1), date(2026, 2, 14))

    load = load_by_quarter([("A", *whole), ("A", *half), ("B", date(2026, 3, 30), date(2026, 4, 3))], lambda _: week)

    # 64 working days from January to March 2026, 32 of them to 14 February.
    assert load["A", Quarter(2026, 1)] == pytest.approx(1.5)
    assert load["B", Quarter(2026, 2)] == pytest.approx(3 / 65)


def test_load_reaches_the_end_of_the_calendar():
    load = load_by_quarter([("A", date(9999, 10, 1), date(9999, 12, 30))], lambda _: WorkingDays())

    assert set(load) == {("A", Quarter(9999, 4))}


def test_load_of_millennia_is_looked_at_for_a_century():
    assert len(load_by_quarter([("A", date(1, 1, 1), date(9999, 12, 31))], lambda _: WorkingDays())) == 400


def test_a_move_over_centuries_has_no_value_when_no_number_can_hold_it():
    far = case(flow(0, 1.0, anchor="start"), npv=1.0, rate=10.0)

    assert moved_value(far, Moves(start=-24_000)) is None
    assert moved_value(far, Moves(start=24_000)) == pytest.approx(0.0)


def test_chances_are_weighted_by_cost():
    small, large = case(flow(0, 1.0, cost=True), chance=0.9), case(flow(0, 9.0, cost=True), chance=0.1)

    assert weighted_chance([small, large, case(flow(0, 5.0, cost=True))]) == pytest.approx(0.18)
    assert weighted_chance([case(chance=0.5)]) is None


def test_moves_are_those_of_the_outermost_days():
    before = spans([("A", date(2026, 3, 2), date(2026, 3, 27)), ("A", date(2026, 1, 5), date(2026, 2, 1))])
    after = spans([("A", date(2026, 2, 27), date(2027, 3, 1))])

    assert span_moves(before.get("A"), after.get("A")) == Moves(1, 12)
    assert span_moves(None, after.get("A")) == Moves()
