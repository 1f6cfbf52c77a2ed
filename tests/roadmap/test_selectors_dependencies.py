"""Dependencies the dates contradict: in which words, for whom, and in which order."""

from datetime import date

import pytest

from portfolio.enums import Visibility
from roadmap.selectors.dependencies import violations_for
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, RoadmapFactory, RoadmapItemFactory

MARCH_10, MARCH_15, MARCH_20 = date(2026, 3, 10), date(2026, 3, 15), date(2026, 3, 20)


@pytest.mark.parametrize(
    ("kind", "lag_days", "reason"),
    [
        (
            "FS",
            0,
            "“Model” starts 9 working days too early: “Data” ends on 20 Mar 2026, so 23 Mar 2026 is the earliest.",
        ),
        (
            "FS",
            5,
            "“Model” starts 14 working days too early: “Data” ends on 20 Mar 2026 plus 5 working days, "
            "so 30 Mar 2026 is the earliest.",
        ),
        (
            "FF",
            -1,
            "“Model” ends 4 working days too early: “Data” ends on 20 Mar 2026 less 1 working day, "
            "so 19 Mar 2026 is the earliest.",
        ),
        (
            "SF",
            7,
            "“Model” ends 3 working days too early: “Data” starts on 10 Mar 2026 plus 7 working days, "
            "so 18 Mar 2026 is the earliest.",
        ),
    ],
)
def test_violations_say_why_in_words(scope, kind, lag_days, reason):
    DependencyFactory(
        predecessor=RoadmapItemFactory(title="Data", start_on=MARCH_10, end_on=MARCH_20),
        successor=RoadmapItemFactory(title="Model", start_on=MARCH_10, end_on=MARCH_15),
        kind=kind,
        lag_days=lag_days,
    )

    assert [each.reason for each in violations_for(scope)] == [reason]


def test_an_unscheduled_end_violates_nothing(scope):
    undated = RoadmapItemFactory(start_on=None, end_on=None)
    DependencyFactory(predecessor=undated)
    DependencyFactory(predecessor=RoadmapItemFactory(), successor=undated)

    assert violations_for(scope) == []


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
