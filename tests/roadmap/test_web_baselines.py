"""Pages that look back: baselines, what changed, slippage, predictability."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from roadmap.calc.quarters import Quarter
from roadmap.models import Baseline
from roadmap.services.baselines import take_baseline
from roadmap.services.items import change_item, delete_item
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_history import (
    BaselineFactory,
    BaselineItemFactory,
    ItemRescopeFactory,
    PlanHistoryEntryFactory,
)
from tests.roadmap.queries import own_queries
from tests.web_client import client_of


def address(name, **kwargs):
    return reverse(f"roadmap:{name}", kwargs={"organization": "acme", **kwargs})


@pytest.fixture
def signed_in(product_manager):
    return client_of(product_manager)


@pytest.fixture
def moved(product_manager, scope):
    roadmap = RoadmapFactory(name="Releases")
    kept = RoadmapItemFactory(roadmap=roadmap, title="Kept", is_committed=True)
    gone = RoadmapItemFactory(roadmap=roadmap, title="Gone <b>")
    DependencyFactory(predecessor=gone, successor=kept)
    MilestoneFactory(roadmap=roadmap, title="Launch")
    take_baseline(roadmap, name="Board", actor=product_manager)
    change_item(
        kept, actor=product_manager, reason_code="vendor", rescope_note="No model yet.", end_on=date(2026, 4, 10)
    )
    delete_item(gone, actor=product_manager)
    return roadmap


def test_comparison_shows_old_struck_above_new_and_what_was_deleted(signed_in, moved):
    page = signed_in.get(address("roadmap_compare", pk=moved.pk)).content.decode()

    assert '<del><time class="num" datetime="2026-03-27">27 Mar 2026</time></del>' in page
    assert '<ins><time class="num" datetime="2026-04-10">10 Apr 2026</time></ins>' in page
    assert "Gone &lt;b&gt;" in page
    assert "Deleted" in page
    assert "+14 d" in page
    assert "Waited for a vendor" in page
    assert "No model yet." in page


@pytest.mark.parametrize(
    ("show", "seen", "unseen"),
    [("slipped", "Kept", "Gone"), ("removed", "Gone", "Waited"), ("same", "Launch", "Gone"), ("added", "", "Kept")],
)
def test_filter_of_the_comparison(signed_in, moved, show, seen, unseen):
    page = signed_in.get(address("roadmap_compare", pk=moved.pk), {"show": show}).content.decode()

    assert seen in page
    assert unseen not in page.partition('<div class="stack">')[2]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"before_day": "2026-02-31"}, 400),
        ({"before": "nonsense"}, 400),
        ({"after": "9" * 3000}, 400),
        ({"show": "nonsense"}, 200),
        ({"before_day": "1999-01-01"}, 400),
        ({"before": "now"}, 200),
    ],
)
def test_comparison_of_moments_there_are_not_says_so(signed_in, moved, query, status):
    response = signed_in.get(address("roadmap_compare", pk=moved.pk), query)

    assert response.status_code == status
    assert ('role="alert"' in response.content.decode()) == (status == 400)


def test_taking_one_by_the_form_and_what_it_holds(signed_in, moved):
    made = signed_in.post(address("baseline_create"), {"roadmap": moved.pk, "name": "Second", "note": "", "as_of": ""})
    baseline = Baseline.objects.get(name="Second")
    page = signed_in.get(address("baseline_detail", pk=baseline.pk)).content.decode()
    compared = signed_in.get(address("baseline_compare", pk=baseline.pk)).content.decode()

    assert made.status_code == 303
    assert "Kept" in page
    assert "Launch" in page
    assert "Second against now" in compared
    again = signed_in.post(address("baseline_create"), {"roadmap": moved.pk, "name": "Second", "note": "", "as_of": ""})
    assert again.status_code == 409
    assert "Another baseline of the roadmap has this name." in again.content.decode()


def test_slippage_names_the_item_the_team_and_the_reason(signed_in, moved):
    PlanHistoryEntryFactory(team_name="sig-node")
    page = signed_in.get(address("slippage")).content.decode()

    assert "+14 d" in page
    assert "Waited for a vendor" in page
    assert "sig-node" in page
    assert signed_in.get(address("slippage"), {"roadmap": moved.pk, "since": "2026-13-01"}).status_code == 200
    for wrong in ("nonsense", "01a20000-0000-7000-8000-000000000000"):
        assert signed_in.get(address("slippage"), {"roadmap": wrong}).status_code == 404


def test_slippage_without_anything_says_how_to_begin(signed_in, scope):
    page = signed_in.get(address("slippage")).content.decode()

    assert "No baseline to compare with" in page
    assert "/acme/integrations/imports/plan-history/" in page


@pytest.fixture
def quarter(scope):
    """Last quarter's baseline with three promises: one kept, one re-scoped, one missed."""
    quarter = Quarter.of(timezone.now().date()).preceding
    roadmap = RoadmapFactory()
    first = BaselineFactory(roadmap=roadmap, reason="quarter_start", taken_at=quarter.begins_at)
    second = BaselineFactory(roadmap=roadmap, reason="quarter_start", taken_at=quarter.following.begins_at)
    promised = {"is_committed": True, "end_on": quarter.last_day, "start_on": quarter.first_day}
    kept = BaselineItemFactory(baseline=first, title="Kept", **promised)
    BaselineItemFactory(baseline=second, item_key=kept.item_key, title="Kept", status="done", **promised)
    moved = BaselineItemFactory(baseline=first, title="Moved", **promised)
    ItemRescopeFactory(
        roadmap=roadmap,
        item=None,
        item_key=moved.item_key,
        title="Moved",
        rescoped_at=quarter.begins_at + timedelta(days=9),
    )
    BaselineItemFactory(baseline=first, title="Missed", **promised)
    BaselineItemFactory(baseline=first, title="Never promised", **{**promised, "is_committed": False})
    BaselineItemFactory(
        baseline=first, title="Due later", **{**promised, "end_on": quarter.last_day + timedelta(days=1)}
    )
    return quarter


