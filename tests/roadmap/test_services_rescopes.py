"""Promises change only with a reason, and the reason is kept."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from core.errors import InvalidInputError
from roadmap.enums import PlanChangeKind
from roadmap.models import ItemRescope, RoadmapItem
from roadmap.services.items import change_item, delete_item
from roadmap.services.plan_changes import apply_changes_to_plan, undo
from roadmap.services.planned_changes import PlannedChange
from roadmap.services.rescopes import (
    CommittedItemError,
    RescopeReasonRequiredError,
    promise_of,
    record_rescopes,
)
from tests.factories.roadmap import RoadmapItemFactory

LATER = {"start_on": date(2026, 3, 9), "end_on": date(2026, 4, 10)}


@pytest.fixture
def item(scope):
    return RoadmapItemFactory(title="Search", is_committed=True)


def test_committed_item_does_not_move_without_a_reason(product_manager, item):
    with pytest.raises(RescopeReasonRequiredError) as refusal:
        change_item(item, actor=product_manager, **LATER)

    assert refusal.value.pointer == "reason_code"
    assert refusal.value.reasons == ("Search",)
    assert RoadmapItem.objects.get(pk=item.pk).end_on == item.end_on


def test_move_with_a_reason_is_recorded_with_both_dates_and_the_slip(product_manager, item):
    old = item.end_on
    change_item(item, actor=product_manager, reason_code="vendor", rescope_note="No model yet.", **LATER)

    rescope = ItemRescope.objects.get()
    assert (rescope.item_id, rescope.reason_code, rescope.note) == (item.pk, "vendor", "No model yet.")
    assert (rescope.old_end_on, rescope.new_end_on, rescope.slip_days) == (old, LATER["end_on"], 14)
    assert rescope.rescoped_by.user == product_manager.user
    assert not rescope.is_withdrawn


def test_withdrawing_the_promise_needs_a_reason_too(product_manager, item):
    with pytest.raises(RescopeReasonRequiredError):
        change_item(item, actor=product_manager, is_committed=False)

    change_item(item, actor=product_manager, is_committed=False, reason_code="priority")

    assert ItemRescope.objects.get().is_withdrawn


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"is_committed": False}, LATER),
        ({"is_committed": True}, {"status": "in_progress", "title": "Better search"}),
        ({"is_committed": True, "start_on": None, "end_on": None}, LATER),
        ({"is_committed": False}, {"is_committed": True, **LATER}),
    ],
    ids=["not committed", "no dates touched", "first dates", "being committed"],
)
def test_what_changes_no_promise_needs_no_reason(product_manager, scope, fields, changes):
    item = RoadmapItemFactory(**fields)

    change_item(item, actor=product_manager, **changes)

    assert not ItemRescope.objects.exists()


@pytest.mark.parametrize(("code", "note"), [("weather", ""), ("vendor", "x" * 501), ("VENDOR", "")])
def test_unknown_reason_or_endless_note_is_refused(product_manager, item, code, note):
    with pytest.raises(InvalidInputError):
        change_item(item, actor=product_manager, reason_code=code, rescope_note=note, **LATER)


def test_refusal_names_a_handful_of_many_items(product_manager, scope):
    moves = []
    for number in range(7):
        moved = RoadmapItemFactory(title=f"Item {number}", is_committed=True)
        before = promise_of(moved)
        moved.end_on = LATER["end_on"]
        moves.append((before, moved))

    with pytest.raises(RescopeReasonRequiredError, match="and 2 more are promised outcomes") as refusal:
        record_rescopes(moves, reason_code="", actor=product_manager)

    assert len(refusal.value.reasons) == 7


@pytest.mark.parametrize("count", [1, 3, 30])
def test_many_rescopes_cost_three_queries(product_manager, scope, count, django_assert_num_queries):
    moves = []
    for _ in range(count):
        moved = RoadmapItemFactory(is_committed=True)
        before = promise_of(moved)
        moved.end_on = LATER["end_on"]
        moves.append((before, moved))

    with django_assert_num_queries(3):
        record_rescopes(moves, reason_code="estimate", actor=product_manager)


def test_committed_item_is_not_deleted(product_manager, item):
    with pytest.raises(CommittedItemError):
        delete_item(item, actor=product_manager)

    change_item(item, actor=product_manager, is_committed=False, reason_code="priority")
    delete_item(RoadmapItem.objects.get(pk=item.pk), actor=product_manager)

    rescope = ItemRescope.objects.get()
    assert (rescope.item_id, rescope.item_key, rescope.title) == (None, item.pk, "Search")


def test_database_refuses_to_change_a_rescope(product_manager, item):
    change_item(item, actor=product_manager, reason_code="vendor", **LATER)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        ItemRescope.objects.update(reason_code="quality")


def test_a_set_of_changes_needs_the_reason_and_its_undo_keeps_it(product_manager, item):
    changes = [PlannedChange(item.pk, "end_on", item.end_on, LATER["end_on"])]
    asked = {"kind": PlanChangeKind.MOVE, "summary": "Later", "actor": product_manager}
    with pytest.raises(RescopeReasonRequiredError):
        apply_changes_to_plan(item.roadmap, changes, **asked)

    applied = apply_changes_to_plan(item.roadmap, changes, reason_code="quality", **asked)
    undo(applied, actor=product_manager)

    slips = [row.slip_days for row in ItemRescope.objects.order_by("rescoped_at", "id")]
    assert slips == [14, -14]
    assert set(ItemRescope.objects.values_list("reason_code", flat=True)) == {"quality"}
