"""Rescheduling a roadmap: what moves, what stays and why, and that it is one change."""

from datetime import date

import pytest

from core.errors import NotPermittedError, StaleVersionError
from portfolio.enums import Visibility
from roadmap.enums import DatePrecision, DependencyStrength, ItemKind, ItemStatus, RescopeReason, Scheduling, StayReason
from roadmap.models import CalendarHoliday, ItemRescope, PlanChange, RoadmapItem
from roadmap.services.items import change_item
from roadmap.services.plan_changes import undo
from roadmap.services.rescheduling import NothingToRescheduleError, preview_reschedule, reschedule
from roadmap.services.rescopes import RescopeReasonRequiredError
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_schedule import CalendarHolidayFactory, MilestoneGateFactory, WorkingCalendarFactory


def march(first, last):
    # 2 March 2026 is a Monday.
    return {"start_on": date(2026, 3, first), "end_on": date(2026, 3, last)}


@pytest.fixture
def chain(scope):
    """Data takes a week; Model and Launch should follow one after the other, and stand on the same week."""
    roadmap = RoadmapFactory()
    items = [RoadmapItemFactory(roadmap=roadmap, title=title, **march(2, 6)) for title in ("Data", "Model", "Launch")]
    DependencyFactory(predecessor=items[0], successor=items[1])
    DependencyFactory(predecessor=items[1], successor=items[2])
    return roadmap, *items


def dates():
    rows = RoadmapItem.objects.values_list("title", "start_on", "end_on")
    return {title: (start.day, end.day) for title, start, end in rows}


def test_whatever_is_too_early_moves_and_undo_takes_all_of_it_back(chain, scope):
    roadmap, *_ = chain
    before = dates()
    preview = preview_reschedule(roadmap, actor=scope)
    assert [(move.title, move.working_days, move.because) for move in preview.moves] == [
        ("Model", 5, "Finish to start after “Data”"),
        ("Launch", 10, "Finish to start after “Model”"),
    ]
    assert (preview.staying, len(preview.solved_violations)) == ([], 2)
    assert dates() == before

    applied = reschedule(roadmap, actor=scope, versions=preview.versions)

    assert dates() == {"Data": (2, 6), "Model": (9, 13), "Launch": (16, 20)}
    assert (applied.kind, applied.summary, applied.roadmap) == ("schedule", "Rescheduled 2 items", roadmap)
    assert LedgerEvent.objects.filter(table_name="roadmap_planchange", action="plan_change.applied").count() == 1
    undo(applied, actor=scope)
    assert dates() == before


def test_a_second_time_there_is_nothing_to_do(chain, scope):
    roadmap, *_ = chain
    reschedule(roadmap, actor=scope)
    with pytest.raises(NothingToRescheduleError, match="nothing has to move"):
        reschedule(roadmap, actor=scope)
    assert PlanChange.objects.count() == 1


def test_an_item_on_days_off_takes_its_working_days_from_the_next_one_on(scope):
    roadmap = RoadmapFactory()
    calendar = WorkingCalendarFactory(is_default=True)
    CalendarHolidayFactory(calendar=calendar, on=date(2026, 3, 10))
    for title, first, last in (("Weekend", 7, 8), ("Into Sunday", 2, 8), ("From Saturday", 7, 13), ("Holiday", 10, 11)):
        RoadmapItemFactory(roadmap=roadmap, title=title, **march(first, last))
    RoadmapItemFactory(roadmap=roadmap, title="Fine", **march(2, 6))
    RoadmapItemFactory(roadmap=roadmap, title="March", date_precision=DatePrecision.MONTH, **march(1, 31))

    preview = preview_reschedule(roadmap, actor=scope)
    reschedule(roadmap, actor=scope)

    assert {move.because for move in preview.moves} == {"Its dates lay on days off"}
    assert dates() == {
        "Weekend": (9, 9),
        "Into Sunday": (2, 6),
        "From Saturday": (9, 13),
        "Holiday": (11, 11),
        "Fine": (2, 6),
        "March": (1, 31),
    }