def test_predictability_judges_the_quarter_and_lists_its_promises(signed_in, quarter):
    page = signed_in.get(address("predictability"), {"quarter": quarter.label}).content.decode()

    assert f"Promises of {quarter.label}" in page
    promises = page.partition('id="promises"')[2]
    assert [promises.count(title) for title in ("Kept", "Moved", "Missed", "Never promised", "Due later")] == [
        1,
        1,
        2,
        0,
        0,
    ]
    assert "Re-scoped" in promises
    assert "Below the band" in page
    assert '<span class="num">33%</span>' in page


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("baseline_list", 3),
        ("item_rescope_list", 3),
        ("plan_history_entry_list", 2),
        ("slippage", 9),
        ("predictability", 8),
        ("roadmap_compare", 9),
    ],
)
def test_pages_cost_the_same_for_any_number_of_rows(signed_in, scope, product_manager, name, queries, count):
    roadmap = RoadmapFactory()
    quarter = Quarter.of(timezone.now().date())
    for number in range(count):
        item = RoadmapItemFactory(roadmap=roadmap, is_committed=True, end_on=quarter.last_day)
        baseline = BaselineFactory(roadmap=roadmap, taken_at=quarter.begins_at - timedelta(hours=number))
        promised = {"end_on": quarter.last_day - timedelta(days=3), "is_committed": True}
        BaselineItemFactory(baseline=baseline, item_key=item.pk, **promised)
        ItemRescopeFactory(item=item)
        PlanHistoryEntryFactory()
    url = address(name, pk=roadmap.pk) if name == "roadmap_compare" else address(name)
    signed_in.get(url)

    with own_queries() as asked:
        assert signed_in.get(url).status_code == 200

    assert asked() == queries
