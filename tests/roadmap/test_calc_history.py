"""Releases between targets, differences of plans, and promises kept: pure maths."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.calc.plan_diff import ItemState, LinkState, PlanState, compare, without_hidden
from roadmap.calc.predictability import Commitment, GateCheck, on_time_rate, predictability, spread
from roadmap.calc.quarters import Quarter, quarters_until
from roadmap.calc.releases import release_number, releases_between


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("v1.30", "v1.31", 1),
        ("v1.38", "v1.31", -7),
        ("1.15", "v1.15", 0),
        ("V1.9", "v1.10.2", 1),
        (" 1.9 ", "1.11", 2),
        ("v1.30", "v2.0", None),
        ("0.0", "v1.20", None),
        ("TBD", "v1.20", None),
        ("v1.21, v1.37", "v1.20", None),
        ("", "v1.20", None),
        ("v1.yy", "x.y", None),
        ("1." + "9" * 1000, "1.2", None),
    ],
)
def test_releases_between_two_targets(old, new, moved):
    assert releases_between(old, new) == moved


def test_release_names_no_release():
    assert release_number("v0.0") is None
    assert release_number("v0.1") == (0, 1)
    assert release_number("pre-1.0") is None


@given(st.integers(1, 99), st.integers(0, 99), st.integers(0, 99))
def test_moving_there_and_back_adds_up_to_nothing(major, old, new):
    there, back = (
        releases_between(f"v{major}.{old}", f"{major}.{new}"),
        releases_between(f"{major}.{new}", f"{major}.{old}"),
    )
    assert there is not None
    assert back is not None
    assert there + back == 0


def item(key=None, **fields):
    values = {
        "key": key or uuid4(),
        "title": "Item",
        "start_on": date(2026, 3, 2),
        "end_on": date(2026, 3, 27),
        "status": "planned",
        "progress": Decimal(0),
        "confidence": None,
        "is_committed": False,
        "lane": "",
        "team": "",
        "initiative": None,
        "initiative_key": "",
    }
    return ItemState(**{**values, **fields})


def state(*items, links=()):
    return PlanState({row.key: row for row in items}, {}, {row.key: row for row in links})


def test_compare_names_what_came_what_went_and_what_changed():
    kept, gone, new = uuid4(), uuid4(), uuid4()
    before = state(item(kept, title="Kept"), item(gone, title="Gone"))
    after = state(item(kept, title="Kept", end_on=date(2026, 4, 10), progress=Decimal("0.5")), item(new, title="New"))

    found = compare(before, after)

    assert {each.row.title: each.kind for each in found.items} == {"Kept": "changed", "Gone": "removed", "New": "added"}
    changed = next(each for each in found.items if each.kind == "changed")
    assert changed.changed == ("end_on", "progress")
    assert (changed.slip_days, found.slip_days, len(found.slipped), found.earlier) == (14, 14, 1, 0)


@pytest.mark.parametrize(
    ("before", "after", "slip"),
    [
        ({}, {}, 0),
        ({}, {"end_on": date(2026, 3, 26)}, -1),
        ({"start_on": None, "end_on": None}, {}, None),
        ({}, {"start_on": None, "end_on": None}, None),
    ],
)
def test_slip_needs_an_end_on_both_sides(before, after, slip):
    key = uuid4()
    found = compare(state(item(key, **before)), state(item(key, **after)))
    assert found.items[0].slip_days == slip


def test_budget_of_an_initiative_counts_once_and_progress_by_days():
    one, other = uuid4(), uuid4()
    rows = [
        item(initiative=one, plan_cost=Decimal(100), progress=Decimal(1), end_on=date(2026, 3, 2)),
        item(initiative=one, plan_cost=Decimal(100), end_on=date(2026, 3, 4)),
        item(initiative=other, start_on=None, end_on=None),
    ]

    totals = compare(PlanState(), state(*rows)).after

    assert (totals.plan_cost, totals.unbudgeted, totals.items) == (Decimal(100), 1, 3)
    assert totals.progress == Decimal("0.25")
    assert totals.ends_on == date(2026, 3, 4)


def test_totals_of_nothing_are_unknown():
    totals = compare(PlanState(), PlanState()).before
    assert (totals.plan_cost, totals.progress, totals.ends_on, totals.items) == (None, None, None, 0)


def test_row_hidden_in_one_state_is_left_out_of_all_with_its_links():
    secret: UUID = uuid4()
    hidden = item(title="Hidden", portfolios=frozenset({secret}))
    moved, other = item(hidden.key, title="Once open"), item(title="Open")
    link = LinkState(uuid4(), moved.key, other.key, "Once open", "Open", "FS", "hard", 0)

    before, after = without_hidden([state(moved, other, links=[link]), state(hidden, other)], frozenset({secret}))

    assert [row.title for row in before.items.values()] == ["Open"]
    assert [row.title for row in after.items.values()] == ["Open"]
    assert not before.links


def test_predictability_counts_late_and_rescoped_as_not_delivered():
    end = date(2026, 3, 31)
    promised = [
        *[Commitment(date(2026, 3, 31))] * 17,
        Commitment(date(2026, 4, 1)),
        Commitment(None, is_rescoped=True),
        Commitment(None),
    ]

    found = predictability(promised, until=end)

    assert (found.committed, found.delivered, found.rescoped, found.missed) == (20, 17, 1, 2)
    assert (found.rate, found.band) == (0.85, "within")


@pytest.mark.parametrize(("kept", "band"), [(0, "below"), (7, "below"), (8, "within"), (9, "within"), (10, "above")])
def test_band_is_eighty_to_ninety_percent_both_included(kept, band):
    end = date(2026, 3, 31)
    promised = [Commitment(end)] * kept + [Commitment(None)] * (10 - kept)
    assert predictability(promised, until=end).band == band


def test_without_promises_there_is_no_rate():
    found = predictability([], until=date(2026, 3, 31))
    assert (found.rate, found.band) == (None, None)


def test_spread_is_the_middle_and_the_tail():
    assert (spread([]).median, spread([]).p85) == (None, None)
    assert (spread([7]).median, spread([7]).p85) == (7, 7)
    found = spread([1, 2, 3, 4, 100])
    assert (found.count, found.median) == (5, 3)
    assert found.p85 == pytest.approx(42.4)


def test_gates_count_when_they_are_due_or_passed():
    today = date(2026, 6, 1)
    checks = [
        GateCheck(date(2026, 5, 1), date(2026, 5, 1)),
        GateCheck(date(2026, 5, 1), date(2026, 5, 2)),
        GateCheck(date(2026, 5, 1), None),
        GateCheck(date(2026, 7, 1), date(2026, 5, 20)),
        GateCheck(date(2026, 7, 1), None),
        GateCheck(today, None),
    ]
    assert on_time_rate(checks, today=today) == (2, 4)


def test_quarters_follow_each_other_over_the_turn_of_the_year():
    last = Quarter.of(date(2026, 2, 28))
    assert [each.label for each in quarters_until(last, 3)] == ["Q3 2025", "Q4 2025", "Q1 2026"]
    assert (last.first_day, last.last_day) == (date(2026, 1, 1), date(2026, 3, 31))
    assert Quarter(2025, 4).following == last
    assert last.preceding == Quarter(2025, 4)
