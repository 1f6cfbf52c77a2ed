"""Baselines keep a plan for good, and a day without one is read from the ledger."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from roadmap.calc.plan_diff import compare, without_hidden
from roadmap.calc.quarters import Quarter
from roadmap.enums import BaselineReason
from roadmap.models import Baseline, BaselineItem, Roadmap, RoadmapItem
from roadmap.selectors.kept_rows import state_of_baseline
from roadmap.selectors.plan_states import hidden_portfolios, point_of, reconstructed
from roadmap.services.baselines import take_baseline, take_quarter_baselines
from roadmap.services.dependencies import create_dependency, delete_dependency
from roadmap.services.items import change_item, create_item, delete_item
from roadmap.services.milestones import change_milestone, create_milestone
from roadmap.services.roadmaps import create_roadmap, delete_roadmap
from tenancy.actor import Actor
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory

START, END = date(2026, 3, 2), date(2026, 3, 27)
LATER = {"start_on": date(2026, 3, 9), "end_on": date(2026, 4, 10)}


def _commit(statement):
    """Run it and ask what is asked when a transaction ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_baseline_keeps_items_milestones_and_dependencies(product_manager, scope):
    roadmap = RoadmapFactory()
    initiative = InitiativeFactory()
    first = RoadmapItemFactory(roadmap=roadmap, title="First", initiative=initiative, progress=Decimal("0.4"))
    second = RoadmapItemFactory(roadmap=roadmap, title="Second", is_committed=True)
    link = DependencyFactory(predecessor=first, successor=second, lag_days=3)
    milestone = MilestoneFactory(roadmap=roadmap, title="GA", kind="ga")
    RoadmapItemFactory(title="On another roadmap")

    baseline = take_baseline(roadmap, name="Board of March", note="As shown.", actor=product_manager)

    state = state_of_baseline(baseline)
    assert {row.title for row in state.items.values()} == {"First", "Second"}
    kept = state.items[first.pk]
    assert (kept.progress, kept.initiative_key) == (Decimal("0.40"), initiative.key)
    assert kept.portfolios == {initiative.portfolio_id}
    assert state.items[second.pk].is_committed
    assert state.milestones[milestone.pk].kind == "ga"
    assert (state.links[link.pk].predecessor_title, state.links[link.pk].lag_days) == ("First", 3)
    assert baseline.taken_by.user == product_manager.user
    assert compare(state, reconstructed(roadmap, timezone.now(), actor=product_manager)).count("same") == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE roadmap_baseline SET name = 'Other'",
        "UPDATE roadmap_baselineitem SET end_on = NULL",
        "DELETE FROM roadmap_baselineitem",
        "DELETE FROM roadmap_baselinemilestone",
        "DELETE FROM roadmap_baselinedependency",
    ],
)
def test_database_refuses_to_change_a_baseline(product_manager, scope, statement):
    roadmap = RoadmapFactory()
    first = RoadmapItemFactory(roadmap=roadmap)
    DependencyFactory(predecessor=first)
    MilestoneFactory(roadmap=roadmap)
    take_baseline(roadmap, name="Kept", actor=product_manager)

    with pytest.raises(DatabaseError, match=r"never changed|only deleted with its roadmap"):
        _commit(statement)


def test_baseline_goes_with_its_roadmap_only(owner, scope):
    roadmap = RoadmapFactory()
    RoadmapItemFactory(roadmap=roadmap)
    baseline = take_baseline(roadmap, name="Kept", actor=owner)

    with pytest.raises(DatabaseError, match="only deleted with its roadmap"):
        _commit(f"DELETE FROM roadmap_baselineitem; DELETE FROM roadmap_baseline WHERE id = '{baseline.pk}'")
    delete_roadmap(roadmap, actor=owner)
    connection.check_constraints()

    assert not BaselineItem.objects.exists()


def test_name_is_taken_once_a_roadmap_and_a_future_day_is_none(product_manager, scope):
    roadmap = RoadmapFactory()
    take_baseline(roadmap, name="Board", actor=product_manager)

    with pytest.raises(InvalidInputError, match="has this name"):
        take_baseline(roadmap, name="Board", actor=product_manager)
    with pytest.raises(InvalidInputError, match="what was"):
        take_baseline(roadmap, name="Next", actor=product_manager, as_of=timezone.now().date() + timedelta(days=1))
    with pytest.raises(InvalidInputError, match="was begun on"):
        take_baseline(roadmap, name="Long ago", actor=product_manager, as_of=date(2020, 1, 1))


def test_who_may_only_look_takes_none(viewer, scope):
    with pytest.raises(NotPermittedError):
        take_baseline(RoadmapFactory(), name="Mine", actor=viewer)


