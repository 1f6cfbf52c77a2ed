"""Sets of changes: applied together, undone together, never over somebody's head."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.enums import Visibility
from roadmap.enums import PlanChangeKind
from roadmap.models import PlanChange, RoadmapItem
from roadmap.services.access import GoneError
from roadmap.services.items import change_item
from roadmap.services.plan_changes import UndoRefusedError, apply_changes_to_plan, undo
from roadmap.services.planned_changes import PlannedChange
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import PortfolioFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory

# In parameters: the same for all workers, who compare what they collected.
NOWHERE = "01a20000-0000-7000-8000-000000000000"

MARCH_2, MARCH_27 = date(2026, 3, 2), date(2026, 3, 27)


def shift(item, days):
    """The two changes that move an item."""
    by = timedelta(days=days)
    return [
        PlannedChange(item.pk, "start_on", item.start_on, item.start_on + by),
        PlannedChange(item.pk, "end_on", item.end_on, item.end_on + by),
    ]


def apply(roadmap, changes, actor, **more):
    return apply_changes_to_plan(
        roadmap, changes, **{"kind": PlanChangeKind.MOVE, "summary": "Moved", "actor": actor, **more}
    )


@pytest.fixture
def plan(scope):
    roadmap = RoadmapFactory()
    return roadmap, RoadmapItemFactory(roadmap=roadmap, title="Index"), RoadmapItemFactory(title="Elsewhere")


def test_apply_changes_several_items_at_once_and_raises_their_versions(plan, scope):
    roadmap, item, elsewhere = plan

    applied = apply(roadmap, [*shift(item, 7), *shift(elsewhere, 14)], scope)

    stored = {row.pk: row for row in RoadmapItem.objects.all()}
    assert (stored[item.pk].start_on, stored[elsewhere.pk].start_on) == (date(2026, 3, 9), date(2026, 3, 16))
    assert {row.version for row in stored.values()} == {2}
    assert applied.changes[0] == {
        "item": str(item.pk),
        "field": "start_on",
        "old": "2026-03-02",
        "new": "2026-03-09",
    }
    assert applied.made_by.user_id == scope.user_id
    events = LedgerEvent.objects.filter(table_name="roadmap_roadmapitem", action="plan_change.applied")
    assert events.count() == 2


def test_apply_changes_reads_values_as_json_has_them(plan, scope):
    roadmap, item, _ = plan
    team = TeamFactory()
    changes = [
        PlannedChange(item.pk, "owning_team", None, str(team.pk)),
        PlannedChange(item.pk, "confidence", None, "0.70"),
        PlannedChange(item.pk, "lane", "", "Search"),
        PlannedChange(item.pk, "progress", "0", "0.25"),
    ]

    apply(roadmap, changes, scope)

    item.refresh_from_db()
    assert (item.owning_team, item.confidence, item.lane, item.progress) == (
        team,
        Decimal("0.70"),
        "Search",
        Decimal("0.25"),
    )


def test_apply_refuses_a_stale_version_and_changes_nothing(plan, scope):
    roadmap, item, elsewhere = plan
    change_item(elsewhere, actor=scope, lane="New")

    with pytest.raises(StaleVersionError) as refusal:
        apply(roadmap, [*shift(item, 7), *shift(elsewhere, 7)], scope, versions={item.pk: 1, elsewhere.pk: 1})

    assert refusal.value.reasons == ("“Elsewhere” was changed meanwhile.",)
    item.refresh_from_db()
    assert item.start_on == MARCH_2
    assert not PlanChange.objects.exists()


def test_apply_refuses_when_the_old_value_is_not_the_stored_one(plan, scope):
    roadmap, item, _ = plan

    with pytest.raises(StaleVersionError) as refusal:
        apply(roadmap, [PlannedChange(item.pk, "lane", "Was", "Is")], scope)

    assert refusal.value.reasons == ("“Index” was changed meanwhile.",)


def test_apply_refuses_a_deleted_item(plan, scope):
    roadmap, item, elsewhere = plan
    changes = [*shift(item, 7), *shift(elsewhere, 7)]
    elsewhere.delete()

    with pytest.raises(GoneError, match="Somebody deleted an item of this plan meanwhile"):
        apply(roadmap, changes, scope)


@pytest.mark.parametrize(
    ("field", "new", "message"),
    [
        ("title", "Other", "“title” cannot be changed this way."),
        ("organization", NOWHERE, "“organization” cannot be changed this way."),
        ("start_on", "2026-02-30", "start: this value cannot be read."),
        ("start_on", "2026-04-30", "“Index”: The end must not lie before the start."),
        ("start_on", None, "“Index”: The start is missing: give it too, or take the end away."),
        ("status", "finished", "“Index”: Value 'finished' is not a valid choice."),
        ("confidence", "NaN", "confidence: this value cannot be read."),
        ("progress", "1.5", "“Index”: Ensure this value is less than or equal to 1."),
        ("progress", None, "progress must not be empty."),
        ("confidence", "9" * 1000, None),
        ("owning_team", NOWHERE, "owning_team: There is no such record in this organization."),
        ("owning_team", "team", "owning team: this value cannot be read."),
    ],
)
def test_apply_refuses_values_no_item_may_have(plan, scope, field, new, message):
    roadmap, item, _ = plan
    old = getattr(item, field if field != "organization" else "lane")

    with pytest.raises(InvalidInputError) as refusal:
        apply(roadmap, [PlannedChange(item.pk, field, old, new)], scope)

    assert message is None or refusal.value.message.startswith(message)


def test_apply_refuses_the_same_field_twice_and_a_set_without_changes(plan, scope):
    roadmap, item, _ = plan
    change = PlannedChange(item.pk, "lane", "", "Search")

    with pytest.raises(InvalidInputError, match="lane of one item is changed twice"):
        apply(roadmap, [change, change], scope)
    with pytest.raises(InvalidInputError, match="Nothing would change"):
        apply(roadmap, [PlannedChange(item.pk, "lane", "", "")], scope)


def test_apply_refuses_items_in_a_portfolio_closed_to_the_actor(plan, scope, product_manager):
    roadmap, item, _ = plan
    closed = RoadmapItemFactory(roadmap__portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))

    with tenant_scope(product_manager), pytest.raises(NotPermittedError):
        apply(roadmap, [*shift(item, 7), *shift(closed, 7)], product_manager)


def test_a_set_of_changes_that_touched_a_hidden_portfolio_is_hidden_as_a_whole(plan, scope, product_manager):
    roadmap, item, _ = plan
    closed = RoadmapItemFactory(roadmap__portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    seen = apply(roadmap, shift(item, 7), scope)
    item.refresh_from_db()
    apply(roadmap, [*shift(item, 7), *shift(closed, 7)], scope)

    with tenant_scope(product_manager):
        assert list(PlanChange.objects.permitted(product_manager)) == [seen]
    assert PlanChange.objects.permitted(scope).count() == 2


def test_apply_needs_the_right_to_change_items(plan, viewer):
    roadmap, item, _ = plan
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        apply(roadmap, shift(item, 7), viewer)


def test_undo_restores_every_field_and_can_itself_be_undone(plan, scope):
    roadmap, item, elsewhere = plan
    applied = apply(roadmap, [*shift(item, 7), *shift(elsewhere, 14)], scope)

    undone = undo(applied, actor=scope)

    applied.refresh_from_db()
    assert set(RoadmapItem.objects.values_list("start_on", "end_on")) == {(MARCH_2, MARCH_27)}
    assert (undone.kind, undone.undoes, undone.summary) == (PlanChangeKind.UNDO, applied, "Undo: Moved")
    assert applied.undone_at is not None
    with pytest.raises(UndoRefusedError, match="This was undone already"):
        undo(applied, actor=scope)
    undo(undone, actor=scope)
    item.refresh_from_db()
    assert item.start_on == date(2026, 3, 9)


def test_undo_is_refused_with_reasons_when_an_item_changed_or_went_since(plan, scope):
    roadmap, item, elsewhere = plan
    applied = apply(roadmap, [*shift(item, 7), *shift(elsewhere, 14)], scope)
    item.refresh_from_db()
    change_item(item, actor=scope, end_on=date(2026, 4, 30))
    elsewhere.delete()

    with pytest.raises(UndoRefusedError) as refusal:
        undo(applied, actor=scope)

    assert refusal.value.reasons == ("An item was deleted since.", "“Index” was changed since.")


def test_undo_minds_the_touched_fields_only(plan, scope):
    roadmap, item, _ = plan
    applied = apply(roadmap, shift(item, 7), scope)
    item.refresh_from_db()
    change_item(item, actor=scope, lane="Search")

    undo(applied, actor=scope)

    item.refresh_from_db()
    assert (item.start_on, item.lane) == (MARCH_2, "Search")


def test_apply_costs_the_same_for_any_number_of_items(scope, django_assert_num_queries):
    roadmap = RoadmapFactory()
    for count in (1, 3, 30):
        items = [RoadmapItemFactory(roadmap=roadmap) for _ in range(count)]
        changes = [change for item in items for change in shift(item, 7)]
        with django_assert_num_queries(11):
            apply(roadmap, changes, scope)