@pytest.mark.parametrize(
    ("stays", "why"),
    [
        ({"scheduling": Scheduling.MANUAL}, StayReason.BY_HAND),
        ({"kind": ItemKind.EXTERNAL, "external_party": "Vendor"}, StayReason.EXTERNAL),
        ({"status": ItemStatus.IN_PROGRESS}, StayReason.BEGUN),
        ({"is_committed": True}, StayReason.PROMISED),
    ],
)
def test_what_may_not_move_stays_and_says_why_while_the_rest_follows_it(chain, scope, stays, why):
    roadmap, _, model, _ = chain
    for field, value in stays.items():
        setattr(model, field, value)
    model.save()

    preview = preview_reschedule(roadmap, actor=scope)

    assert [(move.title, move.start_on.day) for move in preview.moves] == [("Launch", 9)]
    assert [(each.item, each.title, each.days, each.why) for each in preview.staying] == [(model.pk, "Model", 5, why)]
    assert preview.staying[0].reason.startswith("“Model” starts 5 working days too early: “Data” ends on 6 Mar 2026")


def test_soft_dependencies_move_nothing_and_are_told(scope):
    first = RoadmapItemFactory(**march(2, 6))
    second = RoadmapItemFactory(roadmap=first.roadmap, **march(2, 6))
    DependencyFactory(predecessor=first, successor=second, strength=DependencyStrength.SOFT)

    assert [each.why for each in preview_reschedule(first.roadmap, actor=scope).staying] == [StayReason.SOFT]
    with pytest.raises(NothingToRescheduleError, match="Nothing that may move has to") as refusal:
        reschedule(first.roadmap, actor=scope)
    assert refusal.value.reasons[0].endswith("The dependency is soft: nothing moves for it.")


def test_items_by_hand_on_days_off_are_told_and_history_is_not(scope):
    roadmap = RoadmapFactory()
    RoadmapItemFactory(roadmap=roadmap, title="Fixed", scheduling=Scheduling.MANUAL, **march(7, 10))
    RoadmapItemFactory(roadmap=roadmap, title="Past", status=ItemStatus.DONE, **march(7, 10))

    staying = preview_reschedule(roadmap, actor=scope).staying

    assert [(each.reason, each.dependency_id) for each in staying] == [
        ("“Fixed” begins or ends on a day off: 7 Mar 2026.", None)
    ]


def test_items_of_other_roadmaps_stay_and_hold_back_what_waits_for_them(chain, scope):
    roadmap, *_, launch = chain
    board = RoadmapItemFactory(title="Board", **march(2, 6))
    DependencyFactory(predecessor=launch, successor=board)
    vendor = RoadmapItemFactory(title="Vendor", **march(9, 13))
    DependencyFactory(predecessor=vendor, successor=chain[2])
    # Contradicts something, but only on its own roadmap.
    DependencyFactory(predecessor=vendor, successor=RoadmapItemFactory(roadmap=vendor.roadmap, **march(2, 6)))

    preview = preview_reschedule(roadmap, actor=scope)

    assert [(move.title, move.start_on.day) for move in preview.moves] == [("Model", 16), ("Launch", 23)]
    assert [(each.title, each.why) for each in preview.staying] == [("Board", StayReason.OTHER_ROADMAP)]
    # It breaks by more than before.
    assert len(preview.new_violations) == 1


def test_a_promise_moves_with_a_reason_only(chain, scope):
    roadmap, _, model, launch = chain
    RoadmapItem.objects.filter(pk__in=[model.pk, launch.pk]).update(is_committed=True)

    held = preview_reschedule(roadmap, actor=scope)
    assert (held.moves, held.held_promises, held.reason_required) == ([], ["Launch", "Model"], False)
    with pytest.raises(RescopeReasonRequiredError) as refusal:
        reschedule(roadmap, actor=scope)
    assert refusal.value.reasons == ("Launch", "Model")

    preview = preview_reschedule(roadmap, actor=scope, reason_code=RescopeReason.CAPACITY)
    assert (len(preview.moves), preview.reason_required) == (2, True)
    applied = reschedule(roadmap, actor=scope, versions=preview.versions, reason_code=RescopeReason.CAPACITY)
    assert applied.reason_code == "capacity"
    assert ItemRescope.objects.count() == 2