def test_past_is_put_together_from_the_ledger(product_manager, history):
    step, moments = history
    roadmap = step(lambda: create_roadmap(name="Plan", actor=product_manager))

    def item(title):
        return create_item(roadmap=roadmap, title=title, start_on=START, end_on=END, actor=product_manager)

    kept, gone = step(lambda: item("Kept")), step(lambda: item("Gone"))
    link = step(lambda: create_dependency(predecessor=kept, successor=gone, actor=product_manager))
    milestone = step(
        lambda: create_milestone(roadmap=roadmap, title="GA", due_on=date(2026, 6, 30), actor=product_manager)
    )
    step(lambda: change_item(kept, actor=product_manager, **LATER))
    step(lambda: change_item(kept, actor=product_manager, title="Renamed", progress=Decimal("0.5")))
    step(lambda: change_milestone(milestone, actor=product_manager, due_on=date(2026, 7, 31)))
    step(lambda: delete_dependency(link, actor=product_manager))
    step(lambda: change_item(gone, actor=product_manager, status="in_progress"))
    step(lambda: delete_item(gone, actor=product_manager))

    with tenant_scope(product_manager):
        states = [reconstructed(roadmap, moment, actor=product_manager) for moment in moments]
        titles = [sorted(row.title for row in state.items.values()) for state in states]
        assert titles == [
            [],
            ["Kept"],
            *[["Gone", "Kept"]] * 4,
            *[["Gone", "Renamed"]] * 4,
            ["Renamed"],
        ]
        assert [len(state.links) for state in states] == [0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]
        assert [state.items[kept.pk].end_on for state in states[1:]] == [END] * 4 + [LATER["end_on"]] * 6
        assert [state.items[gone.pk].status for state in states[2:10]] == ["planned"] * 7 + ["in_progress"]
        found = compare(states[4], states[-1])
        changed = next(each for each in found.items if each.after)
        assert (found.count("removed"), found.count("changed"), found.count("added")) == (1, 1, 0)
        assert (changed.slip_days, set(changed.changed)) == (14, {"title", "start_on", "end_on", "progress"})
        assert [each.slip_days for each in found.milestones] == [31]
        assert [each.kind for each in found.links] == ["removed"]


def test_rows_that_went_to_another_roadmap_are_where_they_were(product_manager, history):
    step, moments = history
    here, there = (step(lambda: RoadmapFactory()) for _ in range(2))
    first, second = (step(lambda: RoadmapItemFactory(roadmap=here, end_on=END)) for _ in range(2))
    link = step(lambda: DependencyFactory(predecessor=first, successor__roadmap=there))
    before = len(moments) - 1
    step(lambda: RoadmapItem.objects.filter(pk=first.pk).update(roadmap=there, end_on=LATER["end_on"]))
    step(lambda: type(link).objects.filter(pk=link.pk).update(predecessor=second))
    between = len(moments) - 1
    step(lambda: RoadmapItem.objects.filter(pk=first.pk).update(roadmap=here))
    # A row deleted and stored again under the same id is two rows one after the other.
    step(lambda: RoadmapItem.objects.filter(pk=second.pk).delete())
    step(lambda: RoadmapItemFactory(pk=second.pk, roadmap=here, title="Again"))

    with tenant_scope(product_manager):

        def at(roadmap, number):
            return reconstructed(roadmap, moments[number], actor=product_manager)

        assert set(at(here, before).items) == {first.pk, second.pk}
        assert at(here, before).items[first.pk].end_on == END
        assert at(here, before).links[link.pk].predecessor == first.pk
        assert set(at(here, between).items) == {second.pk}
        assert at(there, between).items[first.pk].end_on == LATER["end_on"]
        assert at(here, between).links[link.pk].predecessor == second.pk
        assert [row.title for row in at(here, -1).items.values() if row.key == second.pk] == ["Again"]
        assert set(at(here, -2).items) == {first.pk}
        assert at(here, between).items[second.pk].title == second.title


ITEMS = 40


def ledger_rows_read(plan):
    """How many entries of the ledger an executed plan looked at, those it threw away included."""
    below = sum(ledger_rows_read(each) for each in plan.get("Plans", ()))
    if not plan.get("Relation Name", "").startswith("tenancy_ledgerevent"):
        return below
    thrown = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    return below + round((plan["Actual Rows"] + thrown) * plan["Actual Loops"])


