"""Many items and dependencies at once, as imports make them."""

import time
from datetime import date
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from roadmap.models import Dependency, RoadmapItem
from roadmap.services.dependencies import (
    EXISTS_ALREADY,
    ON_ITSELF,
    UNSEEN,
    NewDependency,
    create_dependencies,
)
from roadmap.services.items import create_items
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, RoadmapFactory, RoadmapItemFactory

MARCH_2, MARCH_27 = date(2026, 3, 2), date(2026, 3, 27)


def named(titles):
    return [RoadmapItemFactory(title=title) for title in titles]


def stored_pairs():
    return sorted(Dependency.objects.values_list("predecessor__title", "successor__title"))


def test_create_items_keeps_the_order_and_leaves_unknown_dates_unknown(scope):
    roadmap, initiative = RoadmapFactory(), InitiativeFactory()
    rows = [
        {"roadmap": roadmap, "title": "Dated", "start_on": MARCH_2, "end_on": MARCH_27, "initiative": initiative},
        {"roadmap": roadmap, "title": "Undated"},
    ]

    created = create_items(rows, actor=scope)

    stored = RoadmapItem.objects.in_bulk([item.pk for item in created])
    assert [
        (stored[item.pk].title, stored[item.pk].start_on, stored[item.pk].end_on, stored[item.pk].initiative_id)
        for item in created
    ] == [("Dated", MARCH_2, MARCH_27, initiative.pk), ("Undated", None, None, None)]
    assert list(LedgerEvent.objects.filter(table_name="roadmap_roadmapitem").values_list("action", flat=True)) == [
        "roadmap_item.created",
        "roadmap_item.created",
    ]


def test_create_items_names_every_wrong_row_and_creates_none(owner, stranger):
    with tenant_scope(stranger):
        foreign = InitiativeFactory()
    with tenant_scope(owner):
        roadmap = RoadmapFactory()
        rows = [
            {"roadmap": roadmap, "title": "Right"},
            {"roadmap": roadmap, "title": "", "start_on": MARCH_2, "end_on": MARCH_27},
            {"roadmap": roadmap, "title": "Half", "start_on": MARCH_2},
            {"roadmap": roadmap, "title": "Foreign", "initiative": foreign},
        ]

        with pytest.raises(InvalidInputError) as refused:
            create_items(rows, actor=owner)

        assert RoadmapItem.objects.count() == 0
    assert (refused.value.pointer, refused.value.message) == ("1/title", "Row 2: This field cannot be blank.")
    assert refused.value.reasons == (
        "Row 2: This field cannot be blank.",
        "Row 3: The end is missing: give it too, or take the start away.",
        "Row 4: There is no such record in this organization.",
    )


def test_create_items_needs_the_right_and_a_portfolio_open_for_writing(scope, viewer, product_manager):
    hidden = RoadmapFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    rows = [{"roadmap": RoadmapFactory(), "title": "A"}, {"roadmap": hidden, "title": "B"}]

    with pytest.raises(NotPermittedError, match="Your role does not allow this"):
        create_items(rows[:1], actor=viewer)
    with pytest.raises(NotPermittedError, match=r"^This would belong to a portfolio you may not change\.$"):
        create_items(rows, actor=product_manager)

    assert RoadmapItem.objects.count() == 0
    assert create_items([], actor=scope) == []


def test_create_dependencies_creates_the_good_pairs_and_says_why_not_the_others(scope):
    a, b, c, d = named("ABCD")
    DependencyFactory(predecessor=a, successor=b)
    pairs = [(b, c), (c, a), (a, b), (d, d), (b, c), (c, d), (c, a), (a, d)]

    created, refused = create_dependencies(pairs, actor=scope)

    cycle = "This would close a cycle: “C” → “A” → “B” → “C”."
    assert refused == [
        ((c, a), cycle),
        ((a, b), EXISTS_ALREADY),
        ((d, d), ON_ITSELF),
        ((b, c), EXISTS_ALREADY),
        ((c, a), cycle),
    ]
    assert [(each.predecessor.title, each.successor.title) for each in created] == [("B", "C"), ("C", "D"), ("A", "D")]
    assert stored_pairs() == [("A", "B"), ("A", "D"), ("B", "C"), ("C", "D")]
    actions = LedgerEvent.objects.filter(table_name="roadmap_dependency", record_id__in=[each.pk for each in created])
    assert list(actions.values_list("action", flat=True)) == ["dependency.created"] * 3


def test_create_dependencies_takes_kind_lag_and_note_and_refuses_wrong_ones(scope):
    a, b, c = named("ABC")
    right = NewDependency(a, b, kind="SS", lag_days=3, note="Depends on (tracker)")
    wrong = NewDependency(b, c, lag_days=4000)

    created, refused = create_dependencies([right, wrong, (a, b)], actor=scope)

    assert [(each.kind, each.lag_days, each.note) for each in created] == [
        ("SS", 3, "Depends on (tracker)"),
        ("FS", 0, ""),
    ]
    assert refused == [(wrong, "Ensure this value is less than or equal to 3650.")]


def test_create_dependencies_hides_titles_and_refuses_ends_in_closed_portfolios(scope, product_manager):
    a, c = named("AC")
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    hidden = RoadmapItemFactory(title="Secret", initiative=secret)
    DependencyFactory(predecessor=a, successor=hidden)
    DependencyFactory(predecessor=hidden, successor=c)

    created, refused = create_dependencies([(c, a), (hidden, a), (a, c)], actor=product_manager)

    assert refused == [
        ((c, a), f"This would close a cycle: “C” → “A” → {UNSEEN} → “C”."),
        ((hidden, a), "This would belong to a portfolio you may not change."),
    ]
    assert [(each.predecessor, each.successor) for each in created] == [(a, c)]


def test_create_dependencies_refuses_items_of_another_organization(owner, stranger):
    with tenant_scope(stranger):
        foreign = RoadmapItemFactory()
    with tenant_scope(owner):
        mine = RoadmapItemFactory()

        created, refused = create_dependencies([(mine, foreign)], actor=owner)

        assert (created, refused) == ([], [((mine, foreign), "There is no such record in this organization.")])


def test_create_dependencies_needs_the_right(scope, viewer):
    a, b = named("AB")

    with pytest.raises(NotPermittedError):
        create_dependencies([(a, b)], actor=viewer)

    assert Dependency.objects.count() == 0


@pytest.mark.parametrize("count", [3, 30])
def test_many_rows_cost_as_many_queries_as_few(scope, count):
    roadmap = RoadmapFactory()
    rows = [{"roadmap": roadmap, "title": f"Item {n}"} for n in range(count)]

    with CaptureQueriesContext(connection) as captured:
        items = create_items(rows, actor=scope)
        create_dependencies(pairwise(items), actor=scope)

    assert len(captured) == 15


def test_seven_hundred_items_and_four_hundred_dependencies_take_less_than_two_seconds(scope):
    roadmap = RoadmapFactory()
    started = time.perf_counter()

    items = create_items([{"roadmap": roadmap, "title": f"Item {n}"} for n in range(700)], actor=scope)
    created, refused = create_dependencies(pairwise(items[:401]), actor=scope)

    assert time.perf_counter() - started < 2
    assert (len(items), len(created), refused) == (700, 400, [])