def test_a_reason_nothing_needs_is_not_kept(chain, scope):
    roadmap, *_ = chain
    assert reschedule(roadmap, actor=scope, reason_code=RescopeReason.VENDOR).reason_code == ""


def test_missed_milestones_are_told(chain, scope):
    roadmap, *_, launch = chain
    missed = MilestoneFactory(roadmap=roadmap, due_on=date(2026, 3, 10))
    MilestoneGateFactory(milestone=missed, item=launch)
    preview = preview_reschedule(roadmap, actor=scope)
    assert [(each.milestone, each.reached_on) for each in preview.missed_milestones] == [(missed.pk, date(2026, 3, 20))]


def test_stale_versions_are_refused(chain, scope):
    roadmap, _, model, launch = chain
    preview = preview_reschedule(roadmap, actor=scope)
    change_item(model, actor=scope, lane="Search")
    with pytest.raises(StaleVersionError) as changed:
        reschedule(roadmap, actor=scope, versions=preview.versions)
    assert changed.value.reasons == ("“Model” was changed meanwhile.",)

    DependencyFactory(predecessor=launch, successor__roadmap=roadmap, successor__start_on=date(2026, 3, 2))
    with pytest.raises(StaleVersionError, match="other items would move now"):
        reschedule(roadmap, actor=scope, versions=preview.versions)
    assert not PlanChange.objects.exists()


def test_dates_other_than_previewed_are_refused_though_no_item_changed(chain, scope):
    roadmap, *_ = chain
    preview = preview_reschedule(roadmap, actor=scope)
    seen = {"versions": preview.versions, "fingerprint": preview.fingerprint}
    calendar = WorkingCalendarFactory(is_default=True)
    CalendarHolidayFactory(calendar=calendar, on=date(2026, 3, 11))

    with pytest.raises(StaleVersionError, match="to other dates now"):
        reschedule(roadmap, actor=scope, **seen)
    CalendarHoliday.objects.all().delete()
    assert reschedule(roadmap, actor=scope, **seen).kind == "schedule"


def test_hidden_items_stay_and_keep_their_names(chain, scope, product_manager):
    roadmap, data, *_ = chain
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    hidden = [RoadmapItemFactory(roadmap=roadmap, title="Secret", initiative=secret, **march(2, 6)) for _ in range(2)]
    DependencyFactory(predecessor=data, successor=hidden[0])
    DependencyFactory(predecessor=hidden[0], successor=hidden[1])

    with tenant_scope(product_manager):
        preview = preview_reschedule(roadmap, actor=product_manager)

    assert [(each.item, each.title, each.why) for each in preview.staying] == [
        (None, "an item you cannot see", StayReason.CLOSED)
    ]
    assert "Secret" not in repr(preview)
    assert hidden[0].pk not in preview.versions


def test_viewers_may_not(chain, viewer):
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        preview_reschedule(chain[0], actor=viewer)


def test_it_costs_the_same_for_any_number_of_items(scope, django_assert_num_queries):
    roadmap = RoadmapFactory()
    for count in (1, 3, 30):
        first = RoadmapItemFactory(roadmap=roadmap, **march(2, 6))
        for _ in range(count):
            link = DependencyFactory(
                predecessor=first, successor__roadmap=roadmap, successor__start_on=march(2, 6)["start_on"]
            )
            MilestoneGateFactory(item=link.successor)
            DependencyFactory(predecessor=link.successor)
        with django_assert_num_queries(6):
            preview = preview_reschedule(roadmap, actor=scope)
        assert len(preview.moves) >= count