def test_reading_the_past_looks_at_no_entry_of_other_plans_or_of_earlier(
    product_manager, stranger, history, owner_connection
):
    step, moments = history

    def changed_often(roadmap):
        for day in range(2, 22):
            RoadmapItem.objects.filter(roadmap=roadmap).update(end_on=date(2026, 6, day))

    def plan():
        roadmap = RoadmapFactory()
        items = [RoadmapItemFactory.build(roadmap=roadmap, end_on=date(2026, 6, 1)) for _ in range(ITEMS)]
        RoadmapItem.objects.bulk_create(items)
        return roadmap

    with tenant_scope(stranger):
        changed_often(plan())
    roadmap, other = step(plan), step(plan)
    step(lambda: changed_often(roadmap))
    moment = moments[-1]
    step(lambda: changed_often(other))
    step(lambda: RoadmapItem.objects.filter(roadmap=roadmap).update(end_on=date(2026, 7, 1)))
    with owner_connection(), connection.cursor() as cursor:
        cursor.execute("ANALYZE tenancy_ledgerevent")

    with tenant_scope(product_manager), connection.cursor() as cursor:
        # A table this small would be read as a whole.
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as captured:
            state = reconstructed(roadmap, moment, actor=product_manager)
        assert {row.end_on for row in state.items.values()} == {date(2026, 6, 21)}
        read = []
        for query in captured.captured_queries:
            if "tenancy_ledgerevent" in query["sql"]:
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query["sql"])
                read.append(ledger_rows_read(cursor.fetchone()[0][0]["Plan"]))
    # Items, milestones, dependencies: each item's one entry since.
    assert read == [ITEMS, 0, 0]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_reading_the_past_costs_the_same_for_any_number_of_rows(
    product_manager, scope, count, django_assert_num_queries
):
    roadmap = RoadmapFactory()
    for _ in range(count):
        item = RoadmapItemFactory(roadmap=roadmap, initiative=InitiativeFactory())
        DependencyFactory(predecessor=item)
        MilestoneFactory(roadmap=roadmap, initiative=item.initiative)
        change_item(item, actor=product_manager, title="Changed")

    with django_assert_num_queries(6):
        state = reconstructed(roadmap, timezone.now(), actor=product_manager)

    assert len(state.items) == 2 * count


def test_what_is_hidden_now_is_neither_shown_nor_called_deleted(owner, product_manager, scope):
    roadmap = RoadmapFactory()
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    hidden = RoadmapItemFactory(roadmap=roadmap, title="Secret", initiative=secret)
    DependencyFactory(predecessor=hidden, successor=RoadmapItemFactory(roadmap=roadmap, title="Open"))
    baseline = take_baseline(roadmap, name="All", actor=product_manager)

    mine = BaselineItem.objects.permitted(product_manager).filter(baseline=baseline)
    theirs = BaselineItem.objects.permitted(owner).filter(baseline=baseline)
    assert [row.title for row in mine] == ["Open"]
    assert theirs.count() == 2
    states = [state_of_baseline(baseline), reconstructed(roadmap, timezone.now(), actor=product_manager)]
    before, after = without_hidden(states, hidden_portfolios(product_manager))
    assert [row.title for row in before.items.values()] == ["Open"]
    assert compare(before, after).count("removed") == 0
    assert not before.links
    assert hidden_portfolios(owner) == frozenset()


def test_start_of_the_quarter_is_kept_once_and_only_where_there_is_a_plan(organization, scope):
    today = timezone.now().date()
    quarter = Quarter.of(today)
    roadmap, empty = RoadmapFactory(), RoadmapFactory()
    RoadmapItemFactory(roadmap=roadmap)
    system = Actor.system(organization)

    assert take_quarter_baselines(actor=system, today=quarter.following.first_day) == 1
    assert take_quarter_baselines(actor=system, today=quarter.following.first_day + timedelta(days=3)) == 0

    baseline = Baseline.objects.get()
    assert (baseline.roadmap_id, baseline.reason) == (roadmap.pk, BaselineReason.QUARTER_START)
    assert baseline.taken_at == quarter.following.begins_at
    assert baseline.name == f"Start of {quarter.following.label}"
    assert Roadmap.objects.filter(pk=empty.pk).exists()


def test_late_job_takes_no_baseline_of_an_old_quarter(organization, scope):
    RoadmapItemFactory()
    following = Quarter.of(timezone.now().date()).following

    assert take_quarter_baselines(actor=Actor.system(organization), today=following.first_day + timedelta(days=15)) == 0


def test_points_of_a_roadmap(product_manager, scope):
    roadmap = RoadmapFactory()
    baseline = take_baseline(roadmap, name="Board", actor=product_manager)
    foreign = take_baseline(RoadmapFactory(), name="Other", actor=product_manager)

    assert point_of(roadmap, str(baseline.pk), actor=product_manager).label == "Board"
    assert point_of(roadmap, "now", actor=product_manager).baseline is None
    assert point_of(roadmap, "9999-12-31", actor=product_manager).key == "now"
    for text in ("", "yesterday", "2026-02-31", "0001-01-01", str(foreign.pk), "x" * 5000):
        with pytest.raises(InvalidInputError):
            point_of(roadmap, text, actor=product_manager)


def test_taking_keeps_what_the_day_ended_with(product_manager, scope):
    roadmap = RoadmapFactory()
    RoadmapItemFactory(roadmap=roadmap)

    baseline = take_baseline(roadmap, name="Today", actor=product_manager, as_of=timezone.now().date())

    assert baseline.taken_at <= timezone.now()
    assert datetime.now(UTC) - baseline.taken_at < timedelta(minutes=1)
    assert RoadmapItem.objects.get().pk in state_of_baseline(baseline).items
