"""The dates each kind of dependency asks for."""

from datetime import date
from uuid import UUID

import pytest

from portfolio.enums import Visibility
from roadmap.selectors.dependencies import Span, violation_of, violations_for
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, RoadmapFactory, RoadmapItemFactory

ANY_ID = UUID(int=1)
# Predecessor: 10 to 20 March. Successor: its start or end one day before the earliest allowed.
PREDECESSOR = Span("Data", date(2026, 3, 10), date(2026, 3, 20))


@pytest.mark.parametrize(
    ("kind", "lag_days", "starts", "ends"),
    [
        ("FS", 0, date(2026, 3, 20), date(2026, 4, 20)),
        ("FS", 5, date(2026, 3, 25), date(2026, 4, 20)),
        ("FS", -2, date(2026, 3, 18), date(2026, 4, 20)),
        ("SS", 0, date(2026, 3, 9), date(2026, 4, 20)),
        ("SS", 3, date(2026, 3, 12), date(2026, 4, 20)),
        ("FF", 0, date(2026, 3, 1), date(2026, 3, 19)),
        ("FF", 4, date(2026, 3, 1), date(2026, 3, 23)),
        ("SF", 0, date(2026, 3, 1), date(2026, 3, 8)),
        ("SF", 2, date(2026, 3, 1), date(2026, 3, 10)),
    ],
)
def test_violation_of_is_one_day_short_the_day_before_and_kept_on_the_day(kind, lag_days, starts, ends):
    early = Span("Model", starts, ends)
    one_day = date.resolution
    on_time = Span("Model", starts + one_day, ends + one_day)

    violation = violation_of(ANY_ID, kind=kind, lag_days=lag_days, predecessor=PREDECESSOR, successor=early)
    kept = violation_of(ANY_ID, kind=kind, lag_days=lag_days, predecessor=PREDECESSOR, successor=on_time)

    assert violation is not None
    assert violation.days == 1
    assert kept is None


@pytest.mark.parametrize(
    ("kind", "lag_days", "reason"),
    [
        (
            "FS",
            0,
            "“Model” starts 11 days too early: “Data” ends on 20 Mar 2026, so 21 Mar 2026 is the earliest.",
        ),
        (
            "FS",
            5,
            "“Model” starts 16 days too early: “Data” ends on 20 Mar 2026 plus 5 days, so 26 Mar 2026 is the earliest.",
        ),
        (
            "FF",
            -1,
            "“Model” ends 4 days too early: “Data” ends on 20 Mar 2026 less 1 day, so 19 Mar 2026 is the earliest.",
        ),
    ],
)
def test_violation_of_says_why_in_words(kind, lag_days, reason):
    successor = Span("Model", date(2026, 3, 10), date(2026, 3, 15))

    violation = violation_of(ANY_ID, kind=kind, lag_days=lag_days, predecessor=PREDECESSOR, successor=successor)

    assert violation is not None
    assert violation.reason == reason


def test_violations_for_lists_the_worst_first_and_only_visible_ones(scope, product_manager):
    roadmap = RoadmapFactory()
    early = {"start_on": date(2026, 3, 25), "end_on": date(2026, 4, 30)}
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    predecessor = RoadmapItemFactory(roadmap=roadmap)
    mild = DependencyFactory(predecessor=predecessor, successor=RoadmapItemFactory(roadmap=roadmap, **early))
    worse = DependencyFactory(
        predecessor=predecessor, successor=RoadmapItemFactory(roadmap=roadmap, **early), lag_days=10
    )
    hidden = DependencyFactory(
        predecessor=predecessor, successor=RoadmapItemFactory(initiative=secret, **early), lag_days=20
    )
    DependencyFactory(predecessor=predecessor)

    seen_by_owner = [(each.dependency_id, each.days) for each in violations_for(scope, roadmap_id=roadmap.pk)]
    seen_by_manager = [each.dependency_id for each in violations_for(product_manager)]

    assert seen_by_owner == [(hidden.pk, 23), (worse.pk, 13), (mild.pk, 3)]
    assert seen_by_manager == [worse.pk, mild.pk]
